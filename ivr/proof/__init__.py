"""Everything that can happen in a tree, walked with ``ivr.step`` itself, and judged.

Decides the codes E6.. and W6... Must not know files or how findings are printed.
"""
