"""Boundaries against the functions of ssm-simulators."""

import numpy as np
import pytest
from ssms.basic_simulators import boundary_functions

from hssm.densities import boundaries
from hssm.densities.passage.symbols import Parameters
from tests.densities.boundary_case import BY_NAME
from tests.tolerances import CLOSED_FORM


@pytest.mark.parametrize("name", BY_NAME)
def test_boundaries_are_those_of_ssm_simulators(name: str) -> None:
    times, own = np.linspace(1e-6, 2.0, 41), {"a": 1.4, **BY_NAME[name]}
    theirs = {{"nu": "v"}.get(key, key): value for key, value in own.items()}
    expected = getattr(boundary_functions, name)(t=times, **theirs)
    found = getattr(boundaries, name)(times, Parameters(own))
    np.testing.assert_allclose(np.broadcast_to(found, times.shape), expected, rtol=CLOSED_FORM.relative)
