"""The page Hybrids."""
