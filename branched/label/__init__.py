"""Models that are told the label."""
