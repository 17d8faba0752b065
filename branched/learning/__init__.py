"""Learning: the loop, and in which precision it runs."""
