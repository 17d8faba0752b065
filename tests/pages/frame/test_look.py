"""The look of the app: colours by name, and the dress of figures."""
import tomllib
from pathlib import Path

import plotly.graph_objects as go
import pytest

from pages.ui.frame import look
from pages.ui.frame.look import DARK, LIGHT


@pytest.mark.parametrize("hue", [LIGHT, DARK])
def test_colours_go_by_their_names(hue):
    assert hue["lit"] == hue.lit and hue.font(14) == {"size": 14, "color": hue.text, "family": look.FONT}
    assert len({hue.line, hue.lit, hue.other, hue.both, hue.grid}) == 5, "what means another thing has another colour"
    with pytest.raises(AttributeError):
        hue["red"]


def test_a_look_is_part_of_a_key():
    assert len({LIGHT, DARK, look.Look(**vars(LIGHT))}) == 2


def test_a_dressed_figure_lies_on_the_page():
    layout = go.Figure().update_layout(**DARK.dress(height=300, hover=14, margin={"l": 1})).layout
    assert layout.paper_bgcolor == layout.plot_bgcolor == look.CLEAR and layout.dragmode is False
    assert layout.showlegend is False and layout.font.family == layout.hoverlabel.font.family == look.FONT
    assert (layout.height, layout.margin.l, layout.hoverlabel.font.size) == (300, 1, 14)


def test_streamlit_draws_in_the_same_colours():
    """Its configuration is a file that imports nothing: so it says again what the palette says."""
    themes = tomllib.loads((Path(__file__).resolve().parents[3] / ".streamlit/config.toml").read_text())["theme"]
    for palette, theme in ((LIGHT, themes["light"]), (DARK, themes["dark"])):
        assert theme == {"primaryColor": palette.primary, "backgroundColor": palette.ground,
                         "secondaryBackgroundColor": palette.raised, "textColor": palette.text,
                         "borderColor": palette.border}
