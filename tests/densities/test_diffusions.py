"""The numerical densities against independent tables: another solver, closed forms, Laplace transforms."""

import csv
from pathlib import Path

import numpy as np
import pytest
from ssms.basic_simulators.drift_functions import attend_drift, conflict_ds_drift

import hssm
from hssm.densities import boundaries, diffusions
from hssm.densities.passage.compiled import evaluate_trials
from hssm.densities.passage.kernel import CDF, DENSITY, SURVIVAL
from hssm.densities.passage.symbols import Parameters
from hssm.densities.passage.trace import Process
from tests.models.points import POINTS
from tests.tolerances import CLOSED_FORM, SOLVER, SOLVER_GRADIENT, SOLVER_TAIL

REFERENCES = Path(__file__).parents[1] / "references"
RESOLVED = -20.0
DDM = Process(
    name="ddm",
    parameters=("v", "a", "z"),
    drift=diffusions.constant_drift,
    bound=boundaries.constant,
    smooth=True,
)
ANGLE = Process(
    name="angle",
    parameters=("v", "a", "z", "theta"),
    drift=diffusions.constant_drift,
    bound=boundaries.angle,
    smooth=True,
)
PROCESSES = {
    "ddm": DDM,
    "angle": ANGLE,
    "weibull": diffusions.WEIBULL_PROCESS,
    "ornstein": diffusions.ORNSTEIN_PROCESS,
    "gamma_drift": diffusions.GAMMA_DRIFT_PROCESS,
    "gamma_drift_angle": diffusions.GAMMA_DRIFT_ANGLE_PROCESS,
}


def table(name: str) -> dict[str, np.ndarray]:
    """Columns of a table; empty fields are NaN."""
    with (REFERENCES / f"{name}.csv").open() as file:
        rows = list(csv.DictReader(file))
    numbers = {key: [row[key] for row in rows] for key in rows[0] if key != "region"}
    return {key: np.array([float(value) if value else np.nan for value in column]) for key, column in numbers.items()}


def trials_of(name: str, columns: dict[str, np.ndarray]) -> np.ndarray:
    rows = [columns["rt"] - columns["t"], columns["response"]]
    return np.array(rows + [columns[parameter] for parameter in PROCESSES[name].parameters])


@pytest.mark.parametrize("name", PROCESSES)
def test_log_density_and_gradient_are_those_of_the_table(name: str) -> None:
    columns = table(name)
    found = evaluate_trials(PROCESSES[name], DENSITY, trials_of(name, columns), 1e-6)
    seen = columns["log_density"] > RESOLVED
    assert seen.sum() > 20
    np.testing.assert_allclose(found[0][seen], columns["log_density"][seen], atol=SOLVER.absolute, rtol=0)
    for slope, parameter in zip(found[1:], ("rt", *PROCESSES[name].parameters), strict=True):
        expected = columns[f"d_{parameter}"][seen]
        scale = np.maximum(1.0, np.abs(expected))
        np.testing.assert_allclose(
            slope[seen] / scale, expected / scale, atol=SOLVER_GRADIENT.absolute, rtol=0, err_msg=parameter
        )


@pytest.mark.parametrize(
    "name", ["weibull", "ornstein", "gamma_drift", pytest.param("gamma_drift_angle", marks=pytest.mark.slow)]
)
@pytest.mark.parametrize(("what", "column"), [(CDF, "log_cdf"), (SURVIVAL, "log_survivor")])
def test_distributions_are_those_of_the_table(name: str, what: int, column: str) -> None:
    columns = table(name)
    found = evaluate_trials(PROCESSES[name], what, trials_of(name, columns), 1e-6)[0]
    seen = columns[column] > -10.0
    assert seen.sum() > 10
    np.testing.assert_allclose(found[seen], columns[column][seen], atol=SOLVER_TAIL.absolute, rtol=0)


def test_impossible_trials_are_log_zero_without_slopes() -> None:
    possible = [1.0, 1.0, 0.5, 1.2, 0.5, 2.0, 2.5]
    impossible = np.array([possible] * 8)
    for row, (column, value) in enumerate([(0, -0.1), (0, 0.0), (0, np.nan), (3, -1.0), (3, 0.0), (4, 1.0), (4, 0.0)]):
        impossible[row, column] = value
    impossible[7, 0] = 60.0
    found = evaluate_trials(diffusions.WEIBULL_PROCESS, DENSITY, impossible.T.copy(), 1e-6)
    assert (found[0] == -np.inf).all()
    assert not found[1:].any()
    assert np.isfinite(evaluate_trials(diffusions.WEIBULL_PROCESS, DENSITY, np.array([possible]).T, 1e-6)).all()


@pytest.mark.parametrize("time", [10.0, 1e3, 1e12])
def test_times_long_after_the_bounds_have_closed(time: float) -> None:
    """The bounds below meet within two seconds. The mesh must end there, wherever the last time is."""
    trials = np.array([[time, response, 0.6, 1.8, 0.57, 1.7, 0.42] for response in (-1.0, 1.0)]).T
    ever = np.exp(evaluate_trials(diffusions.WEIBULL_PROCESS, CDF, trials, 1e-6)[0])
    np.testing.assert_allclose(ever.sum(), 1.0, atol=SOLVER.absolute, rtol=0)
    trials[0] = 2.0
    np.testing.assert_allclose(
        np.exp(evaluate_trials(diffusions.WEIBULL_PROCESS, CDF, trials, 1e-6)[0]), ever, atol=SOLVER.absolute, rtol=0
    )


@pytest.mark.parametrize(("drift", "ends"), [(-1.7, True), (0.0, False), (0.3, False)])
def test_times_long_after_bounds_that_part(drift: float, ends: bool) -> None:
    """The bounds move apart at 0.31 per second; without a change of the drift this is ``angle``, which is exact."""
    point = [drift, 1.0, 0.3, -0.3, 4.3, 1.4, 0.0]
    late = np.array([[time, 1.0, *point] for time in (20.0, 100.0, 1e3, 1e12)]).T
    survivors = np.exp(evaluate_trials(diffusions.GAMMA_DRIFT_ANGLE_PROCESS, SURVIVAL, late, 1e-6)[0])
    theta = {"v": drift, "a": 1.0, "z": 0.3, "t": 0.0, "theta": -0.3}
    exact = np.exp(hssm.log_survival("angle", {"rt": late[0, :2]}, theta))
    np.testing.assert_allclose(survivors[:2], exact, atol=SOLVER.absolute, rtol=0)
    assert (survivors[-1] < 1e-6) == ends


@pytest.mark.parametrize(
    ("process", "more"),
    [
        (diffusions.ORNSTEIN_PROCESS, (-1.3,)),
        (diffusions.ORNSTEIN_ANGLE_PROCESS, (-0.7, -0.064)),
        (diffusions.ORNSTEIN_ANGLE_PROCESS, (-0.2, -0.1)),
    ],
)
def test_late_times_of_paths_that_run_away(process: Process, more: tuple[float, ...]) -> None:
    """Hardly any is left then; what is computed must fall on, and not be what rounding leaves."""
    times = np.array([5.0, 10.0, 20.0, 50.0, 200.0, np.inf])
    point = np.array([[0.6, 1.8, 0.57, *more]] * len(times)).T
    trials = {r: np.vstack([times, np.full(len(times), r), point]) for r in (-1.0, 1.0)}
    survivors = np.exp(evaluate_trials(process, SURVIVAL, trials[1.0], 1e-6)[0])
    cdf = sum(np.exp(evaluate_trials(process, CDF, each, 1e-6)[0]) for each in trials.values())
    np.testing.assert_allclose(survivors + cdf, 1.0, atol=SOLVER.absolute, rtol=0)
    for each in trials.values():
        assert (np.diff(evaluate_trials(process, DENSITY, each, 1e-6)[0]) < 0.0).all()


def strong_leaks(seed: int) -> np.ndarray:
    """(6, n) trials of ``ornstein`` with leaks up to 20 of either sign, times the squared bound."""
    generator = np.random.default_rng(seed)
    columns = []
    for sign in np.tile([-1.0, 1.0], 20):
        a, z, leak = generator.uniform(0.5, 2.5), generator.uniform(0.2, 0.8), generator.uniform(5.0, 20.0)
        v, times = generator.normal(0.0, 3.0) / a, np.exp(generator.uniform(np.log(0.01), np.log(4.0), 30))
        responses = generator.choice([-1.0, 1.0], times.size)
        columns += [
            (t * a * a, response, v, a, z, sign * leak / a**2) for t, response in zip(times, responses, strict=True)
        ]
    return np.array(columns).T.copy()


def test_strong_leaks_are_as_right_as_is_promised() -> None:
    trials = strong_leaks(seed=1)
    exact, found = (evaluate_trials(diffusions.ORNSTEIN_PROCESS, DENSITY, trials, tol) for tol in (1e-10, 1e-6))
    seen = exact[0] > RESOLVED
    assert seen.mean() > 0.5
    np.testing.assert_allclose(found[0, seen], exact[0, seen], atol=SOLVER.absolute, rtol=0)
    scale = np.maximum(1.0, np.abs(exact[1:, seen]))
    np.testing.assert_allclose(found[1:, seen] / scale, exact[1:, seen] / scale, atol=SOLVER_GRADIENT.absolute, rtol=0)


def test_a_finer_tolerance_costs_nodes_and_buys_digits() -> None:
    columns = table("weibull")
    trials, seen = trials_of("weibull", columns), columns["log_density"] > -10.0
    errors = []
    for tolerance in (1e-2, 1e-5, 1e-8):
        found = evaluate_trials(diffusions.WEIBULL_PROCESS, DENSITY, trials, tolerance)[0]
        errors.append(np.abs(found - columns["log_density"])[seen].max())
    assert errors[2] < SOLVER.absolute / 100.0
    assert errors[2] <= errors[1] <= errors[0]


CONFLICTS = {
    "conflict_ds": (diffusions.CONFLICT_DS_PROCESS, conflict_ds_drift),
    "shrink_spot": (diffusions.SHRINK_SPOT_PROCESS, attend_drift),
}
CONFLICT_POINTS = [
    (name, {key: value for key, value in point.items() if key != "t"}) for name in CONFLICTS for point in POINTS[name]
]
CONFLICT = CONFLICT_POINTS[0][1]


@pytest.mark.parametrize(("name", "point"), CONFLICT_POINTS)
def test_the_drift_of_a_conflict_is_that_of_ssm_simulators(name: str, point: dict[str, float]) -> None:
    times = np.linspace(0.0, 5.0, 51)
    own = {key: value for key, value in point.items() if key not in ("a", "z")}
    process, theirs = CONFLICTS[name]
    found = process.drift(times, Parameters(point))
    np.testing.assert_allclose(found, theirs(times, **own), rtol=CLOSED_FORM.relative)


def conflict_trials(process: Process, point: dict[str, float]) -> np.ndarray:
    times = np.geomspace(0.05, 3.0, 12)
    rows = [np.r_[times, times], np.repeat([1.0, -1.0], times.size)]
    return np.array(rows + [np.full(2 * times.size, point[name]) for name in process.parameters])


@pytest.mark.parametrize(("name", "point"), CONFLICT_POINTS)
def test_a_conflict_is_as_right_as_is_promised(name: str, point: dict[str, float]) -> None:
    """Against steps so small that errors, which fall with the eighth power, are gone."""
    process, _ = CONFLICTS[name]
    trials = conflict_trials(process, point)
    found, finer = (evaluate_trials(process, DENSITY, trials, tol) for tol in (1e-6, 1e-9))
    seen = finer[0] > RESOLVED
    assert seen.sum() > 10
    np.testing.assert_allclose(found[0][seen], finer[0][seen], atol=SOLVER.absolute, rtol=0)
    scale = np.maximum(1.0, np.abs(finer[1:, seen]))
    np.testing.assert_allclose(found[1:, seen] / scale, finer[1:, seen] / scale, atol=SOLVER_GRADIENT.absolute, rtol=0)


def test_a_conflict_without_distractor_and_change_is_the_ddm() -> None:
    point = {**CONFLICT, "dcoh": 0.0, "tinit": 2.0, "tfixedp": 2.0}
    trials = conflict_trials(diffusions.CONFLICT_DS_PROCESS, point)
    drift = np.full(trials.shape[1], point["v"] + 2.0 * point["tcoh"])
    simpler = evaluate_trials(DDM, DENSITY, np.vstack([trials[:2], drift, trials[3:5]]), 1e-9)[0]
    found = evaluate_trials(diffusions.CONFLICT_DS_PROCESS, DENSITY, trials, 1e-6)[0]
    seen = simpler > RESOLVED
    np.testing.assert_allclose(found[seen], simpler[seen], atol=SOLVER.absolute, rtol=0)


def test_a_spotlight_that_does_not_narrow_is_the_ddm() -> None:
    """The rate 0 belongs to the domain; its drift is that of the first moment for good."""
    point = {**dict(CONFLICT_POINTS[-1][1]), "r": 0.0}
    trials = conflict_trials(diffusions.SHRINK_SPOT_PROCESS, point)
    drift = np.full(trials.shape[1], attend_drift(np.zeros(1), **{k: v for k, v in point.items() if k not in "az"})[0])
    simpler = evaluate_trials(DDM, DENSITY, np.vstack([trials[:2], drift, trials[3:5]]), 1e-9)
    found = evaluate_trials(diffusions.SHRINK_SPOT_PROCESS, DENSITY, trials, 1e-6)
    seen = simpler[0] > RESOLVED
    assert seen.all()
    np.testing.assert_allclose(found[0], simpler[0], atol=SOLVER.absolute, rtol=0)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found[2], simpler[2], atol=SOLVER_GRADIENT.absolute, rtol=0)
