"""Designs of a quick fit against dense ones written out by hand."""

from __future__ import annotations

import numpy as np

from hssm.bambi_bridge.layout import LOOSE, lay_out
from tests.bambi_bridge.cases import assert_same, make_frame, make_model

FRAME = make_frame()
N_TRIALS = len(FRAME)


def layout(formula: str, parameter: str = "v", start: float = 0.6, **options):
    built = make_model(formula, parameter, **options)._built
    predictor = built.predictors[parameter]
    return lay_out(predictor.param, predictor, start, N_TRIALS)


def test_predictors_are_centred_as_in_the_model() -> None:
    found = layout("1 + x")
    x = FRAME["x"].to_numpy()
    assert_same(found.design.toarray(), np.column_stack([np.ones(N_TRIALS), x - x.mean()]))
    plain = layout("1 + x", center_predictors=False)
    assert_same(plain.design.toarray(), np.column_stack([np.ones(N_TRIALS), x]))


def test_group_effects_have_a_column_per_level_and_expression_column() -> None:
    found = layout("1 + (x|p)")
    (slopes,) = [block for block in found.blocks if block.variable == "v_x|p"]
    levels = np.unique(FRAME["p"])
    expected = (FRAME["p"].to_numpy()[:, None] == levels) * FRAME["x"].to_numpy()[:, None]
    assert_same(slopes.design.toarray(), expected)
    assert slopes.shape == (len(levels),)
    (words,) = [block for block in layout("1 + (0 + g|p)").blocks if block.is_group]
    assert words.shape == (len(levels), 3)
    row = words.design.toarray()[0].reshape(words.shape)
    assert row[levels == FRAME["p"].iloc[0], sorted(set(FRAME["g"])).index(FRAME["g"].iloc[0])] == 1.0
    assert row.sum() == 1.0


def test_fixed_coefficients_and_offsets_are_added() -> None:
    found = layout("1 + x + offset(w)", prior={"x": 0.4})
    x, w = FRAME["x"].to_numpy(), FRAME["w"].to_numpy()
    assert [block.variable for block in found.blocks] == ["v_Intercept"]
    assert_same(found.offset, 0.4 * x + w)


def test_everything_fixed_leaves_no_columns() -> None:
    found = layout("0 + x", prior={"x": 0.4})
    assert found.design.shape == (N_TRIALS, 0)
    assert_same(found.offset, 0.4 * FRAME["x"].to_numpy())


def test_it_starts_at_the_link_of_the_starting_value() -> None:
    assert layout("1 + (1|p)", "a", 1.7).blocks[0].centre == np.log(1.7)
    (levels,) = layout("0 + (1|p)", "a", 1.7).blocks
    assert levels.centre == np.log(1.7)
    assert all(block.centre == 0.0 for block in layout("1 + x + (1|p)").blocks[1:])


def test_a_simple_parameter_is_an_intercept_inside_bounds_and_prior() -> None:
    built = make_model("1", a={"name": "Uniform", "lower": 0.5, "upper": 2.0})._built
    found = lay_out(built.predictors["a"].param, built.predictors["a"], 1.0, N_TRIALS)
    assert found.link.bounds == (0.5, 2.0)
    assert found.blocks[0].centre == found.link.link(1.0)
    assert not found.is_regression


def test_priors_without_known_quantiles_are_loose() -> None:
    blocks = layout("1 + g", prior={"g": {"name": "Horseshoe"}}).blocks
    assert blocks[1].scale == LOOSE
