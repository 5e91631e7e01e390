import numpy as np
import pytest
import xarray as xr

import hssm
from hssm.inference import draws as draws_module
from hssm.inference.log_likelihood import pointwise_log_likelihood
from tests.fitted import INCLUDE, hierarchical_frame, simple_frame
from tests.tolerances import OTHER_ALGORITHM, SAME_NUMERICS


def values(tree):
    return tree["log_likelihood"]["rt,response"]


def close(left, right, tolerance=SAME_NUMERICS):
    np.testing.assert_allclose(left, right, rtol=tolerance.relative, atol=tolerance.absolute)


def test_it_is_the_lapse_mixture_of_the_density(simple_fit):
    posterior = simple_fit.traces["posterior"]
    frame = simple_frame()
    for chain, draw in ((0, 0), (1, 59)):
        theta = {name: float(posterior[name].values[chain, draw]) for name in "vazt"}
        density = np.exp(hssm.log_density("ddm", frame, theta))
        expected = np.log(0.95 * density + 0.05 / (2 * 20))
        close(values(simple_fit.traces).values[chain, draw], expected, OTHER_ALGORITHM)


def test_permuting_rows_permutes_it(hierarchical_fit):
    order = np.random.default_rng(5).permutation(60)
    model = hssm.HSSM(hierarchical_frame().iloc[order], include=INCLUDE)
    model.restore_traces(hierarchical_fit.traces.copy(deep=True))
    assert model.log_likelihood() is None
    close(values(model.traces).values, values(hierarchical_fit.traces).values[..., order])
    assert values(model.traces)["__obs__"].values.tolist() == list(range(60))


def test_thinned_and_burned_draws_keep_their_labels(hierarchical_fit):
    thinned = hierarchical_fit.traces.copy()
    thinned["posterior"] = xr.DataTree(
        hierarchical_fit.traces["posterior"].to_dataset().isel(chain=[1], draw=slice(20, None, 7))
    )
    result = hierarchical_fit.log_likelihood(thinned, inplace=False)
    assert values(result)["draw"].values.tolist() == list(range(20, 60, 7))
    assert values(result)["chain"].values.tolist() == [1]
    close(values(result), values(hierarchical_fit.traces).isel(chain=[1], draw=slice(20, None, 7)))


def test_new_data_have_their_own_rows(hierarchical_fit):
    frame = hierarchical_frame()
    rows = [40, 3, 3]
    result = hierarchical_fit.log_likelihood(data=frame.iloc[rows], inplace=False)
    close(values(result).values, values(hierarchical_fit.traces).values[..., rows])
    assert values(result)["__obs__"].values.tolist() == [0, 1, 2]


def test_new_data_without_a_response_are_refused(hierarchical_fit):
    frame = hierarchical_frame().drop(columns="rt")
    with pytest.raises(ValueError, match="'rt'"):
        hierarchical_fit.log_likelihood(data=frame, inplace=False)


def test_chunks_do_not_change_it(hierarchical_fit, monkeypatch):
    monkeypatch.setattr(draws_module, "CHUNK_VALUES", 60 * 8)
    posterior = hierarchical_fit.traces["posterior"].to_dataset()
    again = pointwise_log_likelihood(hierarchical_fit._built, posterior)
    close(again["rt,response"], values(hierarchical_fit.traces))


def test_parameters_are_kept_on_request_and_the_given_tree_is_not_touched(simple_fit, hierarchical_fit):
    result = hierarchical_fit.log_likelihood(inplace=False, keep_likelihood_params=True)
    assert result["posterior"]["v"].dims == ("chain", "draw", "__obs__")
    assert "v" not in hierarchical_fit.traces["posterior"]


def test_without_traces_it_says_what_to_call():
    with pytest.raises(ValueError, match=r"call `sample\(\)` first"):
        hssm.HSSM(simple_frame()).log_likelihood()
