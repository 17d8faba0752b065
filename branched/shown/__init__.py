"""What is said and drawn of any class tree, wherever that is: in the app, and in a page of one file."""
from . import of_tree, of_turn, words  # noqa: F401 - the door offers them
