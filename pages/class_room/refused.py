"""What is said where something is not taken."""


class Refused(Exception):
    """Something that the room does not take. Its text is a sentence: what is wrong, and what to do."""
