"""The table behind the quantile-probability plot, against NumPy and pandas."""

import numpy as np
import pandas as pd
import pytest

from hssm.plotting.data import PredictiveRequest, predictive_data
from hssm.plotting.quantiles import (
    QuantileRequest,
    category_masks,
    correct_codes,
    ellipse_of,
    masked_quantiles,
    quantile_table,
    read_quantiles,
)
from tests.tolerances import DRAWN, MONTE_CARLO


@pytest.fixture
def data(two_choices):
    return predictive_data(two_choices, PredictiveRequest(n_samples=None))


def test_quantiles_are_read() -> None:
    assert read_quantiles(5) == pytest.approx((0.1, 0.3, 0.5, 0.7, 0.9))
    assert read_quantiles([0.9, 0.1]) == (0.1, 0.9)
    for wrong in (0, True, 0.5, [0.0, 0.5], [], "half"):
        with pytest.raises(ValueError, match="`q`"):
            read_quantiles(wrong)


def test_masked_quantiles_are_numpys(rng) -> None:
    values, mask = rng.gamma(2.0, size=(8, 60)), rng.random((8, 60)) < 0.4
    mask[3] = False
    mask[4] = np.arange(60) == 7
    found = masked_quantiles(values, mask, (0.1, 0.5, 0.9))
    for row in range(8):
        expected = np.quantile(values[row][mask[row]], (0.1, 0.5, 0.9)) if mask[row].any() else [np.nan] * 3
        np.testing.assert_allclose(found[row], expected, rtol=DRAWN.relative)


def test_the_table_is_what_pandas_counts(data) -> None:
    table = quantile_table(data, data.observed, QuantileRequest(cond="condition", quantiles=(0.5,)))
    frame = data.frame
    for _, line in table.iterrows():
        rows = frame["condition"] == line["condition"]
        own = frame[rows & (frame["response"] == {"left": -1, "right": 1}[line["response"]])]
        assert line["proportion"] == pytest.approx(len(own) / rows.sum())
        assert line["rt"] == pytest.approx(own["rt"].median())
    shares = table.groupby("condition")["proportion"].sum()
    missing = (frame["rt"] == -999.0).groupby(frame["condition"]).mean()
    np.testing.assert_allclose(shares.to_numpy(), 1 - missing[shares.index].to_numpy())


def test_predictions_have_a_row_per_draw(data) -> None:
    table = quantile_table(data, data.predicted, QuantileRequest(cond="condition", quantiles=(0.2, 0.8)))
    assert len(table) == 30 * 2 * 2 * 2
    assert table["sample"].nunique() == 30


def test_within_participants_first(data) -> None:
    request = QuantileRequest(cond="condition", quantiles=(0.5,), by=("participant_id",))
    table = quantile_table(data, data.observed, request).set_index(["condition", "response"])
    frame = data.frame[(data.frame["condition"] == "easy") & (data.frame["response"] == 1)]
    assert table.loc[("easy", "right"), "rt"] == pytest.approx(frame.groupby("participant_id")["rt"].median().mean())


def test_correct_and_error(data) -> None:
    masks = category_masks(data, data.observed, "target")
    answered = np.isfinite(data.observed.rt)
    is_correct = (data.frame["response"] == data.frame["target"]).to_numpy()
    np.testing.assert_array_equal(masks["correct"][0], is_correct & answered)
    np.testing.assert_array_equal(masks["error"][0], ~is_correct & answered)


def test_the_correct_response_in_three_forms(data) -> None:
    target = data.frame["target"].to_numpy()
    data.frame["word"] = pd.Series(target, index=data.frame.index).map({-1: "left", 1: "right"})
    data.frame["was_right"] = (data.frame["response"] == target).to_numpy()
    answered = np.isfinite(data.observed.rt)
    np.testing.assert_array_equal(correct_codes(data, "word"), target)
    np.testing.assert_array_equal(correct_codes(data, "target"), target)
    np.testing.assert_array_equal(correct_codes(data, "was_right")[answered], target[answered])
    with pytest.raises(ValueError, match=r"left, right.*easy, hard"):
        correct_codes(data, "condition")


def test_choice_only_models_have_no_quantiles(choice_only) -> None:
    shown = predictive_data(choice_only, PredictiveRequest())
    with pytest.raises(ValueError, match="reaction times"):
        quantile_table(shown, shown.observed, QuantileRequest(cond="response", quantiles=(0.5,)))


def test_the_ellipse_holds_its_share(rng) -> None:
    n_points = 20_000
    points = rng.multivariate_normal([1.0, 2.0], [[2.0, 1.2], [1.2, 1.0]], size=n_points)
    centre, width, height, angle = ellipse_of(points, 0.8)
    turn = np.radians(angle)
    along = (points - centre) @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    inside = np.mean((2 * along[:, 0] / width) ** 2 + (2 * along[:, 1] / height) ** 2 <= 1)
    assert abs(inside - 0.8) < MONTE_CARLO.standard_errors * np.sqrt(0.8 * 0.2 / n_points)
