"""Priors: reading what users write, refusing what makes no sense, and truncated variables of a model."""

import copy
import pickle

import bambi as bmb
import numpy as np
import pymc as pm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import hssm
from hssm.parameters.prior import Prior, as_prior, can_truncate, check_mass, is_number, is_truncated, make_variable
from tests.parameters.test_quantiles import FAMILIES
from tests.tolerances import OTHER_ALGORITHM, QUADRATURE

INF = np.inf
NORMAL = {"name": "Normal", "mu": 0.5, "sigma": 2}
TRUNCATED = {
    "normal above": (Prior("Normal", mu=0, sigma=1, bounds=(0, INF)), stats.truncnorm(0, INF)),
    "normal inside": (Prior("Normal", mu=1, sigma=2, bounds=(-1, 3)), stats.truncnorm(-1, 1, loc=1, scale=2)),
    "half normal": (Prior("HalfNormal", sigma=2, bounds=(0, 1)), stats.truncnorm(0, 0.5, scale=2)),
    "uniform": (Prior("Uniform", lower=-1, upper=5, bounds=(0, 2)), stats.uniform(0, 2)),
    "truncated normal": (
        Prior("TruncatedNormal", mu=0, sigma=1, lower=-1, bounds=(-3, 2)),
        stats.truncnorm(-1, 2),
    ),
    "flat": (Prior("Flat", bounds=(1, 3)), stats.uniform(1, 2)),
}
RESTRICTED = {
    "gamma": Prior("Gamma", mu=1, sigma=1, bounds=(0.2, 2)),
    "beta": Prior("Beta", alpha=2, beta=3, bounds=(0.1, 0.9)),
    "student": Prior("StudentT", nu=3, mu=0, sigma=1, bounds=(0, 1)),
}


def log_density(prior, at):
    """Log density of a variable with this prior, without transform, at points."""
    with pm.Model() as model:
        variable = make_variable(prior, "x", shape=(len(at),))
    return pm.compile([], pm.logp(model["x"], at), mode="FAST_COMPILE")() if variable is model["x"] else None


@pytest.mark.parametrize("case", TRUNCATED)
def test_truncated_density_is_renormalised_inside_and_zero_outside(case):
    prior, expected = TRUNCATED[case]
    low, high = expected.ppf([0.01, 0.99])
    at = np.array([low, (low + high) / 2, high])
    # PyMC holds a constant of its normal distribution function in single precision: a shift of 1e-8.
    np.testing.assert_allclose(log_density(prior, at), expected.logpdf(at), atol=QUADRATURE.absolute)
    assert np.all(log_density(prior, np.array([prior.bounds[0] - 0.1])) == -INF)


@pytest.mark.parametrize("case", RESTRICTED)
def test_restricted_density_is_divided_by_the_mass_inside(case):
    prior = RESTRICTED[case]
    at = np.linspace(*prior.bounds, 5)[1:-1]
    plain = log_density(Prior(prior.name, **prior.args), at)
    with pm.Model():
        ends = [pm.logcdf(getattr(pm, prior.name).dist(**prior.args), end) for end in prior.bounds]
    low, high = pm.compile([], ends, mode="FAST_COMPILE")()
    expected = plain - np.log(np.exp(high) - np.exp(low))
    np.testing.assert_allclose(log_density(prior, at), expected, rtol=OTHER_ALGORITHM.relative, atol=1e-9)


@settings(max_examples=30, deadline=None)
@given(lower=st.floats(-3, 3), width=st.floats(0.1, 5), case=st.sampled_from(["Normal", "Laplace", "Gumbel"]))
def test_every_start_lies_inside_the_bounds(lower, width, case):
    scale = {"Normal": "sigma", "Laplace": "b", "Gumbel": "beta"}[case]
    prior = Prior(case, mu=0, **{scale: 1}, bounds=(lower, lower + width))
    with pm.Model() as model:
        make_variable(prior, "x")
    start = next(iter(model.initial_point().values()))
    assert np.isfinite(start)


def test_prior_within_its_bounds_stays_plain():
    for prior in (
        Prior("HalfNormal", sigma=2, bounds=(0, INF)),
        Prior("Gamma", mu=1, sigma=1, bounds=(0, INF)),
        Prior("Uniform", lower=0.2, upper=0.8, bounds=(0, 1)),
        Prior("Normal", mu=0, sigma=1),
    ):
        assert not is_truncated(prior)
        with pm.Model() as model:
            make_variable(prior, "x")
        assert type(model["x"].owner.op) is type(getattr(pm, prior.name).dist(**prior.args).owner.op)


def test_draws_of_a_truncated_prior_lie_inside():
    with pm.Model():
        priors = [*(prior for prior, _ in TRUNCATED.values()), *RESTRICTED.values()]
        variables = [make_variable(prior, f"x{i}") for i, prior in enumerate(priors)]
    for prior, draws in zip(priors, pm.draw(variables, 200, random_seed=1), strict=True):
        assert np.all(draws >= prior.bounds[0]) and np.all(draws <= prior.bounds[1])


def test_hyperpriors_become_variables():
    prior = as_prior({**NORMAL, "mu": NORMAL, "sigma": {"name": "HalfNormal", "sigma": 1}})
    with pm.Model() as model:
        make_variable(prior, "v")
    assert [variable.name for variable in model.free_RVs] == ["v_mu", "v_sigma", "v"]


def test_truncation_with_hyperpriors():
    prior = Prior("Uniform", lower=0, upper=Prior("HalfNormal", sigma=10), bounds=(0, 1))
    assert is_truncated(prior)
    with pm.Model() as model:
        make_variable(prior, "z")
    assert np.all(pm.draw(model["z"], 100, random_seed=1) <= 1)


def test_given_arguments_replace_those_of_the_prior():
    with pm.Model() as model:
        sigma = pm.HalfNormal("s", 1.0)
        make_variable(Prior("Normal", mu=0, sigma=Prior("HalfNormal", sigma=1)), "x", arguments={"sigma": sigma})
    assert [variable.name for variable in model.free_RVs] == ["s", "x"]


def test_dims_apply_to_the_variable_and_a_start_is_honoured():
    with pm.Model(coords={"who": ["a", "b"]}) as model:
        make_variable(Prior("StudentT", nu=3, mu=0, sigma=1, bounds=(0, 1)), "x", dims="who")
        make_variable(Prior("Normal", mu=0, sigma=1, initval=0.3), "y")
    point = model.initial_point()
    assert point["x_interval__"].shape == (2,) and np.all(np.isfinite(point["x_interval__"]))
    assert point["y"] == 0.3


def test_own_variable_makers():
    def shifted(name, mu, **kwargs):
        return pm.Normal(name, mu=mu + 5, sigma=1)

    with pm.Model() as model:
        make_variable(Prior("Shifted", dist=shifted, mu=1.0), "x")
    assert pm.draw(model["x"].owner.inputs[-2]) == 6.0
    assert not can_truncate(Prior("Shifted", dist=shifted))
    assert can_truncate(Prior("Gamma", mu=1, sigma=1))
    assert not can_truncate(Prior("VonMises", mu=0, kappa=1))
    assert not can_truncate(Prior("SkewNormal", mu=0, sigma=1, alpha=2))


@pytest.mark.parametrize("prior", FAMILIES, ids=str)
def test_priors_are_cut_off_where_pymc_knows_their_distribution_function(prior: Prior) -> None:
    try:
        pm.logcdf(getattr(pm, prior.name).dist(**prior.args), 1.5)
        is_known = True
    except NotImplementedError:
        is_known = False
    assert can_truncate(prior) == is_known


def test_a_prior_that_cannot_be_cut_off_is_left_whole_with_a_warning() -> None:
    data = hssm.simulate_data("angle", {"v": 1, "a": 1.4, "z": 0.5, "t": 0.3, "theta": 0.3}, size=50, random_state=1)
    with pytest.warns(UserWarning, match="theta"):
        model = hssm.HSSM(data, model="angle", theta=Prior("SkewNormal", mu=0.2, sigma=0.3, alpha=2))
    assert np.isfinite(model.compile_logp()(model.initvals))


def test_improper_priors_on_half_lines():
    with pm.Model() as model:
        make_variable(Prior("Flat", bounds=(1, INF)), "x")
        make_variable(Prior("HalfFlat", bounds=(0, INF)), "y")
    assert all(np.isfinite(value) for value in model.initial_point().values())


def test_horseshoe():
    with pm.Model(coords={"k": [0, 1]}) as model:
        make_variable(Prior("Horseshoe", tau_nu=2), "b", dims=("k",))
    assert {"b_tau", "b_lam", "b_raw"} == {variable.name for variable in model.free_RVs}


# ---------------------------------------------------------------------- the object


def test_prints_untruncated():
    assert str(Prior("Normal", mu=0, sigma=2, bounds=(0, 1))) == "Normal(mu: 0.0, sigma: 2.0)"


def test_equality_includes_bounds_and_parameterisation():
    prior = Prior("Normal", mu=0, sigma=Prior("HalfNormal", sigma=1), bounds=(0, 1))
    assert prior == prior.replace()
    assert prior != prior.replace(bounds=(0, 2)) != prior
    assert prior != prior.replace(noncentered=True)
    assert prior != prior.replace(initval=0.5)
    assert prior != prior.replace(sigma=1)
    assert Prior("Normal", mu=np.array([0.0, 1.0])) == Prior("Normal", mu=[0, 1])
    assert Prior("Normal", mu=np.array([0.0, 1.0])) != Prior("Normal", mu=[0, 2])


@pytest.mark.parametrize("copier", [copy.deepcopy, copy.copy, lambda p: pickle.loads(pickle.dumps(p)), as_prior])
def test_copies_keep_everything(copier):
    prior = Prior(
        "Normal",
        mu=0,
        sigma=Prior("HalfNormal", sigma=1, bounds=(0.1, 3)),
        bounds=(-1, 2),
        noncentered=False,
        initval=0.2,
    )
    copied = copier(prior)
    assert copied == prior and copied is not prior
    assert isinstance(copied.args["sigma"], Prior) and copied.args["sigma"].bounds == (0.1, 3.0)
    assert copied.initval == 0.2


def test_is_a_bambi_prior_and_reads_bambi_priors():
    given_prior = bmb.Prior("Normal", mu=0, sigma=bmb.Prior("HalfNormal", sigma=2), noncentered=True)
    prior = as_prior(given_prior)
    assert isinstance(prior, Prior) and isinstance(prior, bmb.Prior)
    assert isinstance(prior.args["sigma"], Prior) and prior.noncentered is True
    assert type(given_prior.args["sigma"]) is bmb.Prior


def test_reading_a_dict_leaves_it_alone():
    given_prior = {"name": "Normal", "mu": {"name": "Normal", "mu": 0, "sigma": 1}, "sigma": 1, "initval": 0.1}
    before = copy.deepcopy(given_prior)
    assert as_prior(given_prior) == as_prior(given_prior)
    assert given_prior == before


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Prior("Norml"), "Unknown distribution 'Norml'. Did you mean 'Normal'"),
        (lambda: Prior("normal"), "Did you mean 'Normal'"),
        (lambda: Prior("Normal", sigm=1), "Unknown argument 'sigm' .* Did you mean 'sigma'.* Allowed: mu, sigma, tau"),
        (lambda: Prior("Gamma", mu=1), "cannot be made"),
        (lambda: Prior("Normal", mu=0, sigma=-1), "out of range"),
        (lambda: Prior("Uniform", lower=2, upper=1), "out of range"),
        (lambda: Prior("Normal", mu="a"), "cannot be made"),
        (lambda: Prior("Normal", bounds=(1, 1)), "lower < upper"),
        (lambda: Prior("Normal", bounds=3), "two numbers"),
        (lambda: Prior("Mine", dist=pm.Normal, bounds=(0, 1)), "cannot be truncated"),
        (lambda: as_prior({"mu": 1}), "needs 'name'"),
        (lambda: check_mass(Prior("HalfNormal", sigma=1, bounds=(-2, -1)), "a"), "of 'a' has no mass inside .*-2.0"),
        (lambda: make_variable(Prior("Normal", mu=0, sigma=1, bounds=(500, 501)), "a"), "no mass"),
    ],
)
def test_wrong_values(make, message):
    with pm.Model(), pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("make", [lambda: Prior(3), lambda: as_prior(3), lambda: Prior("Normal", noncentered="yes")])
def test_wrong_types(make):
    with pytest.raises(TypeError):
        make()


def test_numbers():
    assert is_number(1) and is_number(np.float32(1)) and not is_number(True) and not is_number("1")
