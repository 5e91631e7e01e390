"""A parameter's values per trial: PyMC's graph, the NumPy side and a calculation by hand must agree."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit

import hssm
from tests.evaluation import evaluate, make_frame, random_point, reported_draw
from tests.tolerances import OTHER_ALGORITHM, SAME_NUMERICS

FRAME = make_frame()
X, Y, G = FRAME["x"].to_numpy(), FRAME["y"].to_numpy(), FRAME["g"].to_numpy()
PERSON = FRAME["participant_id"].to_numpy() - 10
ITEM = FRAME["item"].to_numpy() - 1
HI, LO, MID = ((level == G).astype(float) for level in ("hi", "lo", "mid"))
LEVELS = np.column_stack([HI, LO, MID])


def by_hand(case: str, p: str, b: dict[str, np.ndarray]) -> np.ndarray:
    """The linear predictor of a formula from reported coefficients and the columns of the data."""
    c = {name.removeprefix(f"{p}_"): value[0] for name, value in b.items()}
    intercept = c.get("Intercept", 0.0)
    person = c.get("1|participant_id")
    return {
        "1": lambda: np.full(len(X), intercept),
        "1 + x": lambda: intercept + X * c["x"],
        "1 + x + y + x:y": lambda: intercept + X * c["x"] + Y * c["y"] + X * Y * c["x:y"],
        "1 + g": lambda: intercept + LEVELS[:, 1:] @ c["g"],
        "0 + g": lambda: LEVELS @ c["g"],
        "0 + g + x": lambda: LEVELS @ c["g"] + X * c["x"],
        "1 + x:g": lambda: intercept + (LEVELS * X[:, None]) @ c["x:g"],
        "1 + x + offset(y)": lambda: intercept + X * c["x"] + Y,
        "1 + scale(x)": lambda: intercept + (X - X.mean()) / X.std() * c["scale(x)"],
        "1 + (1|participant_id)": lambda: intercept + person[PERSON],
        "1 + x + (1 + x|participant_id)": lambda: (
            intercept + person[PERSON] + X * (c["x"] + c["x|participant_id"][PERSON])
        ),
        "1 + (1|participant_id) + (1|item)": lambda: intercept + person[PERSON] + c["1|item"][ITEM],
        "0 + (1|participant_id)": lambda: person[PERSON],
        "1 + (0 + x|participant_id)": lambda: intercept + X * c["x|participant_id"][PERSON],
        "1 + g + (1 + g|participant_id)": lambda: (
            intercept + person[PERSON] + (LEVELS[:, 1:] * (c["g"] + c["g|participant_id"][PERSON])).sum(axis=1)
        ),
        "0 + (0 + g|participant_id)": lambda: (LEVELS * c["g|participant_id"][PERSON]).sum(axis=1),
    }[case]()


CASES = [
    "1",
    "1 + x",
    "1 + x + y + x:y",
    "1 + g",
    "0 + g",
    "0 + g + x",
    "1 + x:g",
    "1 + x + offset(y)",
    "1 + scale(x)",
    "1 + (1|participant_id)",
    "1 + x + (1 + x|participant_id)",
    "1 + (1|participant_id) + (1|item)",
    "0 + (1|participant_id)",
    "1 + (0 + x|participant_id)",
    "1 + g + (1 + g|participant_id)",
    "0 + (0 + g|participant_id)",
]
INVERSE_LINK = {"v": lambda eta: eta, "a": np.exp, "z": expit}


def build(formula: str, parameter: str = "v", **options) -> hssm.HSSM:
    return hssm.HSSM(FRAME, include=[{"name": parameter, "formula": f"{parameter} ~ {formula}"}], **options)


def agree(model: hssm.HSSM, parameter: str, case: str) -> None:
    point = random_point(model)
    symbolic = evaluate(model.pymc_model, [parameter], point)[parameter]
    draw = reported_draw(model, point)
    predictor = model._built.predictors[parameter]
    expected = INVERSE_LINK[parameter](by_hand(case, parameter, draw))
    # One value for all trials may come as one.
    numeric = np.broadcast_to(predictor.value(draw)[0], len(FRAME))
    assert_allclose(np.broadcast_to(symbolic, len(FRAME)), expected, rtol=OTHER_ALGORITHM.relative)
    assert_allclose(numeric, expected, rtol=OTHER_ALGORITHM.relative)
    rows = [7, 3, 59, 20]
    new = predictor.value(draw, predictor.evaluate(FRAME.iloc[rows]))[0]
    assert_allclose(np.broadcast_to(new, len(rows)), expected[rows], rtol=OTHER_ALGORITHM.relative)


FORMS = [(case, noncentered) for case in CASES for noncentered in ((False, True) if "|" in case else (False,))]


@pytest.mark.parametrize("center_predictors", [True, False])
@pytest.mark.parametrize(("case", "noncentered"), FORMS)
def test_graph_numpy_and_hand_agree(case: str, center_predictors: bool, noncentered: bool) -> None:
    agree(build(case, center_predictors=center_predictors, noncentered=noncentered), "v", case)


@pytest.mark.parametrize("parameter", ["a", "z"])
@pytest.mark.parametrize("case", ["1", "1 + x", "0 + g", "1 + x + (1 + x|participant_id)"])
def test_links_are_inverted(case: str, parameter: str) -> None:
    agree(build(case, parameter), parameter, case)


@pytest.mark.parametrize("term", ["hsgp(x, m=6, c=1.5)", "hsgp(x, m=6, c=1.5, by=g)"])
def test_smooth_functions_agree(term: str) -> None:
    model = build(f"1 + {term}")
    point = random_point(model)
    symbolic = evaluate(model.pymc_model, ["v"], point)["v"]
    draw = reported_draw(model, point)
    predictor = model._built.predictors["v"]
    assert np.std(symbolic) > 0.0
    assert_allclose(predictor.value(draw)[0], symbolic, rtol=OTHER_ALGORITHM.relative)
    rows = [7, 3, 59, 20]
    new = predictor.value(draw, predictor.evaluate(FRAME.iloc[rows]))
    assert_allclose(new[0], symbolic[rows], rtol=OTHER_ALGORITHM.relative)


def test_without_groups_a_member_has_no_deviation() -> None:
    model = build("1 + x + (1 + x|participant_id)", noncentered=False)
    draw = reported_draw(model, random_point(model))
    value = model._built.predictors["v"].value(draw, include_groups=False)[0]
    assert_allclose(value, draw["v_Intercept"][0] + X * draw["v_x"][0], rtol=SAME_NUMERICS.relative)


def test_permuting_rows_permutes_values() -> None:
    case = "1 + x + (1 + x|participant_id)"
    order = np.random.default_rng(2).permutation(len(FRAME))
    include = [{"name": "v", "formula": f"v ~ {case}"}]
    straight = hssm.HSSM(FRAME, include=include, noncentered=True)
    permuted = hssm.HSSM(FRAME.iloc[order], include=include, noncentered=True)
    point = random_point(straight)
    expected = evaluate(straight.pymc_model, ["v"], point)["v"][order]
    assert_allclose(evaluate(permuted.pymc_model, ["v"], point)["v"], expected, rtol=OTHER_ALGORITHM.relative)


def test_simple_and_fixed_parameters() -> None:
    vector = np.linspace(0.1, 0.2, len(FRAME))
    model = hssm.HSSM(FRAME, z=0.4, t=vector)
    predictors = model._built.predictors
    assert predictors["v"].value({"v": np.array([1.0, 2.0])}).tolist() == [[1.0], [2.0]]
    assert predictors["z"].value({}).tolist() == [[0.4]]
    assert_allclose(predictors["t"].value({})[0], vector)
    assert [name for name, p in predictors.items() if p.is_trialwise] == ["t"]
