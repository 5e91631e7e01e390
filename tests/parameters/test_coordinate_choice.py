"""Which coordinate a parameter moves in, and which other variables it needs."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

import hssm
from hssm.parameters.coordinate_choice import (
    along_of,
    ceiling_of,
    coordinate_of,
    factor_of,
    floor_of,
    in_order,
    log_growth,
    whole_ridges,
)
from hssm.parameters.coordinates import SOFTNESS, Before, Bent, BentSquare, Shifted, Tangent
from hssm.spec import Growth, Reference, ResolvedParam

POSITIVE = (0.0, np.inf)
ALONG = Growth(beside="A", law=Reference("hssm.parameters.coordinates:log_hypotenuse"), scale=0.5)


def half_normal(**fields: object) -> ResolvedParam:
    return ResolvedParam(**{"name": "x", "prior": hssm.Prior("HalfNormal", sigma=0.5), "bounds": POSITIVE, **fields})


def test_only_what_all_trials_share_is_a_ceiling() -> None:
    width = half_normal(name="st", coordinate="bent", ceiling=("t", lambda t: 2.0 * t))
    assert ceiling_of(width, {"t": 0.3})[0] == 0.3
    assert ceiling_of(width, {"t": pt.dvector()}) is None
    assert ceiling_of(half_normal(), {"t": pt.dscalar()}) is None


def test_chosen_by_what_the_parameter_is() -> None:
    angle = half_normal(prior=hssm.Prior("Uniform", lower=-0.1, upper=1.3), bounds=(-1.5, 1.5), coordinate="tangent")
    assert isinstance(coordinate_of(angle, None), Tangent)
    assert isinstance(coordinate_of(half_normal(coordinate="shifted"), 0.3), Shifted)
    assert isinstance(coordinate_of(half_normal(coordinate="bent"), None), Bent)
    assert isinstance(coordinate_of(half_normal(coordinate="bent_square"), None), BentSquare)
    truncated = hssm.Prior("HalfNormal", sigma=0.5, bounds=(0.0, 1.0))
    assert isinstance(coordinate_of(half_normal(coordinate="bent", prior=truncated), None), Bent)
    assert coordinate_of(half_normal(), 0.3) is None
    assert isinstance(coordinate_of(half_normal(name="t"), 0.3, 0.3), Before)
    assert isinstance(coordinate_of(half_normal(name="t", coordinate="shifted"), 0.3, 0.3), Before)
    assert coordinate_of(half_normal(), 0.3, 0.3) is None
    assert coordinate_of(half_normal(coordinate="shifted"), None) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"bounds": (0.1, np.inf), "coordinate": "bent"},
        {"prior": hssm.Prior("Normal", mu=0, sigma=1), "coordinate": "bent"},
        {"prior": hssm.Prior("HalfFlat"), "coordinate": "bent"},
        {"prior": hssm.Prior("Flat"), "bounds": (-1.5, 1.5), "coordinate": "tangent"},
        {"prior": hssm.Prior("Normal", mu=0, sigma=1), "bounds": (-np.pi / 2, 1.0), "coordinate": "tangent"},
        {"prior": hssm.Prior("HalfNormal", sigma=1, default_transform=pm.distributions.transforms.log)},
        {"prior": hssm.Prior("Uniform", lower=0, upper=1), "coordinate": "shifted"},
    ],
)
def test_otherwise_pymc_chooses(fields: dict) -> None:
    assert coordinate_of(half_normal(**fields), 0.3) is None


def logit(**fields: object) -> ResolvedParam:
    everywhere = (-np.inf, np.inf)
    return ResolvedParam(
        **{"name": "x", "prior": hssm.Prior("Normal", mu=0.3, sigma=2.0), "bounds": everywhere, **fields}
    )


def test_a_product_is_sampled_where_both_numbers_are_variables() -> None:
    beta = pt.dscalar("beta")
    assert factor_of(logit(factor="beta"), {"beta": beta}) is beta
    assert factor_of(logit(), {"beta": beta}) is None
    assert factor_of(logit(factor="beta"), {"beta": 2.0}) is None
    assert factor_of(logit(factor="beta"), {"beta": pt.dvector("beta")}) is None
    truncated = hssm.Prior("Normal", mu=0.3, sigma=2.0, bounds=(0, 1))
    assert factor_of(logit(factor="beta", prior=truncated), {"beta": beta}) is None


def test_a_ridge_needs_a_width_that_all_trials_share() -> None:
    width, along = pt.dscalar("A"), ALONG
    ridge = along_of(half_normal(along=along), {"A": width})
    assert ridge.other is width and ridge.growth is along and ridge.is_positive
    assert not along_of(logit(along=along), {"A": width}).is_positive
    assert along_of(half_normal(), {"A": width}) is None
    assert along_of(half_normal(along=along), {"A": 0.3}) is None
    assert along_of(half_normal(along=along), {"A": pt.dvector("A")}) is None
    cut = hssm.Prior("Normal", mu=0.3, sigma=2.0, bounds=(-1.0, 1.0))
    assert along_of(logit(along=along, prior=cut), {"A": width}) is None


@pytest.mark.parametrize(
    "other",
    [
        {"prior": None, "fixed_value": 1.0},
        {"prior": None, "formula": "x ~ 1"},
        {"prior": hssm.Prior("Uniform", lower=0, upper=3)},
    ],
)
def test_one_number_that_does_not_move_along_keeps_the_others_from_it(other: dict) -> None:
    along = {"along": ALONG}
    free = {"A": half_normal(name="A"), "b": half_normal(**along), "v": half_normal(**along)}
    assert whole_ridges(free) == free
    kept = whole_ridges({**free, "v": half_normal(**{**along, **other})})
    assert all(param.along is None for param in kept.values())


def test_a_threshold_is_cut_off_at_a_simple_start_range_only() -> None:
    b = half_normal(name="b", above="A")
    start_range = pt.dscalar("A")
    assert floor_of(b, {"A": start_range}).eval({start_range: 0.4}) == 0.4
    assert floor_of(b, {"A": 0.3}) == 0.3
    assert floor_of(b, {"A": 0.0}) is None
    assert floor_of(b, {"A": pt.dvector("A")}) is None
    assert floor_of(half_normal(), {"A": start_range}) is None


def test_growth_is_a_power_of_its_law() -> None:
    """Half a second of which 0.2 are left, at twice the time scale, to the third power; its end is passed smoothly."""
    growth = Growth(beside="t", law=Reference("hssm.parameters.coordinates:log_remaining"), scale=2.0, power=3.0)
    law = log_growth(growth, 0.25)
    assert law(0.3).eval() == pytest.approx(3.0 * np.log(0.2), rel=SOFTNESS)
    times = np.linspace(0.0, 2.0, 41)
    growing = law(times).eval()
    assert np.isfinite(growing).all() and (np.diff(growing) < 0.0).all()


def test_parameters_come_after_those_that_they_need() -> None:
    params = {
        "sz": half_normal(ceiling=("z", lambda z: z)),
        "b": half_normal(above="A", along=ALONG),
        "logit1": half_normal(factor="beta"),
        "A": half_normal(),
        "z": half_normal(),
        "beta": half_normal(ceiling=("absent", lambda x: x)),
    }
    assert in_order(params) == ["z", "sz", "A", "b", "beta", "logit1"]
