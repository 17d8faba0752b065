"""What a visitor is told who waits."""
LONG = 3.0  # seconds from which on a wait is told of in seconds
MANY = 5    # pieces of work at once


def waiting(seconds: float | None, tasks: int, on_the_way: bool = False) -> str:
    """For whom nothing has come yet: when all is expected, where that is long; "" where it is not. `on_the_way`: some
    of it will be seen before."""
    if seconds is None or seconds <= LONG:
        return ""
    others = "Many are drawing just now. " if tasks >= MANY else "Something else is being drawn, too. "
    who = others if tasks > 1 else ""
    what = "The first of yours comes soon, the last" if on_the_way else "Yours is ready"
    return f"{who}{what} in {about(seconds)}."


def drawing(seconds: float | None) -> str:
    """Beside the bar."""
    return f"The model is drawing … {about(seconds)} left" if seconds and seconds > LONG else "The model is drawing …"


def busy(seconds: float | None) -> str:
    """For whom there is no room yet."""
    wait = f"about {counted(seconds)}" if seconds else "a moment"
    return f"All places are taken just now. Yours begins by itself in {wait}; nothing is lost."


def about(seconds: float) -> str:
    """ "about 8 seconds"; "about 2 minutes". """
    return f"about {counted(seconds)}"


def counted(seconds: float) -> str:
    """Seconds in words, rounded so that they need not change all the time."""
    if seconds > 90:
        return f"{seconds / 60:.0f} minutes"
    whole = round(seconds) if seconds < 10 else 5 * round(seconds / 5)
    return f"{max(1, whole)} second{'s' if whole > 1 else ''}"
