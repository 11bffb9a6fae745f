"""Calls that we place: who is called when, how often, and what came of it."""
