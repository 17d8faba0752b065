"""What a visitor is told who waits."""
from ..language import _, ngettext

LONG = 3.0  # seconds from which on a wait is told of in seconds
MANY = 5    # pieces of work at once


def waiting(seconds: float | None, tasks: int, on_the_way: bool = False) -> str:
    """For whom nothing has come yet: when all is expected, where that is long; "" where it is not. `on_the_way`: some
    of it will be seen before."""
    if seconds is None or seconds <= LONG:
        return ""
    others = _("Many are drawing just now.") if tasks >= MANY else _("Something else is being drawn, too.")
    own = _("The first of yours comes soon, the last in {time}.") if on_the_way else _("Yours is ready in {time}.")
    return " ".join([*[others] * (tasks > 1), own.format(time=about(seconds))])


def drawing(seconds: float | None) -> str:
    """Beside the bar."""
    if seconds and seconds > LONG:
        return _("The model is drawing … {time} left").format(time=about(seconds))
    return _("The model is drawing …")


def busy(seconds: float | None) -> str:
    """For whom there is no room yet."""
    wait = about(seconds) if seconds else _("a moment")
    return _("All places are taken just now. Yours begins by itself in {time}; nothing is lost.").format(time=wait)


def about(seconds: float) -> str:
    """ "about 8 seconds"; "about 2 minutes". """
    return _("about {time}").format(time=counted(seconds))


def counted(seconds: float) -> str:
    """Seconds in words, rounded so that they need not change all the time."""
    if seconds > 90:
        minutes = round(seconds / 60)
        return ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)
    whole = round(seconds) if seconds < 10 else 5 * round(seconds / 5)
    whole = max(1, whole)
    return ngettext("{count} second", "{count} seconds", whole).format(count=whole)
