"""Whole days of a centre, played in virtual time through the dispatcher that serves real calls."""
