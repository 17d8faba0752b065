"""The page "Wall": what a class made, and what a teacher needs for it: a room, short links, a QR code."""
