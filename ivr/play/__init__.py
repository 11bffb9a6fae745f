"""Calls through a tree without a telephone: played, scripted, counted, and replayed from life.

Everything here drives ``ivr.step`` on a virtual clock. Must not know files, databases or how
results are shown.
"""
