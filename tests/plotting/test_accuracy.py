import numpy as np
import pandas as pd
import pytest

from hssm.plotting.accuracy import conditional_accuracy, delta_function, hits, read_pair
from hssm.plotting.data import PredictiveData, Responses
from tests.tolerances import SAME_NUMERICS


def small(rt, choice, **columns):
    responses = Responses(rt=np.asarray(rt, dtype=float), choice=np.asarray(choice, dtype=float))
    frame = pd.DataFrame({"trial": np.arange(len(responses.choice)), **columns})
    return PredictiveData(frame=frame, observed=responses, predicted=responses, labels={-1: "no", 1: "yes"}), responses


def test_bins_hold_equally_many_trials_from_fast_to_slow():
    data, responses = small([0.9, 0.1, 0.3, 0.5, 0.7, 0.2], [1, -1, -1, 1, 1, 1])
    rt, accuracy = conditional_accuracy(data, responses, None, 3)
    np.testing.assert_allclose(rt, [[0.15, 0.4, 0.8]])
    np.testing.assert_allclose(accuracy, [[0.5, 0.5, 1.0]])


def test_hits_follow_a_column_of_correct_responses():
    data, responses = small([1.0, 1.0, 1.0, np.nan], [1, -1, -1, -999], target=["no", "no", "yes", "yes"])
    np.testing.assert_array_equal(hits(data, responses, "target"), [[0, 1, 0, np.nan]])
    np.testing.assert_array_equal(hits(data, responses, None), [[1, 0, 0, np.nan]])


def test_omissions_take_part_in_no_bin():
    data, responses = small([0.1, np.nan, 0.3, 0.2, np.nan, 0.4], [1, -999, -1, 1, -999, 1])
    rt, accuracy = conditional_accuracy(data, responses, None, 2)
    np.testing.assert_allclose(rt, [[0.15, 0.35]])
    np.testing.assert_allclose(accuracy, [[1.0, 0.5]])
    assert np.isnan(conditional_accuracy(data, responses, None, 5)[0]).all()


def test_samples_with_different_omissions_are_binned_on_their_own():
    rt = np.array([[0.1, 0.2, 0.3, 0.4], [0.4, np.nan, np.nan, 0.1]])
    data, responses = small(rt[0], np.ones(4))
    responses = Responses(rt=rt, choice=np.where(np.isnan(rt), -999, [[1, 1, -1, -1]]))
    found, accuracy = conditional_accuracy(data, responses, None, 2)
    np.testing.assert_allclose(found, [[0.15, 0.35], [0.1, 0.4]])
    np.testing.assert_allclose(accuracy, [[1, 0], [0, 1]])


def test_delta_is_the_difference_of_quantiles():
    rng = np.random.default_rng(1)
    rt, level = rng.gamma(3, 0.3, 200), np.tile(["a", "b"], 100)
    data, responses = small(rt, np.ones(200), level=level)
    mean, difference = delta_function(data, responses, "level", ("a", "b"), (0.25, 0.5))
    own = [np.quantile(rt[level == name], [0.25, 0.5]) for name in ("a", "b")]
    np.testing.assert_allclose(difference[0], own[1] - own[0], rtol=SAME_NUMERICS.relative)
    np.testing.assert_allclose(mean[0], (own[1] + own[0]) / 2, rtol=SAME_NUMERICS.relative)


def test_the_pair_of_conditions():
    column = pd.Series(["a", "b", "a"])
    assert read_pair(column, "level", None, ["a", "b"]) == ("a", "b")
    assert read_pair(column, "level", ("b", "a"), ["a", "b"]) == ("b", "a")
    with pytest.raises(ValueError, match=r"names 'c'\. Choose `pair` from: 'a', 'b'"):
        read_pair(column, "level", ("a", "c"), ["a", "b"])
    with pytest.raises(ValueError, match="has 1 levels"):
        read_pair(column, "level", None, ["a"])


def test_choices_alone_have_no_functions_of_time():
    data, responses = small([1.0, 2.0], [1, -1])
    silent = Responses(rt=None, choice=responses.choice)
    with pytest.raises(ValueError, match="needs reaction times"):
        conditional_accuracy(data, silent, None, 2)
    with pytest.raises(ValueError, match="needs reaction times"):
        delta_function(data, silent, "trial", (0, 1), (0.5,))
