"""Bambi's terms as they are read, and their designs on rows that the fit did not have."""

from __future__ import annotations

import formulae
import numpy as np
import pandas as pd
import pytest

from hssm.bambi_bridge.compat import evaluate_term, factor_columns, hsgp_basis, level_coding, reference_levels
from tests.bambi_bridge.cases import assert_same, make_frame, make_model

FRAME = make_frame()
FORMULA = "1 + x + g + x:g + center(w) + offset(w) + (1 + x|p) + (0 + g|q)"


def terms_of(formula: str, frame: pd.DataFrame = FRAME, **options) -> dict:
    built = make_model(formula, frame=frame, **options)._built
    return {term.name: term for term in built.predictors["v"].terms}


@pytest.fixture(scope="module")
def terms() -> dict:
    return terms_of(FORMULA, prior={"g|q": {"name": "Normal", "mu": 0, "sigma": {"name": "HalfNormal", "sigma": 1}}})


def test_kinds_and_names(terms: dict) -> None:
    kinds = {name: term.kind for name, term in terms.items()}
    assert kinds == {
        "Intercept": "intercept",
        "x": "common",
        "g": "common",
        "x:g": "common",
        "center(w)": "common",
        "offset(w)": "offset",
        "1|p": "group",
        "x|p": "group",
        "g|q": "group",
    }
    assert all(term.variable == f"v_{name}" for name, term in terms.items())


def test_columns_and_levels(terms: dict) -> None:
    g = FRAME["g"].to_numpy()
    assert_same(terms["x"].columns, FRAME["x"])
    assert terms["x"].levels == ()
    assert terms["g"].levels == ("b", "c")
    assert_same(terms["g"].columns, np.column_stack([g == "b", g == "c"]).astype(float))
    assert terms["g"].is_categorical
    assert not terms["x"].is_categorical
    assert terms["1|p"].groups == tuple("012345")
    assert_same(terms["1|p"].columns, np.ones(len(FRAME)))
    assert_same(terms["x|p"].columns, FRAME["x"])
    np.testing.assert_array_equal(terms["x|p"].index, FRAME["p"])
    assert terms["g|q"].groups == ("east", "north", "south", "west")
    assert terms["g|q"].levels == ("a", "b", "c")


def test_dimensions_of_coefficients(terms: dict) -> None:
    assert terms["Intercept"].coords == {}
    assert terms["x"].coords == {}
    assert terms["g"].coords == {"v_g_dim": ("b", "c")}
    assert terms["1|p"].coords == {"p__factor_dim": tuple("012345")}
    assert terms["g|q"].coords == {
        "q__factor_dim": ("east", "north", "south", "west"),
        "v_g|q__expr_dim": ("a", "b", "c"),
    }


ROWS = {
    "all": np.arange(36),
    "a permutation": np.random.default_rng(4).permutation(36),
    "repeated rows": np.array([3, 3, 20, 3]),
    "one row": np.array([17]),
    "one level": np.flatnonzero(FRAME["g"].to_numpy() == "b"),
    "one group": np.flatnonzero(FRAME["p"].to_numpy() == 4),
}


@pytest.mark.parametrize("rows", ROWS)
def test_rows_keep_their_design(terms: dict, rows: str) -> None:
    """Transformations remember the fit's data: a subset is coded and centred as it was then."""
    chosen = ROWS[rows]
    new = FRAME.iloc[chosen]
    for name, term in terms.items():
        found = evaluate_term(term, new)
        assert_same(found.columns, term.columns[chosen])
        assert found.new_groups == (), name
        if term.kind == "group":
            np.testing.assert_array_equal(found.index, term.index[chosen])
        else:
            assert found.index is None


def test_new_rows_need_no_responses(terms: dict) -> None:
    found = evaluate_term(terms["x|p"], FRAME[["x", "p"]].iloc[:4])
    assert_same(found.columns, FRAME["x"].iloc[:4])


def test_new_values_of_numbers(terms: dict) -> None:
    new = FRAME.iloc[:3].assign(x=[1.0, 2.0, 3.0], w=[0.0, 1.0, 2.0], g=["a", "b", "c"])
    assert_same(evaluate_term(terms["x:g"], new).columns, np.diag([1.0, 2.0, 3.0])[:, 1:])
    assert_same(evaluate_term(terms["center(w)"], new).columns, np.arange(3.0) - FRAME["w"].mean())
    assert_same(evaluate_term(terms["offset(w)"], new).columns, np.arange(3.0))


# ---------------------------------------------------------------------- groups that the fit did not have


def unseen(column: str, values: list) -> pd.DataFrame:
    return FRAME.iloc[: len(values)].assign(**{column: values})


def test_unseen_groups_follow_the_known_in_order_of_appearance(terms: dict) -> None:
    found = evaluate_term(terms["x|p"], unseen("p", [5, 99, 0, 77, 99]))
    np.testing.assert_array_equal(found.index, [5, 6, 0, 7, 6])
    assert found.new_groups == ("99", "77")
    found = evaluate_term(terms["g|q"], unseen("q", ["up", "west", "down"]))
    np.testing.assert_array_equal(found.index, [4, 3, 5])
    assert found.new_groups == ("up", "down")
    assert found.columns.shape == (3, 3)


def test_only_unseen_groups(terms: dict) -> None:
    found = evaluate_term(terms["1|p"], unseen("p", [8, 7]))
    np.testing.assert_array_equal(found.index, [6, 7])
    assert found.new_groups == ("8", "7")


def test_unseen_members_of_combined_factors() -> None:
    term = terms_of("1 + (1|p:q)")["1|p:q"]
    assert term.groups[:3] == ("0:east", "0:north", "0:south")
    new = FRAME.iloc[:4].assign(p=[0, 9, 5, 9], q=["south", "west", "up", "west"])
    found = evaluate_term(term, new)
    np.testing.assert_array_equal(found.index, [2, 24, 25, 24])
    assert found.new_groups == ("9:west", "5:up")


def test_unseen_members_of_a_computed_factor() -> None:
    term = terms_of("1 + (1|C(p))")["1|C(p)"]
    found = evaluate_term(term, unseen("p", [2, 9, 8, 9]))
    np.testing.assert_array_equal(found.index, [2, 6, 7, 6])
    assert found.new_groups == ("9", "8")


def test_the_setting_of_formulae_is_restored(terms: dict) -> None:
    before = formulae.config["EVAL_UNSEEN_CATEGORIES"]
    evaluate_term(terms["1|p"], unseen("p", [99]))
    assert formulae.config["EVAL_UNSEEN_CATEGORIES"] == before
    with pytest.raises(KeyError):
        evaluate_term(terms["1|p"], FRAME.drop(columns="p"))
    assert formulae.config["EVAL_UNSEEN_CATEGORIES"] == before


# ---------------------------------------------------------------------- codings and smooth terms


def test_coding_of_a_words_levels(terms: dict) -> None:
    levels, matrix = level_coding(terms["g"])
    assert levels == ("a", "b", "c")
    assert_same(matrix, np.eye(3)[:, 1:])
    levels, matrix = level_coding(terms_of("0 + g")["g"])
    assert levels == ("a", "b", "c")
    assert_same(matrix, np.eye(3))
    _, matrix = level_coding(terms_of("1 + C(g, Sum)")["C(g, Sum)"])
    assert_same(matrix.sum(axis=0), np.zeros(2))


@pytest.mark.parametrize("by", ["", ", by=g"])
def test_basis_on_new_rows(by: str) -> None:
    (term,) = (t for t in terms_of(f"1 + hsgp(x, m=5, c=1.5{by})").values() if t.kind == "hsgp")
    whole = hsgp_basis(term, term.columns)
    rows = np.array([30, 2, 2, 11])
    assert_same(hsgp_basis(term, evaluate_term(term, FRAME.iloc[rows]).columns), whole[rows])
    # Between two rows of the same level the basis lies on the same curve: continuous in x.
    near = FRAME.iloc[rows].assign(x=FRAME["x"].iloc[rows] + 1e-9)
    np.testing.assert_allclose(hsgp_basis(term, evaluate_term(term, near).columns), whole[rows], atol=1e-7)


def test_columns_of_factors(terms: dict) -> None:
    assert factor_columns(terms["1|p"]) == factor_columns(terms["x|p"]) == {"p"}
    crossed = terms_of("1 + (1|p:q)")
    assert factor_columns(crossed["1|p:q"]) == {"p", "q"}


def test_reference_levels(terms: dict) -> None:
    assert reference_levels(terms["g"]) == {"g": "a"}
    assert reference_levels(terms["x"]) == reference_levels(terms["x|p"]) == {}
    assert reference_levels(terms["x:g"]) == reference_levels(terms["g|q"]) == {"g": None}
    chosen = terms_of("1 + C(g, Treatment('b'))")
    assert reference_levels(chosen["C(g, Treatment('b'))"]) == {"g": "b"}
    without = terms_of("0 + g")
    assert reference_levels(without["g"]) == {"g": None}
