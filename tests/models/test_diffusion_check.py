"""A user's functions are tried before use: every message names the function and shows the value."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hssm.densities.passage.trace import Process, no_leak, relative_start
from hssm.models.diffusion_check import check_functions, trial_points

BOUNDS = {"v": (-math.inf, math.inf), "a": (0.0, math.inf), "z": (0.0, 1.0)}


def process(**changes: Any) -> Process:
    given: dict[str, Callable[..., Any]] = {
        "drift": lambda t, p: p.v,
        "bound": lambda t, p: p.a,
        "leak": no_leak,
        "start": relative_start,
    }
    return Process(name="tried", parameters=("v", "a", "z"), **{**given, **changes})


def test_functions_that_work_pass() -> None:
    check_functions(process(), BOUNDS)
    check_functions(process(bound=lambda t, p: p.a - 0.2 * t), BOUNDS)
    check_functions(process(starts=lambda q, p: p.a * (2.0 * q - 1.0)), BOUNDS)
    check_functions(process(turn=lambda p: (p.v, 0.01)), BOUNDS)
    check_functions(process(drift=lambda t, p: np.where(t < 0.5, p.v, 0.0)), BOUNDS)


@pytest.mark.parametrize(
    ("changes", "error", "told"),
    [
        ({"bound": lambda t, p: -p.a}, ValueError, r"`bound` is -1 at decision time 0 for v = 0.5, a = 1"),
        ({"bound": lambda t, p: p.a * np.cos(3.0 * t)}, ValueError, r"`bound` is -0.504846 at decision time 0.7 s"),
        ({"drift": lambda t, p: np.log(-p.a)}, ValueError, r"`drift` is nan at decision time 1e-12 s for v = 0.5"),
        ({"drift": lambda t, p: p.v / (t - 0.1)}, ValueError, r"`drift` is inf at decision time 0.1 s"),
        ({"drift": lambda t, p: p.missing}, TypeError, "`drift` failed with AttributeError.*'missing'.*v, a, z"),
        ({"bound": lambda t, p: p.a * math.exp(t)}, TypeError, "`bound` failed.*instead of functions of `math`"),
        ({"bound": lambda t, p: p.a if t < 1 else 0.0}, TypeError, r"`bound` failed.*np.where"),
        ({"drift": lambda t, p: np.ones(3)}, ValueError, r"`drift` returned an array of shape \(3,\) for 14 times"),
        ({"leak": lambda p: np.nan}, ValueError, r"`leak` is nan for v = 0.5"),
        ({"turn": lambda p: p.a}, TypeError, "`turn` failed with TypeError.*two times, when and within how long"),
        ({"turn": lambda p: (0.1, -p.a)}, ValueError, r"`turn` is \(0.1, -1\) for v = 0.5.*not below 0"),
        ({"starts": lambda q, p: p.a * (4.0 * q - 2.0)}, ValueError, r"`start` is -2 for .* outside the bounds ±1"),
        ({"starts": lambda q, p: np.log(q)}, ValueError, r"`start` is -inf at share 0 for v = 0.5"),
        ({"starts": lambda q, p: p.k * q}, TypeError, "`start` failed with AttributeError.*'k'.*v, a, z"),
        ({"starts": lambda q, p: np.zeros(2)}, ValueError, r"`start` returned .* shape \(2,\) for 5 shares"),
        ({"start": lambda p: 2.0 * p.a}, ValueError, r"`start` is 2 for .* outside the bounds ±1"),
    ],
)
def test_the_function_and_the_value_are_named(changes: dict[str, Any], error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        check_functions(process(**changes), BOUNDS)


def test_points_are_inside_the_bounds_and_differ() -> None:
    points = trial_points(("v", "a", "z", "field"), BOUNDS)
    assert len({tuple(point.values()) for point in points}) == len(points)
    assert all(point["a"] > 0.0 and 0.0 < point["z"] < 1.0 for point in points)
    assert {point["field"] for point in points} == {0.0, 1.0}
    upper = trial_points(("x",), {"x": (-math.inf, 2.0)})
    assert all(point["x"] < 2.0 for point in upper)
