"""The versions of the trees as files: kept, read, compared. Decides nothing about calls."""
