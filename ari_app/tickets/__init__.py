"""What becomes of a citizen's matter after the call: clocks, units, work orders, figures.

Decides over plain values. Knows no database, no clock of its own, no call and no web page.
"""
