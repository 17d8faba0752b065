"""Data: forms of objects, data sets, and where they come from."""
