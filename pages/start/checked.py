"""The page on which a device finds out whether it can connect: in its own language, for there is no session yet."""
from pathlib import Path

from ..ui.language import ENGLISH, LANGUAGES, N_
from ..ui.language.catalogues import catalogue
from ..ui.parts.markup import filled

PAGE = Path(__file__).with_name("check.html")
LONGEST = 200  # letters of what a browser says of its languages
CHECKS = {  # what is looked at: while it is, where it is good, where it is not
    "browser": (N_("Looking whether the browser is new enough …"), N_("The browser is new enough."),
                N_("This browser is too old. Update it, or take another one.")),
    "socket": (N_("Opening a lasting connection …"), N_("A lasting connection (WebSocket) can be opened."),
               N_("A lasting connection (WebSocket) is blocked. Ask whoever looks after the network to let this "
                  "address through.")),
    "storage": (N_("Looking whether the browser may keep something …"),
                N_("The browser may keep drawings, so that a reload loses none."),
                N_("The browser keeps nothing: cookies are off, or the window is private. All works, but a reload "
                   "loses drawings.")),
    "speed": (N_("Measuring how fast the network is …"), N_("The network is fast enough: {value} Mbit/s."),
              N_("The network is slow: {value} Mbit/s. Pages take long to come the first time."))}
TEXTS = {"title": N_("Can this device connect?"), "wait": N_("One moment …"),
         "good": N_("Yes: this device can take part."), "bad": N_("Not everything is as it should be. See below."),
         "onward": N_("Go to the app"), "noscript": N_("JavaScript is off in this browser. The app needs it.")}


def page(wish: str, spoken: str) -> str:
    """The page, as HTML, in the language that an address wishes, or in the first that a browser speaks and we do."""
    code = _language(wish, spoken)
    _ = catalogue(code).gettext
    checks = {key: [_(text) for text in texts] for key, texts in CHECKS.items()}
    return filled(PAGE, lang=code, checks=checks, **{name: _(text) for name, text in TEXTS.items()})


def _language(wish: str, spoken: str) -> str:
    asked = [wish, *spoken[:LONGEST].split(",")]
    found = (part.partition(";")[0].strip().partition("-")[0].lower() for part in asked)
    return next((code for code in found if code in LANGUAGES), ENGLISH)
