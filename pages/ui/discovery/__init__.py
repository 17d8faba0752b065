"""The page How the tree is found."""
