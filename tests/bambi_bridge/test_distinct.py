"""Sharing of rows: nothing but the number of evaluations changes."""

from __future__ import annotations

import numpy as np

from hssm.bambi_bridge.distinct import distinct_rows
from tests.bambi_bridge.cases import assert_same, make_frame, make_model, sampled_point


def terms(formula: str, frame):
    return make_model(formula, frame=frame)._built.predictors["v"].terms


def factorial(n_trials: int = 60):
    frame = make_frame(n_trials)
    return frame.assign(x=np.arange(n_trials) % 2 * 1.0)


def test_every_trial_finds_its_row() -> None:
    own = terms("1 + x + (1 + x|p)", factorial())
    kept, row = distinct_rows(own)
    for whole, part in zip(own, kept, strict=True):
        assert len(part.columns) == 12  # six members under two conditions
        np.testing.assert_array_equal(part.columns[row], whole.columns)
        if whole.index is not None:
            np.testing.assert_array_equal(part.index[row], whole.index)


def test_covariates_that_differ_between_trials_are_left_alone() -> None:
    assert distinct_rows(terms("1 + w + (1|p)", factorial())) is None
    assert distinct_rows(terms("1 + hsgp(x, m=4, c=1.5)", make_frame(60))) is None


def test_values_of_trials_are_those_of_the_predictor() -> None:
    for formula in ("1 + x + (1 + x|p)", "0 + g + (1|p)", "1 + offset(x) + (0 + g|p)"):
        model = make_model(formula, frame=factorial())
        point, values = sampled_point(model._built)
        predictor = model._built.predictors["v"]
        from tests.bambi_bridge.cases import reported

        assert_same(predictor.value(reported(model._built, point)), values)
