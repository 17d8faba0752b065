"""The page About the model."""
