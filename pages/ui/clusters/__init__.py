"""The page Without labels."""
