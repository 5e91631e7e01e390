import numpy as np
import pytest
import xarray as xr
from scipy.stats import multivariate_normal

import hssm
from hssm.inference.unconstrained import sampled_values, unconstrained_matrix
from tests.fitted import simple_frame
from tests.tolerances import SAME_NUMERICS

SHORT_VI = {"niter": 200, "draws": 50, "random_seed": 1, "progressbar": False}


@pytest.fixture(scope="module", params=["advi", "fullrank_advi"])
def fitted(request):
    model = hssm.HSSM(simple_frame())
    return model, model.vi(request.param, **SHORT_VI)


def test_a_variational_fit_looks_like_a_fit_with_one_chain(fitted):
    model, tree = fitted
    posterior = tree["posterior"]
    assert set(posterior.data_vars) == {"v", "a", "z", "t"}
    assert dict(posterior.sizes) == {"chain": 1, "draw": 50}
    assert {"observed_data", "constant_data"} <= set(tree.children)
    assert (tree.attrs["sampler"], tree.attrs["model"]) == ("vi", "ddm")
    assert model.vi_idata is tree
    assert posterior["t"].attrs["units"] == "s"


def test_draws_know_their_density_under_the_posterior_and_the_approximation(fitted):
    model, tree = fitted
    stats, approximation = tree["sample_stats"], model.vi_approx
    values = sampled_values(model.built, tree["posterior"].to_dataset())
    rows = unconstrained_matrix(model.built, values)
    names = [model.pymc_model.rvs_to_values[rv].name for rv in model.pymc_model.free_RVs]
    order = [approximation.ordering[name][1].start for name in names]
    mean, cov = approximation.mean.eval()[order], approximation.cov.eval()[np.ix_(order, order)]
    log_q = multivariate_normal(mean, cov).logpdf(rows)
    np.testing.assert_allclose(stats["log_q"].to_numpy()[0], log_q, rtol=SAME_NUMERICS.relative)
    point = {name: value[7] for name, value in values.items()}
    assert float(stats["lp"][0, 7]) == pytest.approx(float(model.compile_logp()(point)), rel=SAME_NUMERICS.relative)
    assert "approximation" in model.diagnose(tree).table.index


def test_the_fit_approached_the_posterior(fitted):
    loss = fitted[0].vi_approx.hist
    assert loss.shape == (200,)
    assert loss[-50:].mean() < loss[:20].mean()


def test_it_is_used_for_predictions(fitted):
    model, tree = fitted
    result = model.sample_posterior_predictive(tree, draws=3, inplace=False, random_seed=1)
    assert result["posterior_predictive"]["rt,response"].shape == (1, 3, 60, 2)


def test_draws_can_be_restored(fitted, tmp_path):
    _, tree = fitted
    tree.to_netcdf(tmp_path / "vi.nc", engine="h5netcdf")
    other = hssm.HSSM(simple_frame())
    other.restore_vi_traces(tmp_path / "vi.nc")
    xr.testing.assert_equal(other.vi_idata, tree)


def test_an_approximation_can_be_restored(fitted):
    model, _ = fitted
    other = hssm.HSSM(simple_frame())
    other.restore_vi_traces(model.vi_approx)
    assert other.vi_approx is model.vi_approx


def test_the_same_seed_gives_the_same_fit_and_the_approximation_is_returned_on_request(fitted):
    method = "fullrank_advi" if type(fitted[0].vi_approx).__name__ == "FullRank" else "advi"
    # Not with the fit of the fixture: functions that numba has just compiled may differ from those it loads from its
    # disk cache, as both of these do, in the last digit.
    one, other = hssm.HSSM(simple_frame()), hssm.HSSM(simple_frame())
    approximation = one.vi(method, **SHORT_VI, return_idata=False)
    assert approximation is one.vi_approx
    other.vi(method, **SHORT_VI)
    xr.testing.assert_equal(one.vi_idata["posterior"].to_dataset(), other.vi_idata["posterior"].to_dataset())


@pytest.mark.parametrize("method", ["avdi", "vi", "ADVI"])
def test_unknown_method(method, simple_fit):
    with pytest.raises(ValueError, match=rf"Unknown method '{method}'. Allowed: advi, asvgd, fullrank_advi, svgd"):
        simple_fit.vi(method)


def test_close_matches_are_offered(simple_fit):
    with pytest.raises(ValueError, match="Did you mean 'advi' or 'asvgd'"):
        simple_fit.vi("avdi")


def test_a_blackbox_has_no_gradient():
    model = hssm.HSSM(simple_frame(), loglik_kind="blackbox")
    with pytest.raises(ValueError, match=r"blackbox.*use sample\(\)"):
        model.vi(niter=5)


def test_without_a_fit_it_says_what_to_call():
    model = hssm.HSSM(simple_frame())
    for attribute in ("vi_idata", "vi_approx"):
        with pytest.raises(ValueError, match=r"call `vi\(\)` first"):
            getattr(model, attribute)
