"""Parts that pages are made of, and what runs in the browser."""
