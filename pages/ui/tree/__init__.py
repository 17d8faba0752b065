"""The page of the class tree."""
