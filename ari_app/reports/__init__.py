"""Figures of a period, computed from the journal alone. Pure: no database, no clock.

``facts`` folds lines into calls, ``times`` into agents' hours, ``figures`` says what is counted,
``report`` arranges rows, ``show`` writes them.
"""
