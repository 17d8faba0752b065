"""Colours, a set for light and one for dark. Those of branches are Okabe and Ito's: the colour-blind can tell them."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """Colours of branches (`line`, and lit in two colours, or in `both` where two ways are one), of text and of a grid;
    `ink` is for letters upon the lit colours. `primary` is what can be pressed, `ground` what lies below all, `raised`
    what stands out from it, `border` what parts things."""

    dark: bool
    line: str
    lit: str
    other: str
    both: str
    text: str
    grid: str
    ink: str
    primary: str
    ground: str
    raised: str
    border: str

    def __getitem__(self, kind: str) -> str:
        """A colour by its name: figures say how a branch is lit by such a name."""
        return getattr(self, kind)


LIGHT = Palette(False, line="#9aa5ad", lit="#d55e00", other="#0072b2", both="#1d2226", text="#1d2226", grid="#e4e6e2",
                ink="#fff", primary="#0b6aa8", ground="#fcfcfa", raised="#f0f1ee", border="#d9dcd8")
DARK = Palette(True, line="#66727c", lit="#ff9a4d", other="#6cbcf0", both="#eceff1", text="#eceff1", grid="#2a3138",
               ink="#000", primary="#6cbcf0", ground="#14181c", raised="#1f252b", border="#363d44")
