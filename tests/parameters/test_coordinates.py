"""Coordinates of single parameters: bijections with the right Jacobian, chosen where they apply, priors unchanged."""

from functools import partial
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from scipy import special

import hssm
from hssm.bambi_bridge.transforms import constrain, unconstrain
from hssm.parameters.beside import beside
from hssm.parameters.coordinate_choice import ceiling_of, coordinate_of
from hssm.parameters.coordinates import (
    Along,
    Before,
    Bent,
    BentSquare,
    Beyond,
    Scaled,
    Shifted,
    Tangent,
    log_hypotenuse,
)
from hssm.parameters.prior import make_variable
from hssm.spec import ResolvedParam
from tests.tolerances import OTHER_ALGORITHM, QUADRATURE

POSITIVE = (0.0, np.inf)
RESOLVED = 1e-8
"""Gap relative to A from which on rounding of b leaves the gap, and its logarithm, right to as much."""


def half_normal(**fields: object) -> ResolvedParam:
    return ResolvedParam(**{"name": "x", "prior": hssm.Prior("HalfNormal", sigma=0.5), "bounds": POSITIVE, **fields})


def functions(transform: object):  # type: ignore[no-untyped-def]
    x = pt.dvector("x")
    value = transform.backward(x)  # type: ignore[attr-defined]
    outputs = [value, transform.forward(value), transform.log_jac_det(x), pytensor.grad(value.sum(), x)]  # type: ignore[attr-defined]
    return pytensor.function([x], outputs, mode="FAST_COMPILE")


@pytest.mark.parametrize(
    ("transform", "low", "high"),
    [
        (Shifted(0.3), -12.0, 12.0),
        (Before(0.3), -12.0, 9.0),
        (Bent(0.2), -5.0, 9.0),
        (Bent(0.2, 1.0), -2.0, 3.0),
        (BentSquare(0.2), -15.0, 40.0),
        (Tangent(-0.1, 1.3, 0.15), -0.9, 4.0),
        (Tangent(-1.5, np.pi / 2, 0.15), -14.5, 90.0),
    ],
    ids=("shifted", "before", "bent", "bent below a top", "bent square", "tangent", "tangent to the end"),
)
def test_back_and_forth_with_the_jacobian_of_the_way_back(transform: object, low: float, high: float) -> None:
    x = np.linspace(low, high, 101)
    value, again, log_jacobian, slope = functions(transform)(x)
    assert (np.diff(value) > 0.0).all()
    np.testing.assert_allclose(again, x, rtol=OTHER_ALGORITHM.relative, atol=OTHER_ALGORITHM.absolute)
    np.testing.assert_allclose(np.exp(log_jacobian), slope, rtol=OTHER_ALGORITHM.relative)


def test_no_coordinate_is_so_far_out_that_something_is_no_number() -> None:
    x = np.array([-1e6, -800.0, -300.0, 0.0, 300.0, 800.0, 1e6])
    for transform in (Shifted(0.3), Before(0.3), Bent(0.2), Bent(0.2, 1.0), BentSquare(0.2)):
        value, _, _, slope = functions(transform)(x)
        assert np.isfinite(value).all() and (value >= 0.0).all() and np.isfinite(slope).all()


def test_non_decision_times_far_beyond_the_fastest_response_remain_possible() -> None:
    x = np.linspace(-5.0, 12.0, 400)
    value, *_ = functions(Shifted(0.1))(x)
    assert value[0] < 1e-3 and value[-1] > 20.0


def test_non_decision_times_come_as_close_to_the_fastest_response_as_numbers_can() -> None:
    x = np.linspace(-12.0, 30.0, 43)
    value, *_ = functions(Before(0.3))(x)
    assert value[0] < 1e-6 and (value < 0.3).all()
    np.testing.assert_allclose(np.diff(np.log(0.3 - value[x > 3.0])), -1.0, atol=1e-3)


def test_before_the_fastest_response_a_prior_has_all_of_its_mass() -> None:
    with pm.Model() as model:
        pm.HalfNormal("x", sigma=0.5, default_transform=Before(0.3))
    log_density = model.compile_logp()
    x = np.linspace(-30.0, 30.0, 6001)
    mass = sum(np.exp(log_density({"x_before__": each})) for each in x) * (x[1] - x[0])
    assert abs(mass - special.erf(0.3 / 0.5 / np.sqrt(2))) < QUADRATURE.absolute * 10


@pytest.mark.parametrize(
    "transform", [Shifted(0.3), Bent(0.2), BentSquare(0.2)], ids=("shifted", "bent", "bent square")
)
def test_a_prior_has_its_mass_in_any_coordinate(transform: object) -> None:
    with pm.Model() as model:
        pm.HalfNormal("x", sigma=0.5, default_transform=transform)
    log_density = model.compile_logp()
    (name,) = model.initial_point()
    x = np.linspace(-30.0, 150.0, 18_001)
    mass = sum(np.exp(log_density({name: each})) for each in x) * (x[1] - x[0])
    assert abs(mass - 1.0) < QUADRATURE.absolute * 10


@pytest.mark.parametrize("start_range", [0.0, 1e-9, 0.3, 40.0])
def test_thresholds_lie_beyond_the_start_range(start_range: float) -> None:
    """A bijection with the right Jacobian, b > A however near, and b - A / 2 even in A: so smooth in A down to 0."""
    x, a = pt.dvector("x"), pt.dscalar("A")
    transform, ends = Beyond(), (a, np.inf)
    value = transform.backward(x, *ends)
    outputs = [value - a, transform.forward(value, *ends), transform.log_jac_det(x, *ends)]
    slope = pytensor.grad(value.sum(), x)
    grid = np.linspace(-12.0, 6.0, 91)
    gap, again, log_jacobian, slopes = pytensor.function([x, a], [*outputs, slope], mode="FAST_COMPILE")(
        grid, start_range
    )
    assert (gap >= 0.0).all()
    resolved = gap > RESOLVED * start_range
    np.testing.assert_allclose(again[resolved], grid[resolved], rtol=0, atol=RESOLVED)
    np.testing.assert_allclose(np.exp(log_jacobian), slopes, rtol=OTHER_ALGORITHM.relative)


@pytest.mark.parametrize("growth", [None, partial(log_hypotenuse, knee=0.3)])
def test_a_threshold_has_all_of_its_prior(growth: Any) -> None:
    with pm.Model() as model:
        start_range = pm.HalfNormal("A", sigma=0.5)
        make_variable(hssm.Prior("HalfNormal", sigma=2), "b", transform=Beyond(growth), above=start_range)
    log_density = model.compile_logp(vars=[model["b"]])
    x = np.linspace(-15.0, 4.0, 1901)
    mass = sum(np.exp(log_density({"A_log__": np.log(0.4), "b_beyond__": each})) for each in x) * (x[1] - x[0])
    assert abs(mass - 1.0) < QUADRATURE.absolute * 10


def test_a_moving_ceiling_cuts_and_changes_nothing_else() -> None:
    """Below the ceiling the joint density is that of independent priors, and its mass is what they put there."""
    ceiling = ("t", lambda t: 2.0 * t)
    width = half_normal(name="st", coordinate="bent", ceiling=ceiling)
    with pm.Model() as model:
        t = pm.Uniform("t", 0.1, 0.6)
        other, most = ceiling_of(width, {"t": t})
        transform = coordinate_of(width, None).under(most)
        make_variable(width.prior, "st", arguments={"sigma": beside(0.5, other)}, transform=transform)
    log_density = model.compile_logp(vars=[model["st"]], jacobian=True)
    low, high = 0.1, 0.6
    y = np.linspace(-4.0, 6.0, 4001)
    for onset in (0.12, 0.3, 0.55):
        point = {"t_interval__": np.log((onset - low) / (high - onset))}
        mass = sum(np.exp(log_density({**point, "st_bent__": each})) for each in y) * (y[1] - y[0])
        assert abs(mass - special.erf(2.0 * onset / 0.5 / np.sqrt(2))) < QUADRATURE.absolute * 10
    start = {"t": np.asarray(0.3), "st": np.asarray(0.4)}
    free = unconstrain(model, start)
    np.testing.assert_allclose(constrain(model, free)["st"], 0.4, rtol=OTHER_ALGORITHM.relative)
    far = constrain(model, {**free, "st": np.asarray(50.0)})
    np.testing.assert_allclose(far["st"], 0.6, rtol=OTHER_ALGORITHM.relative)


@pytest.mark.parametrize(("prior", "is_positive"), [("HalfNormal", True), ("Normal", False)])
def test_a_number_along_a_width_has_all_of_its_prior_and_comes_back(prior: str, is_positive: bool) -> None:
    with pm.Model() as model:
        width = pm.HalfNormal("A", sigma=0.5)
        make = getattr(pm, prior)
        make("x", sigma=beside(2.0, width), default_transform=Along(partial(log_hypotenuse, knee=0.3), is_positive))
    log_density = model.compile_logp(vars=[model["x"]])
    x = np.linspace(-25.0, 25.0, 5001)
    mass = sum(np.exp(log_density({"A_log__": np.log(0.4), "x_along__": each})) for each in x) * (x[1] - x[0])
    assert abs(mass - 1.0) < QUADRATURE.absolute * 10
    point = {"A": np.asarray(0.4), "x": np.asarray(1.7)}
    free = unconstrain(model, point)
    growth = np.sqrt(1.0 + (0.4 / 0.3) ** 2)
    assert free["x"] == pytest.approx(np.log(1.7 / growth) if is_positive else 1.7 / growth)
    assert constrain(model, free)["x"] == pytest.approx(1.7)


def test_an_angle_has_all_of_its_prior() -> None:
    with pm.Model() as model:
        pm.Uniform("x", lower=-0.1, upper=1.3, default_transform=Tangent(-0.1, 1.3, 0.15))
    log_density = model.compile_logp()
    x = np.linspace(-5.0, 9.0, 5001)
    mass = sum(np.exp(log_density({"x_tangent__": each})) for each in x) * (x[1] - x[0])
    assert abs(mass - 1.0) < QUADRATURE.absolute * 10


@pytest.mark.filterwarnings("ignore:The RandomType SharedVariables")  # JAX keeps PyMC's generators
@pytest.mark.parametrize("mode", ["NUMBA", "JAX"])
def test_a_scaled_number_has_its_prior_and_moves_as_a_product(mode: str) -> None:
    with pm.Model() as model:
        beta = pm.Gamma("beta", alpha=2, beta=0.5)
        pm.Normal("x", mu=beside(0.3, beta), sigma=2.0, default_transform=Scaled())
    log_density = model.compile_fn(model.logp(vars=[model["x"]]), mode=mode)
    for size in (0.02, 1.0, 30.0):
        y = np.linspace(-20.0, 20.0, 801) * size
        mass = sum(np.exp(log_density({"beta_log__": np.log(size), "x_scaled__": each})) for each in y) * (y[1] - y[0])
        assert abs(mass - 1.0) < QUADRATURE.absolute * 10
    point = {"beta_log__": np.log(4.0), "x_scaled__": np.array(2.0)}
    natural_values = model.compile_fn(model.unobserved_value_vars, mode=mode)
    natural = dict(zip([v.name for v in model.unobserved_value_vars], natural_values(point), strict=True))
    assert natural["x"] == pytest.approx(0.5)
