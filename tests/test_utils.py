import numpy as np
import pandas as pd
import pytest
import xarray as xr

import hssm
from hssm.utils import annotate_function, predictive_dt_to_dataframe


def test_functions_carry_their_annotations():
    @annotate_function(model_name="mine", choices=[-1, 1])
    def simulate(theta):
        return theta

    assert (simulate.model_name, simulate.choices, simulate(3)) == ("mine", [-1, 1], 3)


def test_predictions_become_a_long_frame(simple_fit):
    tree = simple_fit.sample_posterior_predictive(draws=3, inplace=False, random_seed=1)
    frame = hssm.utils.predictive_dt_to_dataframe(tree)
    assert list(frame.columns) == ["chain", "draw", "__obs__", "rt", "response"]
    assert len(frame) == 2 * 3 * 60
    values = tree["posterior_predictive"]["rt,response"]
    one = frame.iloc[200]
    expected = values.sel(chain=one["chain"], draw=one["draw"], __obs__=one["__obs__"]).values
    np.testing.assert_array_equal(one[["rt", "response"]].to_numpy(dtype=float), expected)


def test_one_column_responses_and_other_dims():
    values = np.arange(24.0).reshape(2, 3, 4)
    tree = xr.DataTree.from_dict(
        {
            "prior_predictive": xr.Dataset({"response": (("chain", "draw", "__obs__"), values)}),
            "posterior_predictive": xr.Dataset(
                {"rt,response": (("chain", "draw", "__obs__", "what"), values.reshape(2, 3, 2, 2))}
            ),
        }
    )
    frame = predictive_dt_to_dataframe(tree, "prior_predictive", "response")
    np.testing.assert_array_equal(frame["response"], values.ravel())
    pd.testing.assert_index_equal(frame.columns, pd.Index(["chain", "draw", "__obs__", "response"]))
    named = predictive_dt_to_dataframe(tree, response_dim="what")
    np.testing.assert_array_equal(named["rt"], values.ravel()[::2])
    with pytest.raises(ValueError, match=r"no dimension 'rt,response_dim'.*Dimensions: __obs__, chain, draw, what"):
        predictive_dt_to_dataframe(tree)
    with pytest.raises(ValueError, match=r"no group 'posterior_predictiv'\. Did you mean 'posterior_predictive'"):
        predictive_dt_to_dataframe(tree, "posterior_predictiv")
