"""The schema's history. A step once released is never edited: expand first, contract later."""
