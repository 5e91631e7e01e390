import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from hssm.likelihoods.bounds import within_bounds
from hssm.spec import Likelihood

X = pt.vector("x")


def toy() -> Likelihood:
    """A density whose value and gradient are NaN for negative parameters."""
    return Likelihood(
        params=("a", "b"),
        columns=("rt", "response"),
        choices=(0, 1),
        log_density=lambda observed, theta: pt.sqrt(theta["a"]) * observed["rt"] + theta["b"],
        log_survival=lambda observed, theta: pt.log(theta["a"]) - observed["rt"],
    )


def evaluate(likelihood: Likelihood, values: list[float], function: str = "log_density"):
    b = pt.scalar("b")
    observed = {"rt": pt.constant(1.0), "response": pt.constant(1.0)}
    value = getattr(likelihood, function)(observed, {"a": X, "b": b})
    return pytensor.function([X, b], [value, pt.grad(value.sum(), X)], on_unused_input="ignore")(values, 0.0)


def test_outside_is_log_zero_without_nan() -> None:
    bounded = within_bounds(toy(), {"a": (0.0, 4.0)})
    for function in ("log_density", "log_survival"):
        value, slope = evaluate(bounded, [-1.0, 0.0, 1.0, 4.0, 9.0], function)
        np.testing.assert_array_equal(np.isfinite(value), [False, False, True, False, False])
        np.testing.assert_array_equal(value[[0, 1, 3, 4]], -np.inf)
        np.testing.assert_array_equal(slope[[0, 1, 3, 4]], 0.0)
        assert slope[2] != 0.0


def test_closed_ends_are_inside() -> None:
    value, _ = evaluate(within_bounds(toy(), {"a": (1.0, 4.0)}, {"a": (True, False)}), [1.0, 4.0])
    np.testing.assert_array_equal(value, [1.0, -np.inf])
    value, _ = evaluate(within_bounds(toy(), {"a": (1.0, np.inf)}, {"a": (False, True)}), [1.0, 4.0])
    np.testing.assert_array_equal(value, [-np.inf, 2.0])


def test_nan_parameters_are_outside() -> None:
    value, slope = evaluate(within_bounds(toy(), {"a": (0.0, np.inf)}), [np.nan])
    assert value[0] == -np.inf
    assert slope[0] == 0.0


def test_infinite_bounds_cost_nothing() -> None:
    likelihood = toy()
    assert within_bounds(likelihood, {"a": (-np.inf, np.inf)}) is likelihood
    assert within_bounds(likelihood, {"a": (0.0, 1.0)}).log_cdf is None


def test_unknown_parameters_are_refused() -> None:
    with pytest.raises(ValueError, match="'c'.*a, b"):
        within_bounds(toy(), {"c": (0.0, 1.0)})
