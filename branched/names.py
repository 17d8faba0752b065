"""Names of classes, put in order."""


def natural_order(name: str) -> tuple[int, int, str]:
    """Sort numbers by value, before words."""
    return (0, int(name), "") if name.isdecimal() else (1, 0, name)
