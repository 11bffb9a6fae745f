"""Routing strategies: pure functions from (waiting callers, ready agents) to a match."""
