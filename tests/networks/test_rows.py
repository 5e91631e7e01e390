"""Rows are chosen from tables by where responses fall; tables cover the time from the first response on."""

import numpy as np

from hssm.models.registry import get_model
from hssm.networks.rows import CHEAP, LOWEST, SOLVED, Table, chosen_rows, onset, spaced_times

DDM = get_model("ddm")


def test_weights_of_times_add_up_to_the_range() -> None:
    times, weights = spaced_times(np.random.default_rng(1), 3, 400, longest=30.0)
    assert (np.diff(times, axis=1) > 0).all()
    assert times.max() < 30.0
    np.testing.assert_allclose(weights.sum(axis=1), 30.0, rtol=0.05)


def test_responses_begin_before_the_mean_non_decision_time() -> None:
    assert onset({"v": np.ones(2)}) == 0.0
    np.testing.assert_allclose(onset({"t": np.array([0.5]), "st": np.array([0.2])}), 0.4)


def test_rows_lie_where_the_density_does() -> None:
    times, weights = spaced_times(np.random.default_rng(2), 2, 50)
    log_density = np.full((2, 2, 50), -40.0)
    log_density[0, 1, 20:25], log_density[1, 0, 30] = 0.0, 1.0
    theta = {"v": np.array([1.0, 2.0]), "a": np.ones(2), "z": np.full(2, 0.5), "t": np.array([0.1, 0.2])}
    table = Table(times=times, weights=weights, log_density=log_density)
    rows, labels = chosen_rows(np.random.default_rng(3), DDM, theta, table, 10)
    assert rows.shape == (20, 6)
    assert (labels > LOWEST).all()
    first, second = rows[:10], rows[10:]
    assert (first[:, 5] == 1).all()
    assert (second[:, 5] == -1).all()
    np.testing.assert_allclose(second[:, 4], times[1, 30] + 0.2, rtol=1e-5)
    assert (first[:, 4] - 0.1 > 0.99 * times[0, 20]).all()


def test_a_solution_answers_more_questions() -> None:
    assert CHEAP.per_vector("cpn") == SOLVED.per_vector("cpn") == 1
    assert SOLVED.per_vector("lan") > CHEAP.per_vector("lan")
    assert SOLVED.n_rows("opn") == SOLVED.vectors[1] * SOLVED.deadlines
