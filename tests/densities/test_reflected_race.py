"""``race_no_bias_angle_{n}``: from one accumulator to the race, edges."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.densities.compare import reference
from tests.densities.race_case import EDGY, TO_A_LINE, at, check_never_nan_to_a_line, compiled
from tests.tolerances import SOLVER, SOLVER_TAIL

PATH = "hssm.densities.reflected_race:REFLECTED_RACE"
NAMES = TO_A_LINE


def columns_of_two(n: int):  # type: ignore[no-untyped-def]
    """Rows of one accumulator's table made into races against an accumulator with the same drift."""
    frame = reference("reflected_race").iloc[:n]
    theta = [frame["v"], frame["v"], frame["a"], frame["z"], 0.25 + 0.0 * frame["a"], frame["theta"]]
    data = [frame["tau"] + 0.25, np.tile([0.0, 1.0], n)[: len(frame)], *theta]
    return frame, [np.array(x, dtype=float) for x in data]


def test_density_and_survivor_of_two_equal_accumulators() -> None:
    frame, data = columns_of_two(60)
    value, *_ = compiled(PATH, "log_density", NAMES)(*data)
    expected = frame["log_density"] + frame["log_survivor"]
    above = np.asarray(expected > -20.0)
    np.testing.assert_allclose(value[above], expected[above], atol=SOLVER_TAIL.absolute)
    survivor, *_ = compiled(PATH, "log_survival", NAMES)(*data)
    np.testing.assert_allclose(survivor, 2.0 * frame["log_survivor"], atol=2 * SOLVER_TAIL.absolute)


def test_far_from_the_floor_it_is_the_race_without_one() -> None:
    rt, n = np.linspace(0.3, 0.9, 20), 20
    point = (2.0, 1.5, 6.0, 0.85, 0.2, 0.4)
    data = [rt, np.tile([0.0, 1.0], n // 2), *(np.full(n, value) for value in point)]
    ours, *slopes = compiled(PATH, "log_density", NAMES)(*data)
    other, *expected = compiled("hssm.densities.wald_race:WALD_RACE", "log_density", NAMES)(*data)
    np.testing.assert_allclose(ours, other, atol=SOLVER.absolute)
    for slope, wanted in zip(slopes, expected, strict=True):
        np.testing.assert_allclose(slope, wanted, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(("drift", "theta"), [(12.0, 0.0), (20.0, 0.3)])
def test_fast_accumulators_are_those_of_the_race_without_a_floor(drift: float, theta: float) -> None:
    """They are through before a slow one could have started to arrive."""
    rt = np.linspace(0.15, 0.6, 19)
    values = (drift, 0.9 * drift, 5.0, 0.2, 0.1, theta)
    data = [rt, np.zeros(19), *(np.full(19, value) for value in values)]
    for kind in ("log_density", "log_survival"):
        ours, *_ = compiled(PATH, kind, NAMES)(*data)
        other, *_ = compiled("hssm.densities.wald_race:WALD_RACE", kind, NAMES)(*data)
        seen = other > -40.0
        assert seen.sum() > 5
        np.testing.assert_allclose(ours[seen], other[seen], atol=SOLVER.absolute)


def test_after_the_bound_has_come_down_nobody_can_finish() -> None:
    data = [np.array([x]) for x in (2.0, 0.0, 1.0, 0.5, 1.0, 0.2, 0.3, 0.8)]
    assert compiled(PATH, "log_density", NAMES)(*data)[0] == -np.inf
    assert compiled(PATH, "log_survival", NAMES)(*data)[0] == -np.inf
    assert compiled(PATH, "log_cdf", NAMES)(*data)[0] == pytest.approx(
        compiled(PATH, "log_cdf", NAMES)(np.array([np.inf]), *data[1:])[0], abs=SOLVER.absolute
    )


@example(at(1e-8, 0.0, 1.0, 1.0, 1e3, 0.0, 0.0, -1.0))
@example(at(2e-60, 0.0, -6.0, 1.0, 1.6, 0.3, 0.0, -1.1))
@example(at(28.0, 1.0, 1.0, 1.0, 1e50, 1.0 - 2.0**-52, 0.0, 1.0))
@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.fixed_dictionaries(EDGY))
def test_never_nan(point: dict[str, float]) -> None:
    check_never_nan_to_a_line(PATH, point)
