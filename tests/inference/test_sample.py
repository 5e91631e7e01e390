import functools

import numpy as np
import pymc as pm
import pytest

import hssm
from hssm.inference import sample as sample_module
from hssm.inference.draws import trial_theta
from hssm.inference.sample import (
    check_initvals,
    check_options,
    check_start,
    reported_start,
    resolve_start,
    start_point,
)
from tests.evaluation import evaluate, random_point
from tests.fitted import INCLUDE, TINY, hierarchical_frame, quietly, simple_frame
from tests.tolerances import OPTIMIZER, OTHER_ALGORITHM


@pytest.fixture(scope="module")
def model():
    return hssm.HSSM(simple_frame())


# -------------------------------------------------------------------------- options


def test_unknown_keywords_offer_what_is_close(model):
    with pytest.raises(TypeError, match=r"unknown keywords 'drawss'.*draws.*Allowed: .*tune"):
        model.sample(drawss=5)


@pytest.mark.parametrize("name", ["draws", "tune", "chains", "cores"])
@pytest.mark.parametrize("value", [-1, 2.5, "many", True])
def test_counts_are_integers(model, name, value):
    with pytest.raises(ValueError, match=rf"`{name}` must be an integer of at least \d, got {value!r}"):
        model.sample(**{name: value})


@pytest.mark.parametrize("name", ["draws", "chains", "cores"])
def test_none_at_all_is_too_few(model, name):
    with pytest.raises(ValueError, match=rf"`{name}` must be an integer of at least 1, got 0"):
        model.sample(**{name: 0})


@pytest.mark.parametrize("name", ["model", "nuts_sampler", "var_names"])
def test_what_the_package_decides_itself_is_no_option(model, name):
    with pytest.raises(TypeError, match=name):
        model.sample(**{name: None})


def test_options_of_pymc_and_of_samplers_are_known():
    check_options({"draws": 5, "tune": 0, "target_accept": 0.9, "chain_method": "vectorized", "mp_ctx": "spawn"})


# --------------------------------------------------------------------------- starts


@pytest.mark.parametrize("initvals", [3, "mode", [1.0]])
def test_initvals_of_another_type(model, initvals):
    with pytest.raises(TypeError, match=r"`initvals` must be a dict, 'map' or None, got"):
        model.sample(initvals=initvals)


def test_initvals_of_unknown_variables(model):
    with pytest.raises(ValueError, match=r"`initvals` names 'aa'.*Allowed: a, t, v, z\..*'a'"):
        model.sample(initvals={"aa": 1.0})


@pytest.mark.parametrize("value", [[1.0, 2.0], "wide"])
def test_initvals_of_another_shape(model, value):
    with pytest.raises(ValueError, match=r"starting value of 'a' must have shape \(\)"):
        model.sample(initvals={"a": value})


@pytest.mark.parametrize(("name", "value"), [("a", -1.0), ("z", 1.5), ("t", 0.0)])
def test_a_start_outside_the_support(model, name, value):
    with pytest.raises(ValueError, match=rf"starting value of '{name}', {value}, is outside the support"):
        model.sample(initvals={name: value})


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_start_that_is_not_finite(model, value):
    with pytest.raises(ValueError, match=r"starting value of 'v' is not finite"):
        model.sample(initvals={"v": value})


def test_a_start_at_which_the_likelihood_is_no_number_names_rows_and_values(model, monkeypatch):
    from hssm.likelihoods import pointwise

    def density(likelihood, observed, theta):
        values = np.zeros((2, 60))
        values[:, [4, 9]] = np.nan
        return values

    monkeypatch.setattr(pointwise, "evaluate_pointwise", density)
    with pytest.raises(ValueError, match=r"not finite at the starting values \{'v': .*for 2 rows \(first rows: 4, 9\)"):
        check_start(model._built, model.initvals)


def test_initvals_go_over_the_models_own_and_touch_neither(model):
    known, given = model.initvals, {"a": 2}
    merged = check_initvals(given, known)
    assert merged["a"] == 2.0
    assert merged["v"] == known["v"]
    assert given == {"a": 2}
    assert known["a"] != 2.0


def test_scalars_fill_vectors():
    merged = check_initvals({"effects": 0.5}, {"effects": np.zeros(3)})
    assert merged["effects"].tolist() == [0.5, 0.5, 0.5]


def handed_over(monkeypatch, model, *args, **options):
    """The keywords with which PyMC would be called."""
    keywords = {}

    @functools.wraps(pm.sample)
    def record(**given):
        keywords.update(given)
        raise KeyboardInterrupt

    monkeypatch.setattr(pm, "sample", record)
    with pytest.raises(KeyboardInterrupt):
        model.sample(*args, random_seed=1, **options)
    return keywords


@pytest.mark.parametrize("sampler", ["pymc", "nutpie"])
def test_a_fit_starts_where_it_is_told(model, monkeypatch, sampler):
    keywords = handed_over(monkeypatch, model, sampler, initvals={"v": 1.75, "t": 0.1})
    first = keywords["initvals"][0] if sampler == "pymc" else keywords["initvals"]
    assert {name: float(value) for name, value in first.items()} == {
        **{name: float(value) for name, value in model.initvals.items()},
        "v": 1.75,
        "t": 0.1,
    }
    assert keywords["nuts_sampler"] == sampler
    assert (keywords["draws"], keywords["tune"], keywords["chains"]) == (1000, 1000, 4)


def test_no_initvals_means_the_models_own(model):
    start = resolve_start(model._built, None, model.initvals)
    assert start == model.initvals


def test_map_is_a_start_within_the_free_variables(model, monkeypatch):
    (start, *others) = handed_over(monkeypatch, model, initvals="map")["initvals"]
    assert len(others) == 3
    assert set(start) == set(model.initvals)
    log_density = model.compile_logp(jacobian=False)  # the mode is that of the parameters, not of their logarithms
    off = {name: value + 0.05 for name, value in model.initvals.items()}
    assert log_density(start) > log_density(off)
    assert log_density(start) > log_density(model.initvals) - OPTIMIZER.absolute


def test_a_start_in_offsets_becomes_effects_as_a_draw_holds_them():
    model = hssm.HSSM(hierarchical_frame(), include=INCLUDE, noncentered=True)
    start = model.initvals
    start["v_1|participant_id_offset"] = np.arange(5.0)
    start["v_1|participant_id_sigma"] = np.array(0.5)
    point = start_point(model._built, start)
    np.testing.assert_allclose(point["v_1|participant_id"], np.arange(5.0) / 2)


@pytest.mark.parametrize("noncentered", ["auto", True, False])
def test_a_reported_start_gives_every_trial_the_value_that_the_model_has_there(noncentered):
    model = hssm.HSSM(hierarchical_frame(), include=INCLUDE, noncentered=noncentered)
    point = random_point(model)
    inside = evaluate(model.pymc_model, ["v", "a", "t"], point)
    reported = {name: value[None] for name, value in reported_start(model.built, point).items()}
    theta = trial_theta(model.built, reported)
    for name, values in inside.items():
        np.testing.assert_allclose(theta[name][0], values, rtol=OTHER_ALGORITHM.relative)


# --------------------------------------------------------------------------- result


def test_a_chain_that_never_moved_is_an_error_after_storing():
    model = hssm.HSSM(simple_frame())
    with model.pymc_model:
        step = pm.Metropolis(scaling=1e9, tune=False)
    with pytest.raises(RuntimeError, match=r"Chain\(s\) 0 never moved"):
        model.sample(draws=5, tune=0, chains=1, step=step, progressbar=False, random_seed=1)
    assert model.traces["posterior"].sizes["draw"] == 5


def test_resampling_replaces_draws_keeps_the_prior_and_warns(model):
    fresh = hssm.HSSM(simple_frame())
    fresh.sample_prior_predictive(5, random_seed=1)
    quietly(fresh, **TINY)
    with pytest.warns(UserWarning) as caught:
        tree = fresh.sample(**{**TINY, "draws": 10})
    assert any("traces of the last fit are replaced" in str(warning.message) for warning in caught)
    assert tree["posterior"].sizes["draw"] == 10
    assert tree["prior"].sizes["draw"] == 5


def test_log_likelihood_can_be_declined(model):
    tree = quietly(model, **TINY, idata_kwargs={"log_likelihood": False})
    assert "log_likelihood" not in tree.children


def test_log_likelihood_too_large_to_store_is_left_out_with_a_warning(model, monkeypatch):
    monkeypatch.setattr(sample_module, "AUTOMATIC_LIMIT", 2 * 20 * 60 - 1)
    with pytest.warns(UserWarning) as caught:
        tree = model.sample(**TINY)
    assert any("2.4e+03 values and is not stored. Call `log_likelihood()`" in str(w.message) for w in caught)
    assert "log_likelihood" not in tree.children
    forced = quietly(model, **TINY, idata_kwargs={"log_likelihood": True})
    assert "log_likelihood" in forced.children


def test_response_params_are_stored_on_request():
    model = hssm.HSSM(hierarchical_frame(), include=INCLUDE)
    tree = quietly(model, **TINY, include_response_params=True)
    assert tree["posterior"]["v"].dims == ("chain", "draw", "__obs__")


def test_a_short_fit_ends_with_the_warnings_of_convergence(model):
    with pytest.warns(UserWarning) as caught:
        model.sample(**TINY)
    messages = [str(warning.message) for warning in caught]
    assert any("effective sample size below 200" in message for message in messages)


def test_one_chain_is_warned_about(model):
    with pytest.warns(UserWarning) as caught:
        model.sample(**{**TINY, "chains": 1})
    assert any("A single chain" in str(warning.message) for warning in caught)
