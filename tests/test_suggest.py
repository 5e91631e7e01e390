"""Close matches at the end of an error message."""

from hssm.suggest import close_matches


def test_close_names_are_offered() -> None:
    assert close_matches("noncenterd", ["noncentered", "links"]) == " Did you mean 'noncentered'?"
    assert close_matches("v_1|itm", ["v_1|item", "a_1|item"]).startswith(" Did you mean 'v_1|item' or ")


def test_nothing_close_says_nothing() -> None:
    assert close_matches("xyz", ["rt", "response"]) == ""
    assert close_matches(3, []) == ""
