import math

import pytest

from hssm.models.common import ROLE_DOMAINS, SV, A, T, V, Z, role_of


@pytest.mark.parametrize("parameter", [V, A, Z, T, SV])
def test_shared_parameters_have_the_role_and_domain_of_their_name(parameter) -> None:
    assert parameter.role == parameter.name
    assert parameter.bounds == ROLE_DOMAINS[parameter.name]
    assert parameter.description
    assert parameter.unit


@pytest.mark.parametrize(
    ("name", "bounds", "role"),
    [
        ("v", (-3.0, 3.0), "v"),
        ("a", (0.3, 2.5), "a"),
        ("a", (-1.0, 2.5), "generic"),
        ("z", (0.0, 2.0), "generic"),
        ("theta", (-0.1, 1.3), "theta"),
        ("theta", (0.0, math.inf), "generic"),
        ("kappa", (0.0, 1.0), "generic"),
    ],
)
def test_a_name_joins_its_role_only_within_its_domain(name, bounds, role) -> None:
    assert role_of(name, bounds) == role
