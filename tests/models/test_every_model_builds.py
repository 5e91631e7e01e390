"""Every model becomes a fit of data of its own: names of parameters must not get in the way."""

import pytest

import hssm
from hssm.models.registry import get_model
from tests.models.points import points_of


@pytest.mark.filterwarnings("ignore:.*never occurs among the choices")
@pytest.mark.parametrize("model", hssm.list_models())
def test_a_model_is_built_from_data_of_its_own(model: str) -> None:
    """``gamma_drift`` has a parameter ``shape``, which PyMC knows as something else."""
    spec = get_model(model)
    data = hssm.simulate_data(model, points_of(spec)[0], size=12, random_state=1)
    fit = hssm.HSSM(data[data["response"] != -999.0], model=model)
    assert [variable.name for variable in fit.pymc_model.observed_RVs] == [fit.response_str]
    assert {"p_outlier", *spec.parameter_names} >= {variable.name for variable in fit.pymc_model.free_RVs}
