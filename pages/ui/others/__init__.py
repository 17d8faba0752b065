"""The page Other ways."""
