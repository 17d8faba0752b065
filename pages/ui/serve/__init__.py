"""Between pages and model: who is next, and what is kept."""
