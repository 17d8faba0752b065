"""Photos, scans and drawings, as a model sees them."""
