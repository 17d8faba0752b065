"""Showing a visitor around: three to five things of each page, in the order in which one meets them."""
from ..language import N_, _
from ..parts.guide import guide

WORDS = {"call": N_("Show me around this page"), "on": N_("Next"), "end": N_("Done"), "back": N_("Back"),
         "close": N_("Close")}
MENU = (".st-key-menu", N_("The pages, in the order in which they are best met. More of them, and your language, are "
                           "under “More”."))
HELP = (".stExpander", N_("What is on this page, explained at leisure, with the equation for those who want it."))
NEXT = (".st-key-onward", N_("From here on to the next page."))
MOST = 3  # things of a page itself
STOPS = {
    "app.py": (
        (".st-key-fall", N_("Press play: noise goes down the tree, and becomes pictures.")),
        (".st-key-steered", N_("The tree. Click a branch point or a name, or use the arrow keys.")),
        (".st-key-told", N_("What there is at the point that you chose: read each column from top to bottom."))),
    "pages/transmute.py": (
        (".st-key-giving", N_("Draw here, or take a photo, or choose one.")),
        (".st-key-turning", N_("What becomes of it. Pull the slider: less noise keeps more of yours.")),
        (".st-key-where", N_("Both paths on the tree: where they part, it turns round."))),
    "pages/teach.py": (
        (".st-key-giving", N_("Draw your symbol about ten times, each one a little different.")),
        (".st-key-turning", N_("Give it a name, and teach it. That takes about a minute."))),
    "pages/discovery.py": (
        (".stPlotlyChart", N_("How far noise leaves two classes apart. Where the difference is small enough, they "
                              "join.")),
        (".st-key-eps", N_("How small is small enough? Change it, and the tree changes."))),
    "pages/hybrids.py": (
        (".st-key-sides", N_("Choose two sides.")),
        (".st-key-morphing", N_("Pull the slider: one picture becomes two where the paths part."))),
    "pages/wall.py": (
        (".st-key-begin, .st-key-holding", N_("Open a room here. In it, you let works through, and close it.")),
        (".st-key-room", N_("What the class has sent; or the link and the QR code by which it comes here."))),
    "pages/lesson.py": (
        (".st-key-_step", N_("The stations. A tick says that you have answered.")),
        (".st-key-asked", N_("Say what you expect first. Only then is it shown.")),
        (".st-key-on", N_("On to the next station, or back."))),
}


def guided(file: str) -> None:
    """The button that calls the guide, on the page in this file."""
    own = STOPS.get(file, ())
    stops = (MENU, *own, *[HELP] * (len(own) < MOST), NEXT)
    guide([(selector, _(said)) for selector, said in stops], {name: _(said) for name, said in WORDS.items()})
