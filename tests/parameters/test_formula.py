"""Formulas: terms and kinds as Bambi names them, and errors that name formula, parameter and column."""

import bambi as bmb
import numpy as np
import pandas as pd
import pytest

from hssm.parameters.formula import formula_names, left_hand_side, parse_formula, right_hand_side, with_categorical


@pytest.fixture(scope="module")
def data():
    return pd.DataFrame(
        {
            "rt": np.linspace(0.4, 1.5, 24),
            "x": np.linspace(-1, 1, 24),
            "condition": ["easy", "hard", "none"] * 8,
            "block": ["one", "two"] * 12,
            "who": np.repeat(["p1", "p2", "p3", "p4"], 6),
            "my column": np.linspace(0, 1, 24),
        }
    )


FORMULAS = {
    "1 + x": [("Intercept", "intercept", True), ("x", "common", False)],
    "v ~ x": [("Intercept", "intercept", True), ("x", "common", False)],
    "0 + x": [("x", "common", False)],
    "0 + condition": [("condition", "common", True)],
    "0 + condition + block": [("condition", "common", True), ("block", "common", False)],
    "0 + condition:block": [("condition:block", "common", True)],
    "x * condition": [
        ("Intercept", "intercept", True),
        ("x", "common", False),
        ("condition", "common", False),
        ("x:condition", "common", False),
    ],
    "(1|who)": [("Intercept", "intercept", True), ("1|who", "group", True)],
    "0 + (x|who)": [("1|who", "group", True), ("x|who", "group", False)],
    "1 + (0 + condition|who)": [("Intercept", "intercept", True), ("condition|who", "group", True)],
    "1 + (1|who:block)": [("Intercept", "intercept", True), ("1|who:block", "group", True)],
    "hsgp(x, m=5, c=2)": [("Intercept", "intercept", True), ("hsgp(x, m=5, c=2)", "hsgp", False)],
    "offset(x)": [("Intercept", "intercept", True), ("offset(x)", "offset", False)],
    "np.exp(x)": [("Intercept", "intercept", True), ("np.exp(x)", "common", False)],
    "`my column`": [("Intercept", "intercept", True), ("my column", "common", False)],
}


@pytest.mark.parametrize("formula", FORMULAS)
def test_terms(formula, data):
    parsed = parse_formula(formula, "v", data)
    assert [(term.name, term.kind, term.is_level) for term in parsed.terms] == FORMULAS[formula]


@pytest.mark.parametrize("formula", FORMULAS)
def test_names_are_those_of_bambi(formula, data):
    # As categories, for Bambi's reading of text columns warns under pandas 3.
    categories = data.assign(**{name: data[name].astype("category") for name in ("condition", "block", "who")})
    terms = bmb.Model(f"rt ~ {right_hand_side(formula)}", categories).parameters["mu"].terms
    assert list(parse_formula(formula, "v", data).term_names) == list(terms)


def test_sides_and_columns(data):
    assert right_hand_side("v ~ 1 + x") == right_hand_side("1 + x") == "1 + x"
    assert left_hand_side("v ~ 1 + x") == "v" and left_hand_side("1 + x") is None
    assert parse_formula("x + (1|who)", "v", data).columns == ("x", "who")
    assert formula_names("hsgp(x, m=3, c=2, centered=True) + (block|who)", "v") == {"x", "block", "who"}


def test_common_means(data):
    parsed = parse_formula("0 + condition + (1|who) + (x|who)", "v", data)
    assert parsed.has_level and parsed.has_common("1") and parsed.has_common("condition")
    assert not parsed.has_common("x")
    assert not parse_formula("0 + x + (1|who)", "v", data).has_common("1")


def test_extra_namespace(data):
    parsed = parse_formula("twice(x) + I(x * k)", "v", data, {"twice": lambda x: 2 * x, "k": 3})
    assert parsed.term_names == ("Intercept", "twice(x)", "I(x * k)")
    assert parsed.columns == ("x",)


def test_columns_can_be_made_categorical(data):
    levels = data.assign(level=np.tile([1, 2, 3], 8))
    changed = with_categorical(levels, "level")
    assert parse_formula("0 + level", "v", changed).terms[0].is_level
    assert not parse_formula("0 + level", "v", levels).terms[0].is_level
    assert with_categorical(levels, None) is levels
    assert str(levels["level"].dtype).startswith("int")


def test_truth_values_are_categories(data):
    changed = with_categorical(data.assign(old=data["x"] > 0), None)
    assert parse_formula("0 + old", "v", changed).terms[0].is_level


def test_missing_covariates_are_left_to_the_data_checks(data):
    holes = data.assign(x=data["x"].where(data["x"] < 0.5), block=data["block"].where(data["x"] > -0.5))
    assert parse_formula("x + block", "v", holes).term_names == ("Intercept", "x", "block")


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("1 + xx", r"'1 \+ xx' of parameter 'v' needs a column .*'xx' \(did you mean 'x'\?\)"),
        ("whom + bloc", "columns .*'bloc' .did you mean 'block'.*'whom' .did you mean 'who'"),
        ("1 +", "cannot be read"),
        ("0", "no terms"),
        ("nothing(x)", "cannot be evaluated .*extra_namespace"),
        ("np.log(condition)", "cannot be evaluated"),
    ],
)
def test_faults(formula, message, data, capsys):
    with pytest.raises(ValueError, match=message):
        parse_formula(formula, "v", data)
    assert capsys.readouterr().out == ""


def test_unknown_categorical_column(data):
    with pytest.raises(ValueError, match="'blok'.*Did you mean 'block'"):
        with_categorical(data, ["blok"])
