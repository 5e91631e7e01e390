import warnings

import pytest
import xarray as xr

import hssm
from tests.fitted import simple_frame


@pytest.mark.parametrize("method", ["summary", "plot_trace"])
def test_unknown_variables_are_named_with_what_there_is(simple_fit, method):
    with pytest.raises(ValueError, match=r"no variable 'aa'.*Did you mean 'a'\?.*It has: a, t, v, z"):
        getattr(simple_fit, method)(var_names=["v", "aa"])


def test_summary_leaves_out_what_is_excluded(simple_fit):
    assert list(simple_fit.summary(var_names=["~v", "~a"]).index) == ["z", "t"]


def test_parts_of_names_and_patterns_choose_variables(simple_fit):
    assert list(simple_fit.summary(var_names=["v", "z"], filter_vars="like").index) == ["v", "z"]
    assert list(simple_fit.summary(var_names="^[at]$", filter_vars="regex").index) == ["a", "t"]
    with pytest.raises(ValueError, match=r"fits 'drift'. It has: a, t, v, z"):
        simple_fit.summary(var_names=["drift"], filter_vars="like")
    with pytest.raises(ValueError, match=r"`filter_vars` must be None, 'like' or 'regex', got 'likes'"):
        simple_fit.summary(var_names=["v"], filter_vars="likes")


def test_a_log_density_says_what_a_point_lacks(simple_fit):
    density = simple_fit.compile_logp()
    point = simple_fit.initial_point()
    with pytest.raises(ValueError, match=r"The point lacks a, z, t; it has 'vv', which .* It needs: v, a, z, t"):
        density({"v": 1.0, "vv": 2.0})
    transformed = simple_fit.compile_logp(keep_transformed=True)
    assert float(transformed(simple_fit.initial_point(transformed=True))) == float(density(point))
    with pytest.raises(ValueError, match=r"lacks a_log__"):
        transformed(point)


@pytest.mark.parametrize(
    "call",
    [
        lambda model: model.sample_posterior_predictive(dt=3),
        lambda model: model.restore_traces(3),
        lambda model: model.log_likelihood(dt={"posterior": 1}),
        lambda model: model.summary(dt=3),
    ],
)
def test_what_is_no_tree_is_named(simple_fit, call):
    with pytest.raises(TypeError, match=r"must be a DataTree.*got"):
        call(simple_fit)


def test_a_tree_without_draws_is_refused(simple_fit):
    empty = xr.DataTree.from_dict({"prior": xr.Dataset({"v": 1.0})})
    with pytest.raises(ValueError, match=r"no group 'posterior'; groups: prior"):
        simple_fit.sample_posterior_predictive(dt=empty)


def test_the_old_name_of_likelihood_parameters_warns(simple_fit):
    with pytest.warns(FutureWarning, match="add_likelihood_parameters_to_datatree"):
        tree = simple_fit.add_likelihood_parameters_to_idata()
    assert "__obs__" in tree["posterior"].dims


@pytest.mark.parametrize("options", [{"niter": 0}, {"niter": 1.5}, {"draws": 0}])
def test_a_variational_fit_needs_iterations_and_draws(options):
    model = hssm.HSSM(simple_frame(12))
    with warnings.catch_warnings(), pytest.raises(ValueError, match="must be a positive integer"):
        warnings.simplefilter("error")
        model.vi(progressbar=False, **options)
