"""The one exception that tells a user, in a sentence, what is wrong and what to do."""


class BranchedError(ValueError):
    """Bad input from outside: a file, an option, an image. Its message is shown as it is, without a traceback."""
