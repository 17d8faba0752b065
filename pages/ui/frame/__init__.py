"""What every page has: menu, looks, link, words, and the visitor's own model."""
