"""Who gets whom: pure data and functions over waiting callers and ready agents."""
