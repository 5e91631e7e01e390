"""Options of plots are read in every form they may take, and refused in others."""

import pytest

from hssm.plotting import style


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, ("p", "o")),
        ("red", ("red", "red")),
        (["red", "blue"], ("red", "blue")),
        ({"observed": "blue"}, ("p", "blue")),
    ],
)
def test_one_setting_a_pair_or_a_dict(given, expected) -> None:
    found = style.pair("colors", given, style.Pair("p", "o"))
    assert (found.predicted, found.observed) == expected


@pytest.mark.parametrize("given", [["a", "b", "c"], {"data": "red"}])
def test_no_pair(given) -> None:
    with pytest.raises(ValueError, match="colors"):
        style.pair("colors", given, style.Pair("p", "o"))


def test_colours_by_choice() -> None:
    labels = {0: "red", 1: "green", 2: "blue"}
    assert style.choice_colors(None, labels) == list(style.CHOICES[:3])
    assert style.choice_colors({"green": "k"}, labels)[1] == "k"
    assert style.choice_colors("k", labels) == ["k"] * 3
    for wrong in (["k"], {"grey": "k"}, ["k", "k", "no colour"]):
        with pytest.raises(ValueError, match="colo"):
            style.choice_colors(wrong, labels)


def test_options_are_named() -> None:
    with pytest.raises(ValueError, match="'hist'.*Did you mean 'hist'"):
        style.require_option("kind", "hits", ("hist", "kde"))


def test_line_properties() -> None:
    assert style.line_properties({"lw": 2, "marker": "o"}) == {"linewidth": 2, "marker": "o"}
    with pytest.raises(TypeError, match="markre.*Did you mean 'marker'"):
        style.line_properties({"markre": "o"})
