from dataclasses import replace

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from hssm.densities.logspace import log_add_exp
from hssm.likelihoods import outcomes as outcome
from hssm.likelihoods.lapse import resolve_lapse, with_lapse
from hssm.likelihoods.missing import ALIKE, with_recording
from hssm.likelihoods.pointwise import evaluate_pointwise, needed_columns
from hssm.spec import Likelihood, Recording, SimulationOptions
from tests.likelihoods.recorded_toy import RATE, THETA, TOY, Q, share
from tests.tolerances import FINITE_DIFFERENCE, SAME_NUMERICS

NOTHING = -999.0
MISSING = Recording(missing=NOTHING)
DEADLINE = Recording(missing=NOTHING, deadline="deadline")
NOGO = Recording(missing=NOTHING, deadline="deadline", nogo=0)
CENSORED = Recording(missing=NOTHING, censored="side")
SURVIVOR = np.exp(-RATE * 0.8)

# Recording, row (rt, response, further column), and its probability without and with a lapse of 0.2, Uniform(0, 20).
OUTCOMES = {
    "observed": (DEADLINE, (0.5, 1, 0.8), Q * RATE * np.exp(-RATE * 0.5), 1 / 20 / 2),
    "lost": (MISSING, (NOTHING, 1), Q, 1 / 2),
    "lost, other choice": (MISSING, (NOTHING, 0), 1 - Q, 1 / 2),
    "lost, no deadline": (DEADLINE, (NOTHING, 0, np.inf), 1 - Q, 1 / 2),
    "omitted": (DEADLINE, (NOTHING, NOTHING, 0.8), SURVIVOR, 1 - 0.8 / 20),
    "withheld": (NOGO, (NOTHING, NOTHING, 0.8), 1 - Q * (1 - SURVIVOR), 1 - 0.8 / 20 / 2),
    "withheld, no deadline": (replace(NOGO, deadline=None), (NOTHING, NOTHING), 1 - Q, 1 / 2),
    "unknown": (MISSING, (NOTHING, NOTHING), 1.0, 1.0),
    "left": (CENSORED, (0.8, 1, -1), Q * (1 - SURVIVOR), 0.8 / 20 / 2),
    "left, any choice": (CENSORED, (0.8, NOTHING, -1), 1 - SURVIVOR, 0.8 / 20),
    "right": (CENSORED, (0.8, 1, 1), Q * SURVIVOR, (1 - 0.8 / 20) / 2),
    "right, any choice": (CENSORED, (0.8, NOTHING, 1), SURVIVOR, 1 - 0.8 / 20),
}


def with_withheld(recording: Recording) -> Likelihood:
    if recording.nogo is None:
        return TOY
    code = pt.constant(float(recording.nogo))
    both = lambda o, th: log_add_exp(TOY.log_survival(o, th), TOY.log_cdf({**o, "response": code}, th))  # noqa: E731
    return replace(TOY, log_withheld=both)


def log_probability(likelihood: Likelihood, rows: np.ndarray, theta=THETA, alike=None) -> np.ndarray:
    observed = dict(zip(likelihood.columns, np.asarray(rows, dtype=float).T, strict=True))
    observed[ALIKE] = np.arange(len(rows)) if alike is None else alike
    observed = {name: observed[name] for name in needed_columns(likelihood)}
    return evaluate_pointwise(likelihood, observed, {name: np.atleast_2d(value) for name, value in theta.items()})


@pytest.mark.parametrize("case", OUTCOMES)
def test_the_table(case: str) -> None:
    recording, row, expected, by_lapse = OUTCOMES[case]
    bare = with_recording(with_withheld(recording), recording)
    mixed = with_recording(with_lapse(with_withheld(recording), resolve_lapse()), recording)
    close = {"rel": SAME_NUMERICS.relative}
    assert np.exp(log_probability(bare, [row])[0, 0]) == pytest.approx(expected, **close)
    lapsing = log_probability(mixed, [row], {**THETA, "p_outlier": 0.2})[0, 0]
    assert np.exp(lapsing) == pytest.approx(0.8 * expected + 0.2 * by_lapse, **close)


def mixed_rows(n: int = 40) -> np.ndarray:
    rng = np.random.default_rng(3)
    rt, response = rng.exponential(1, n), rng.integers(0, 2, n).astype(float)
    deadline = rng.choice([0.8, 1.2, np.inf], n)
    late = rt >= deadline
    lost = (deadline == np.inf) & (rng.random(n) < 0.4)
    rt[late | lost] = NOTHING
    response[late | (lost & (rng.random(n) < 0.3))] = NOTHING
    return np.column_stack([rt, response, deadline])


def expected_values(rows: np.ndarray) -> np.ndarray:
    rt, response, deadline = rows.T
    shares = np.array([share(int(choice)) if choice >= 0 else 1.0 for choice in response])
    silent = np.where(deadline < np.inf, -RATE * np.where(deadline < np.inf, deadline, 0.0), np.log(shares))
    return np.where(rt > 0, np.log(shares * RATE) - RATE * rt, silent)


def test_rows_of_all_outcomes_together_in_any_order() -> None:
    likelihood, rows = with_recording(TOY, DEADLINE), mixed_rows()
    np.testing.assert_allclose(log_probability(likelihood, rows)[0], expected_values(rows), rtol=SAME_NUMERICS.relative)
    order = np.random.default_rng(1).permutation(len(rows))
    np.testing.assert_array_equal(log_probability(likelihood, rows[order]), log_probability(likelihood, rows)[:, order])


def test_draws_and_trials_broadcast() -> None:
    likelihood, rows = with_recording(TOY, DEADLINE), mixed_rows()
    n = len(rows)
    for theta in (
        {"rate": np.full((3, 1), RATE), "q": np.full((1, n), Q)},
        {"rate": np.full((3, n), RATE), "q": np.full((3, 1), Q)},
    ):
        value = log_probability(likelihood, rows, theta)
        np.testing.assert_allclose(value, np.tile(expected_values(rows), (3, 1)), rtol=SAME_NUMERICS.relative)


@pytest.mark.parametrize("shape", [(), (1,), (4, 10)])
def test_shapes_of_trials(shape: tuple[int, ...]) -> None:
    likelihood, rows = with_recording(TOY, DEADLINE), mixed_rows()
    few = rows[: int(np.prod(shape))].reshape((*shape, 3))
    observed = {name: pt.constant(few[..., i]) for i, name in enumerate(likelihood.columns)}
    value = likelihood.log_density(observed, {name: pt.constant(each) for name, each in THETA.items()}).eval()
    np.testing.assert_allclose(value, expected_values(few.reshape(-1, 3)).reshape(shape), rtol=SAME_NUMERICS.relative)


def test_rows_that_are_alike_are_evaluated_once() -> None:
    """What is said to be alike is believed: a row takes the value of the one it points to."""
    likelihood = with_recording(TOY, DEADLINE)
    rows = np.array([[NOTHING, NOTHING, 0.8], [0.5, 1, 0.8], [NOTHING, NOTHING, 0.8], [NOTHING, NOTHING, 1.2]])
    theta = {"rate": np.array([[RATE, RATE, RATE, 2.0]]), "q": np.array([[Q]])}
    alike = log_probability(likelihood, rows, theta, alike=np.array([0, 1, 0, 3]))
    np.testing.assert_array_equal(alike, log_probability(likelihood, rows, theta))
    theta["rate"][0, 2] = 9.0  # would differ if it were looked at
    assert log_probability(likelihood, rows, theta, alike=np.array([0, 1, 0, 3]))[0, 2] == alike[0, 0]


def test_gradients_reach_every_row() -> None:
    likelihood, rows = with_recording(TOY, DEADLINE), mixed_rows()
    observed = {name: pt.constant(rows[:, i]) for i, name in enumerate(likelihood.columns)}
    rate, q = pt.vector("rate"), pt.scalar("q")
    value = likelihood.log_density(observed, {"rate": rate, "q": q})
    function = pytensor.function([rate, q], [value, *pytensor.grad(value.sum(), [rate, q])])
    rates, step = np.linspace(0.5, 2.0, len(rows)), 1e-6
    alone, by_rate, by_q = function(rates, Q)
    np.testing.assert_array_equal(alone, log_probability(likelihood, rows, {"rate": rates[None], "q": Q})[0])
    difference = (function(rates + step, Q)[0] - function(rates - step, Q)[0]) / (2 * step)
    np.testing.assert_allclose(by_rate, difference, rtol=FINITE_DIFFERENCE.relative, atol=FINITE_DIFFERENCE.absolute)
    difference = (function(rates, Q + step)[0] - function(rates, Q - step)[0]).sum() / (2 * step)
    assert by_q == pytest.approx(difference, rel=FINITE_DIFFERENCE.relative)


def test_jax_agrees() -> None:
    likelihood, rows = with_recording(TOY, DEADLINE), mixed_rows()
    observed = {name: pt.constant(rows[:, i]) for i, name in enumerate(likelihood.columns)}
    rate, q = pt.scalar("rate"), pt.scalar("q")
    function = pytensor.function([rate, q], likelihood.log_density(observed, {"rate": rate, "q": q}), mode="JAX")
    np.testing.assert_allclose(function(RATE, Q), expected_values(rows), rtol=SAME_NUMERICS.relative)


def test_only_what_occurs_becomes_part_of_the_graph() -> None:
    only_omitted = with_recording(replace(TOY, log_cdf=None), DEADLINE, (outcome.OMITTED,))
    rows = np.array([[0.5, 1, 0.8], [NOTHING, NOTHING, 0.8], [NOTHING, 1, np.inf]])
    value = log_probability(only_omitted, rows)[0]
    assert np.isfinite(value[:2]).all()
    assert np.isnan(value[2])
    nothing_missing = with_recording(TOY, DEADLINE, (outcome.OBSERVED,))
    assert nothing_missing.log_density is TOY.log_density
    assert ALIKE not in nothing_missing.covariates


def test_a_model_without_a_source_says_so() -> None:
    bare = replace(TOY, log_cdf=None, log_survival=None)
    with pytest.raises(ValueError, match=r"'toy'.*no response by the deadline.*loglik_missing_data.*networks\.train"):
        with_recording(bare, DEADLINE, (outcome.OMITTED,), model="toy")


def test_plain_data_and_choice_only_models_are_left_alone() -> None:
    assert with_recording(TOY, Recording()) is TOY
    choice_only = replace(TOY, columns=("response",))
    assert with_recording(choice_only, MISSING) is choice_only


def test_simulated_trials_are_recorded_in_the_same_way() -> None:
    n = 2000
    theta = {name: np.full(n, value) for name, value in THETA.items()}
    deadline = np.where(np.arange(n) % 2, 0.8, np.inf)
    options = SimulationOptions(covariates={"deadline": deadline})
    plain = TOY.simulate(np.random.default_rng(2), theta, options)
    drawn = with_recording(with_withheld(NOGO), NOGO).simulate(np.random.default_rng(2), theta, options)
    silent = (plain[:, 0] >= deadline) | (plain[:, 1] == 0)
    assert (drawn[silent][:, :2] == NOTHING).all()
    np.testing.assert_array_equal(drawn[~silent][:, :2], plain[~silent])
    np.testing.assert_array_equal(drawn[:, 2], deadline)
    np.testing.assert_array_equal(
        with_recording(TOY, MISSING).simulate(np.random.default_rng(2), theta, options), plain
    )
