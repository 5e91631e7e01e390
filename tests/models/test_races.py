"""What model files of races share: the same drift for every accumulator, the same parameters before a falling line."""

import math

import pytest

from hssm.models.races import drifts
from hssm.models.registry import get_model
from hssm.spec import ParameterSpec


def test_drifts_differ_in_name_and_response_only() -> None:
    drift = ParameterSpec(name="v", bounds=(-1.0, math.inf), unit="1/s", description="mean drift")
    found = drifts(3, drift)
    assert [one.name for one in found] == ["v0", "v1", "v2"]
    assert {(one.bounds, one.unit, one.role) for one in found} == {((-1.0, math.inf), "1/s", "generic")}
    assert found[2].description == "mean drift of accumulator 2 (response 2)"


@pytest.mark.parametrize("family", ["wald_race{}", "race_no_bias_angle_{}"])
def test_races_to_a_line_have_the_same_parameters(family: str) -> None:
    spec = get_model(family.format(3))
    assert spec.parameter_names == ("v0", "v1", "v2", "a", "z", "t", "theta")
    assert spec.choices == (0, 1, 2)
    assert spec.parameter("z").closed == (True, False)
    assert spec.parameter("v1").bounds == (-math.inf, math.inf)
