"""Table x property: what every registered model must do, by every kind of likelihood, bare and (mostly slow) lapsing.

A new model is covered by being registered. Typical points, mirror symmetries and limits are rows of ``points``.
"""

import math
from collections.abc import Iterator, Mapping

import jax
import numpy as np
import pytest
from scipy import stats

from hssm.likelihoods.pointwise import evaluate_pointwise
from hssm.models.registry import get_model
from tests.models.conformance import (
    P_LAPSE,
    Case,
    differentiable,
    drawn,
    evaluate,
    every,
    mass_by_panel,
)
from tests.models.points import LIMITS, MIRRORED, TIED
from tests.tolerances import (
    FINITE_DIFFERENCE,
    MONTE_CARLO,
    OTHER_ALGORITHM,
    QUADRATURE,
    SAME_NUMERICS,
    SINGLE_PRECISION,
    Tolerance,
)

N_SIMULATED = 20_000
N_PROBED = 40
STEP = 6e-6

every_case = every()
every_differentiable = every(differentiable)


def assert_close(actual: np.ndarray, expected: np.ndarray, tolerance: Tolerance, where: object = "") -> None:
    np.testing.assert_allclose(
        actual, expected, rtol=tolerance.relative, atol=tolerance.absolute, equal_nan=False, err_msg=str(where)
    )


def probes(case: Case) -> Iterator[tuple[np.ndarray, Mapping[str, float]]]:
    """Data that each point plausibly produces, and the point."""
    for i, point in enumerate(case.points):
        data = drawn(case, i, N_SIMULATED)
        yield data[np.isfinite(evaluate(case, data, point))][:N_PROBED], point


@every_case
def test_total_mass_is_one(case: Case) -> None:
    for point in case.points:
        _, mass = mass_by_panel(case, point)
        assert_close(mass.sum(), 1.0, QUADRATURE, point)


@every_case
def test_simulator_agrees_with_density(case: Case) -> None:
    choices = case.spec.choices
    for i, point in enumerate(case.points):
        data = drawn(case, i, N_SIMULATED)
        edges, mass = mass_by_panel(case, point)
        counts = np.array([(data[:, -1] == choice).sum() for choice in choices])
        expected = mass.sum(axis=1) / mass.sum() * len(data)
        assert counts.sum() == len(data)
        assert stats.chisquare(counts, expected).pvalue > MONTE_CARLO.false_alarm, point
        if case.spec.is_choice_only:
            continue
        for j, choice in enumerate(choices):
            rt = data[data[:, -1] == choice, 0]
            cumulative = np.concatenate([[0.0], np.cumsum(mass[j])]) / mass[j].sum()
            # Within panels the distribution function is interpolated; they are fine where mass is.
            p = stats.kstest(rt, lambda x, xp=edges, fp=cumulative: np.interp(x, xp, fp)).pvalue
            assert p > MONTE_CARLO.false_alarm, (point, choice)


@every_differentiable
def test_gradient_is_the_finite_difference(case: Case) -> None:
    for data, point in probes(case):
        _, slopes = evaluate(case, data, point, gradient=True)
        for name, value in point.items():
            step = STEP * max(1.0, abs(value))
            above, below = (evaluate(case, data, {**point, name: value + sign * step}) for sign in (1, -1))
            difference = (above - below) / (2.0 * step)
            scale = np.maximum(1.0, np.abs(difference))
            assert_close(slopes[name] / scale, difference / scale, FINITE_DIFFERENCE, (point, name))


@every_differentiable
def test_gradient_is_finite_at_closed_ends(case: Case) -> None:
    for data, point in probes(case):
        for parameter in case.spec.parameters:
            for end, closed in zip(parameter.bounds, parameter.closed, strict=True):
                if not closed or not math.isfinite(end):
                    continue
                at_end = {**point, **TIED.get((case.model, parameter.name), {}), parameter.name: end}
                value, slopes = evaluate(case, data, at_end, gradient=True)
                assert np.isfinite(value).all(), (parameter.name, end)
                assert all(np.isfinite(slope).all() for slope in slopes.values()), (parameter.name, end)


@every(lambda case: differentiable(case) and case.lapse)
@pytest.mark.parametrize("p", [0.0, 1e-300, 1.0 - 1e-16, 1.0])
def test_gradient_is_finite_at_the_ends_of_the_lapse_probability(case: Case, p: float) -> None:
    for data, point in probes(case):
        impossible = data.copy()
        if not case.spec.is_choice_only:
            impossible[:, 0] = 1e-9
        for rows in (data, impossible):
            value, slopes = evaluate(case, rows, {**point, "p_outlier": p}, gradient=True)
            assert not np.isnan(value).any()
            assert all(np.isfinite(slope).all() for slope in slopes.values())


def outside(case: Case) -> Iterator[tuple[str, float]]:
    """Parameter values just and far outside every bound, and open ends themselves."""
    bounds = case.spec.bounds(case.kind)
    for parameter in case.spec.parameters:
        for end, closed, sign in zip(bounds[parameter.name], parameter.closed, (-1, 1), strict=True):
            if math.isfinite(end):
                yield parameter.name, end + sign * 1e-6
                yield parameter.name, end + sign * 10.0
                if not closed and end == parameter.bounds[(sign + 1) // 2]:
                    yield parameter.name, end


@every_case
def test_outside_the_domain_is_log_zero(case: Case) -> None:
    data, point = next(probes(case))
    for name, value in outside(case):
        result = evaluate(case, data, {**point, name: value})
        assert_log_zero(case, result, (name, value))
        if case.kind != "blackbox":
            _, slopes = evaluate(case, data, {**point, name: value}, gradient=True)
            assert not any(np.isnan(slope).any() for slope in slopes.values()), (name, value)


@every_case
def test_before_the_non_decision_time_is_log_zero(case: Case) -> None:
    if "t" not in case.spec.parameter_names or case.spec.is_choice_only:
        pytest.skip("no non-decision time")
    data, point = next(probes(case))
    first = 0.5
    t = first + 0.5 * point.get("st", 0.0)
    for rt in (first, 0.1, 1e-12):
        rows = data.copy()
        rows[:, 0] = rt
        assert_log_zero(case, evaluate(case, rows, {**point, "t": t}), rt)
        if case.kind != "blackbox":
            _, slopes = evaluate(case, rows, {**point, "t": t}, gradient=True)
            assert not any(np.isnan(slope).any() for slope in slopes.values()), rt


def assert_log_zero(case: Case, value: np.ndarray, where: object) -> None:
    """-inf for the bare model; with a lapse, exactly what the lapse gives the row."""
    if not case.lapse:
        assert (value == -np.inf).all(), (where, value)
        return
    n = len(case.spec.choices)
    share = P_LAPSE / n if case.spec.is_choice_only else P_LAPSE / n / 20.0
    assert_close(value, np.full(len(value), math.log(share)), SAME_NUMERICS, where)


@every_differentiable
def test_jax_agrees_with_numba(case: Case) -> None:
    for data, point in probes(case):
        value, slopes = evaluate(case, data, point, gradient=True)
        with jax.enable_x64(True):
            jax_value, jax_slopes = evaluate(case, data, point, gradient=True, mode="JAX")
        assert_close(jax_value, value, OTHER_ALGORITHM, point)
        for name, slope in slopes.items():
            assert_close(jax_slopes[name], slope, OTHER_ALGORITHM, (point, name))


@every_differentiable
def test_single_precision_agrees_with_double(case: Case) -> None:
    for data, point in probes(case):
        single = evaluate(case, data, point, floatx="float32")
        assert single.dtype == np.float32
        assert_close(single, evaluate(case, data, point), SINGLE_PRECISION, point)


@every_case
def test_permuting_trials_permutes_results(case: Case) -> None:
    data, point = next(probes(case))
    order = np.random.default_rng(5).permutation(len(data))
    assert_close(evaluate(case, data[order], point), evaluate(case, data, point)[order], SAME_NUMERICS)


@every_case
def test_draws_broadcast_against_trials(case: Case) -> None:
    """Numbers per draw, (draw, trial) matrices and vectors per trial give what each alone would."""
    likelihood = case.likelihood
    data = next(probes(case))[0][:8]
    observed = {name: data[:, i] for i, name in enumerate(likelihood.columns)}
    per_draw = {name: np.array([[point[name]] for point in case.points]) for name in likelihood.params}
    full = dict(per_draw)
    first = likelihood.params[0]
    full[first] = np.broadcast_to(per_draw[first], (len(case.points), len(data)))
    expected = np.array([evaluate(case, data, point) for point in case.points])
    assert_close(evaluate_pointwise(likelihood, observed, per_draw), expected, SAME_NUMERICS)
    assert_close(evaluate_pointwise(likelihood, observed, full), expected, SAME_NUMERICS)


@every(lambda case: case.model in MIRRORED)
def test_mirror_symmetry(case: Case) -> None:
    for data, point in probes(case):
        flipped = {name: 2.0 * about - point[name] for name, about in MIRRORED[case.model].items()}
        mirrored = data * np.array([1.0, -1.0])
        assert_close(evaluate(case, mirrored, {**point, **flipped}), evaluate(case, data, point), SAME_NUMERICS, point)


@pytest.mark.parametrize(("model", "values", "simpler"), LIMITS)
@pytest.mark.parametrize("kind", ["analytical", "blackbox"])
def test_limits(model: str, values: Mapping[str, float], simpler: str, kind: str) -> None:
    case, limit = Case(model, kind, False), Case(simpler, kind, False)
    for data, point in probes(limit):
        assert_close(evaluate(case, data, {**point, **values}), evaluate(limit, data, point), SAME_NUMERICS, point)


@every(lambda case: not differentiable(case))
def test_blackbox_agrees_with_the_default(case: Case) -> None:
    default = Case(case.model, get_model(case.model).likelihood().kind, case.lapse)
    for data, point in probes(case):
        assert_close(evaluate(case, data, point), evaluate(default, data, point), OTHER_ALGORITHM, point)
