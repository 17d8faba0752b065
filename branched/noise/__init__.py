"""Noise: its schedule, the solvers that take it away, and seeds."""
