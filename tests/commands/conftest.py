"""A small model with draws by hand: commands are about what happens to results, not about sampling."""

import numpy as np
import pytest
import xarray as xr

import hssm

TRUE = {"v": 0.5, "a": 1.2, "z": 0.5, "t": 0.3}


@pytest.fixture(scope="session")
def fitted() -> hssm.HSSM:
    data = hssm.simulate_data("ddm", TRUE, size=60, random_state=1)
    data["participant_id"] = np.arange(60) % 3
    model = hssm.HSSM(data, include=[{"name": "v", "formula": "v ~ 1 + (1|participant_id)"}], p_outlier=0)
    prior = model.sample_prior_predictive(draws=40, random_seed=1)["prior"].to_dataset()
    # Two chains that agree: the second runs backwards.
    second = prior.isel(draw=slice(None, None, -1)).assign_coords(draw=prior["draw"], chain=[1])
    draws = xr.concat([prior, second], dim="chain").assign(t=lambda own: 0.3 + 0.001 * own["z"])
    draws["v_Intercept"].attrs["units"] = "1/√s"
    tree = xr.DataTree.from_dict(
        {
            "posterior": draws,
            "observed_data": xr.Dataset({"rt,response": (("__obs__", "rt,response_dim"), data[["rt", "response"]])}),
        }
    )
    tree.attrs = {"sampler": "pymc", "random_seed": "None", "links": "{'v': 'identity'}", "sampling_time": 1.5}
    model.restore_traces(tree)
    return model
