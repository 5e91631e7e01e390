import importlib.util

import numpy as np
import pytest
import xarray as xr

import hssm
from hssm.bambi_bridge.transforms import unconstrain
from hssm.inference.samplers import OLD_NAMES, SAMPLERS, choose_sampler, default_target_accept, jittered
from tests.fitted import INCLUDE, TINY, hierarchical_frame, quietly, simple_frame


@pytest.fixture(scope="module")
def model():
    return hssm.HSSM(simple_frame())


@pytest.fixture(scope="module")
def blackbox():
    return hssm.HSSM(simple_frame(), loglik_kind="blackbox")


def slow(*values):
    """Every fit compiles anew: by default each sampler is run with one or with four chains, pymc with both."""
    return pytest.param(*values, marks=pytest.mark.slow)


RUNS = [
    ("pymc", 1),
    ("pymc", 4),
    ("numpyro", 4),
    slow("numpyro", 1),
    ("blackjax", 1),
    slow("blackjax", 4),
    ("nutpie", 4),
    slow("nutpie", 1),
]


@pytest.mark.parametrize(("sampler", "chains"), RUNS)
def test_every_sampler_runs_with_one_and_with_four_chains(model, sampler, chains):
    # All chains at once is what a GPU runs; it must work on a processor, too.
    at_once = {"chain_method": "vectorized"} if sampler == "numpyro" and chains > 1 else {}
    tree = quietly(model, sampler, **{**TINY, "chains": chains}, **at_once)
    posterior = tree["posterior"]
    assert set(posterior.data_vars) == {"v", "a", "z", "t"}
    assert dict(posterior.sizes) == {"chain": chains, "draw": 20}
    assert {"diverging", "lp"} <= set(tree["sample_stats"].data_vars)
    assert tree["sample_stats"]["lp"].shape == (chains, 20)
    assert tree["log_likelihood"]["rt,response"].shape == (chains, 20, 60)
    assert tree.attrs["sampler"] == sampler
    moved = posterior["a"].values
    assert np.all(moved != moved[:, :1], axis=0)[1:].any()
    if chains > 1:
        assert len({tuple(row) for row in moved}) == chains
    _lp_follows_the_likelihood(tree)


def _lp_follows_the_likelihood(tree):
    """``lp`` is a log density, not an energy: it rises with the likelihood of the data."""
    total = tree["log_likelihood"]["rt,response"].sum("__obs__").values.ravel()
    assert np.corrcoef(total, tree["sample_stats"]["lp"].values.ravel())[0, 1] > 0


def test_laplace_gives_one_chain(model):
    tree = quietly(model, "laplace", draws=30)
    assert dict(tree["posterior"].sizes) == {"chain": 1, "draw": 30}
    assert tree.attrs["sampler"] == "laplace"
    assert "log_likelihood" in tree.children


def test_a_blackbox_is_sampled_by_slices(blackbox):
    tree = quietly(blackbox, **{**TINY, "chains": 1})
    assert tree.attrs["loglik_kind"] == "blackbox"
    assert len(np.unique(tree["posterior"]["v"])) == 20


@pytest.mark.parametrize(("old", "new"), [("mcmc", "pymc"), ("nuts_numpyro", "numpyro"), ("nuts_blackjax", "blackjax")])
def test_old_names_work_with_a_warning(model, old, new):
    with pytest.warns(FutureWarning, match=rf"'{old}' is old: use sampler='{new}'"):
        assert choose_sampler(old, model._built).name == new
    assert OLD_NAMES[old] == new


def test_an_old_name_passes_through_sample(model):
    with pytest.warns(FutureWarning, match="use sampler='pymc'"), pytest.warns(UserWarning):
        tree = model.sample("mcmc", **{**TINY, "chains": 1})
    assert tree.attrs["sampler"] == "pymc"


@pytest.mark.parametrize("name", [None, "auto"])
def test_the_default_is_pymc_for_pytensor_likelihoods(model, blackbox, name):
    assert choose_sampler(name, model._built).name == "pymc"
    assert choose_sampler(name, blackbox._built).name == "pymc"


def test_unknown_names_list_what_is_allowed_and_what_is_close(model):
    with pytest.raises(ValueError, match=r"Unknown sampler 'nutpy'. Allowed: auto, blackjax, laplace.*nutpie") as error:
        model.sample("nutpy")
    assert "Did you mean 'nutpie'" in str(error.value)


def test_vi_is_no_sampler(model):
    with pytest.raises(ValueError, match=r"call `model.vi\(\)`"):
        model.sample("vi")


@pytest.mark.parametrize("sampler", [name for name, sampler in SAMPLERS.items() if sampler.gradient])
def test_samplers_with_gradients_refuse_a_blackbox(blackbox, sampler):
    with pytest.raises(ValueError, match=rf"sampler='{sampler}' needs gradients.*sampler='pymc'"):
        blackbox.sample(sampler, **TINY)


@pytest.mark.parametrize("sampler", ["nutpie", "numpyro", "laplace"])
def test_a_step_belongs_to_pymc(model, sampler):
    with pytest.raises(ValueError, match=rf"`step` works with sampler='pymc' only, got sampler='{sampler}'"):
        model.sample(sampler, step=object(), **TINY)


def test_an_absent_package_is_named(model, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"sampler='nutpie' needs the package 'nutpie': pip install nutpie"):
        model.sample("nutpie")
    assert choose_sampler("pymc", model._built).name == "pymc"


# --------------------------------------------------------------------------- seeds


def test_pymc_reproduces_a_hierarchical_fit(hierarchical_fit):
    again = quietly(hssm.HSSM(hierarchical_frame(), include=INCLUDE))
    # Not to the last bit: code that two test processes compile for one cache at a time may round differently.
    first = hierarchical_fit.traces["posterior"].to_dataset()
    xr.testing.assert_allclose(again["posterior"].to_dataset(), first, rtol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("sampler", ["pymc", "nutpie"])
def test_a_hierarchical_fit_is_reproduced_to_the_last_bit(sampler):
    include = [{"name": "v", "formula": "v ~ 1 + (1|participant_id)"}]
    model = hssm.HSSM(hierarchical_frame(), include=include, noncentered=True, z=0.5, t=0.2)
    one, two = (quietly(model, sampler, **TINY)["posterior"].to_dataset() for _ in range(2))
    xr.testing.assert_equal(one, two)


def test_another_seed_gives_other_draws(model):
    one, two = (quietly(model, **{**TINY, "random_seed": seed})["posterior"]["v"].values for seed in (1, 2))
    assert not np.array_equal(one, two)


@pytest.mark.parametrize("seed", [[3, 4], np.random.default_rng(3)], ids=["one per chain", "generator"])
def test_other_kinds_of_seeds(model, seed):
    tree = quietly(model, **{**TINY, "random_seed": seed})
    assert tree["posterior"].sizes["chain"] == 2


def test_random_state_is_the_same_seed_and_both_are_an_error(model):
    options = {key: value for key, value in TINY.items() if key != "random_seed"}
    with pytest.warns(UserWarning):
        one = model.sample(random_state=9, **options)["posterior"].to_dataset()
    two = quietly(model, **{**TINY, "random_seed": 9})["posterior"].to_dataset()
    xr.testing.assert_equal(one, two)
    with pytest.raises(TypeError, match="random_state"):
        model.sample(random_state=9, random_seed=9)


def test_chains_start_apart_the_first_at_the_start_itself(model):
    start, half_width = model.initvals, 0.3
    points = jittered(start, model.pymc_model, 3, half_width, random_seed=1)
    assert len(points) == 3
    for name, value in start.items():
        np.testing.assert_array_equal(points[0][name], value)
    centre = unconstrain(model.pymc_model, start)
    for point in points[1:]:
        free = unconstrain(model.pymc_model, point)
        distance = np.array([float(abs(free[name] - centre[name])) for name in start])
        assert np.all(distance > 0)
        assert np.all(distance <= half_width)


def test_jitter_follows_the_seed(model):
    one, two, other = (jittered(model.initvals, model.pymc_model, 2, 0.1, seed) for seed in (1, 1, 2))
    assert one[1] == two[1]
    assert one[1] != other[1]


def test_target_accept_reaches_the_sampler(model):
    steps = [
        float(quietly(model, **{**TINY, "tune": 100}, target_accept=target)["sample_stats"]["step_size"].mean())
        for target in (0.6, 0.99)
    ]
    assert steps[1] < steps[0]


@pytest.mark.parametrize(("n_groups", "expected"), [(0, 0.95), (5, 0.95), (10, 0.9)])
def test_few_groups_get_short_steps(n_groups, expected):
    frame = simple_frame()
    frame["participant_id"] = [f"p{i % max(n_groups, 1)}" for i in range(len(frame))]
    include = [{"name": "v", "formula": "v ~ 1 + (1|participant_id)"}] if n_groups else None
    assert default_target_accept(hssm.HSSM(frame, include=include)._built) == expected


def test_bent_ridges_get_shorter_steps():
    assert default_target_accept(hssm.HSSM(simple_frame(), model="ddm_sdv")._built) == 0.98
    assert default_target_accept(hssm.HSSM(simple_frame(), model="angle", theta=0.1)._built) == 0.95
