"""Figures of the tree."""
