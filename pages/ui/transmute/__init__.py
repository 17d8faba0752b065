"""The page Transmute."""
