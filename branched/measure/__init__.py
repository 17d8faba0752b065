"""Measuring: what samples are like, and how long they take."""
