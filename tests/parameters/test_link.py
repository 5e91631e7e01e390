"""Links: round trips, ranges and finite gradients for any value a sampler may propose."""

import copy
import pickle

import bambi as bmb
import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hssm.parameters.link import LINK_NAMES, Link, as_link, link_for_bounds
from tests.tolerances import OTHER_ALGORITHM, SAME_NUMERICS

INF = np.inf
LINKS = {
    "identity": (Link("identity"), (-INF, INF)),
    "log": (Link("log"), (0.0, INF)),
    "log_above": (Link("log", bounds=(0.3, INF)), (0.3, INF)),
    "log_below": (Link("log", bounds=(-INF, -2.0)), (-INF, -2.0)),
    "gen_logit": (Link("gen_logit", bounds=(0.05, 0.95)), (0.05, 0.95)),
    "gen_logit_around_zero": (Link("gen_logit", bounds=(-3.0, 3.0)), (-3.0, 3.0)),
    "logit": (Link("logit"), (0.0, 1.0)),
    "probit": (Link("probit"), (0.0, 1.0)),
    "cloglog": (Link("cloglog"), (0.0, 1.0)),
    "inverse_squared": (Link("inverse_squared"), (0.0, INF)),
}
ANY_PREDICTOR = st.floats(-1e6, 1e6)
PREDICTORS = np.array([-1e6, -800.0, -100.0, -40.0, -5.0, -0.5, 0.0, 0.5, 5.0, 40.0, 100.0, 800.0, 1e6])


@pytest.fixture(scope="module", params=LINKS)
def case(request):
    """A link, its range, and its compiled inverse with gradient."""
    link, bounds = LINKS[request.param]
    eta = pt.dvector("eta")
    value = link.linkinv_backend(eta)
    return link, bounds, pytensor.function([eta], [value, pt.grad(value.sum(), eta)], mode="FAST_COMPILE")


def test_numpy_inverse_stays_inside(case):
    link, (lower, upper), _ = case
    values = link.linkinv(PREDICTORS)
    assert np.all(np.isfinite(values)) and np.all(values > lower) and np.all(values < upper)


def test_backend_inverse_and_gradient_are_finite_and_inside(case):
    link, (lower, upper), compiled = case
    values, gradient = compiled(PREDICTORS)
    assert np.all(np.isfinite(values)) and np.all(values > lower) and np.all(values < upper)
    assert not np.any(np.isnan(gradient)) and np.all(np.isfinite(gradient))


def test_backend_agrees_with_numpy(case):
    link, _, compiled = case
    eta = np.linspace(0.1, 5.0, 23) if link.name == "inverse_squared" else np.linspace(-5.0, 5.0, 23)
    np.testing.assert_allclose(compiled(eta)[0], link.linkinv(eta), rtol=SAME_NUMERICS.relative)


def test_gradient_is_that_of_the_inverse(case):
    link, _, compiled = case
    eta, step = np.linspace(0.5, 4.0, 15), 1e-6
    difference = (link.linkinv(eta + step) - link.linkinv(eta - step)) / (2 * step)
    np.testing.assert_allclose(compiled(eta)[1], difference, rtol=1e3 * OTHER_ALGORITHM.relative, atol=1e-9)


@pytest.mark.parametrize("name", LINKS)
@given(eta=st.floats(0.05, 6.0))
def test_link_undoes_its_inverse(name, eta):
    link, _ = LINKS[name]
    # Near an end of the range the natural scale has few digits left for the predictor.
    eta = eta / 2 if name == "cloglog" else eta
    assert link.link(link.linkinv(eta)) == pytest.approx(eta, rel=1e-6)


@given(share=st.floats(1e-6, 1 - 1e-6), lower=st.floats(-50, 50), width=st.floats(0.01, 100))
def test_gen_logit_maps_its_interval_onto_the_line_and_back(share, lower, width):
    bounds = (lower, lower + width)
    link = Link("gen_logit", bounds=bounds)
    value = min(max(lower + share * width, np.nextafter(lower, INF)), np.nextafter(bounds[1], -INF))
    back = link.linkinv(link.link(value))
    assert back == pytest.approx(value, rel=1e-9, abs=1e-9)
    assert bounds[0] < back < bounds[1]


@given(eta=ANY_PREDICTOR, lower=st.floats(-50, 50), width=st.floats(0.01, 100))
def test_inverse_never_leaves_the_interval(eta, lower, width):
    bounds = (lower, lower + width)
    assert bounds[0] < Link("gen_logit", bounds=bounds).linkinv(eta) < bounds[1]
    assert Link("log", bounds=(lower, INF)).linkinv(eta) > lower


def test_float32_inverse_is_finite_and_float32():
    eta = pt.fvector("eta")
    for link in (Link("log"), Link("gen_logit", bounds=(0.05, 0.95))):
        value = link.linkinv_backend(eta)
        function = pytensor.function([eta], [value, pt.grad(value.sum(), eta)], mode="FAST_COMPILE")
        values, gradient = function(PREDICTORS.astype("float32"))
        assert values.dtype == np.float32
        assert np.all(np.isfinite(values)) and np.all(values > 0) and np.all(np.isfinite(gradient))


def test_known_values():
    assert Link("gen_logit", bounds=(1.0, 3.0)).link(2.5) == pytest.approx(np.log(3.0))
    assert Link("log", bounds=(1.0, INF)).link(3.0) == pytest.approx(np.log(2.0))
    assert Link("log", bounds=(-INF, 1.0)).link(-1.0) == pytest.approx(np.log(2.0))
    assert Link("logit").linkinv(0.0) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ((-INF, INF), Link("identity")),
        ((0.0, INF), Link("log")),
        ((0.5, INF), Link("log", bounds=(0.5, INF))),
        ((-INF, 2.0), Link("log", bounds=(-INF, 2.0))),
        ((0.05, 0.95), Link("gen_logit", bounds=(0.05, 0.95))),
    ],
)
def test_link_follows_bounds(bounds, expected):
    assert link_for_bounds(bounds) == expected
    assert as_link("log_logit", bounds) == expected


def test_names_take_the_parameters_bounds_where_they_need_them():
    assert as_link("gen_logit", (0.0, 2.0)).bounds == (0.0, 2.0)
    assert as_link("log", (0.5, INF)).bounds == (0.5, INF)
    assert as_link("log", (0.3, 2.5)) == Link("log")
    assert as_link(bmb.Link("probit"), (0.0, 1.0)) == Link("probit")


def test_equality_repr_and_copies():
    link = Link("gen_logit", bounds=(0, 2))
    assert link == Link("gen_logit", bounds=(0.0, 2.0)) != Link("gen_logit", bounds=(0, 3))
    assert repr(link) == "Link('gen_logit', bounds=(0.0, 2.0))" and str(link) == "gen_logit(0, 2)"
    for copied in (copy.deepcopy(link), pickle.loads(pickle.dumps(link))):
        assert copied == link and copied.linkinv(0.0) == link.linkinv(0.0)
    assert len({link, Link("gen_logit", bounds=(0, 2)), Link("log")}) == 2


def test_own_link():
    link = Link("cube", np.cbrt, lambda eta: eta**3, lambda eta: eta**3)
    assert link.linkinv(link.link(2.0)) == pytest.approx(2.0)
    assert link != Link("cube", np.cbrt, lambda eta: eta**3, lambda eta: eta**3)
    converted = as_link(bmb.Link("cube", link.link, link.linkinv, link.linkinv_backend), (-INF, INF))
    assert converted == link


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"name": "lgo"}, ValueError, "Did you mean 'log'"),
        ({"name": "cube", "link": np.cbrt}, ValueError, "`linkinv`, `linkinv_backend`"),
        ({"name": "cube", "link": 1, "linkinv": 2, "linkinv_backend": 3}, TypeError, "must be a function"),
        ({"name": "gen_logit"}, ValueError, "finite bounds"),
        ({"name": "gen_logit", "bounds": (0, INF)}, ValueError, "two finite bounds"),
        ({"name": "log", "bounds": (0, 1)}, ValueError, "one finite bound"),
        ({"name": "gen_logit", "bounds": (1, 0)}, ValueError, "lower < upper"),
        ({"name": "probit", "bounds": (0, 1)}, ValueError, "takes no bounds"),
        ({"name": 3}, TypeError, "must be a string"),
    ],
)
def test_faults(arguments, error, message):
    with pytest.raises(error, match=message):
        Link(**arguments)


def test_something_else_is_no_link():
    with pytest.raises(TypeError, match="a name or a `Link`"):
        as_link(3, (0.0, 1.0))
    assert tuple(sorted(LINK_NAMES)) == LINK_NAMES
