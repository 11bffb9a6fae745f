"""The handlers, one file per noun; each is parse, ask, render."""
