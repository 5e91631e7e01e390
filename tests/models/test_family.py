"""Families of models: any number from 2 to 10 in the name."""

import pytest

from hssm.models.registry import find_model, get_model, list_models


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("lba2", ("A", "b", "v0", "v1")),
        ("lba3_t", ("A", "b", "v0", "v1", "v2", "t")),
        ("racing_diffusion_4", ("A", "b", "v0", "v1", "v2", "v3", "t")),
        ("lnr5", ("m0", "m1", "m2", "m3", "m4", "s", "t")),
        ("wald_race2", ("v0", "v1", "a", "z", "t", "theta")),
        ("race_no_bias_angle_2", ("v0", "v1", "a", "z", "t", "theta")),
        ("race_no_bias_angle_3", ("v0", "v1", "v2", "a", "z", "t", "theta")),
        ("softmax_inv_temperature_4", ("beta", "logit1", "logit2", "logit3")),
    ],
)
def test_members(name: str, parameters: tuple[str, ...]) -> None:
    spec = get_model(name)
    assert spec.name == name
    assert spec.parameter_names == parameters
    assert len(get_model("lnr10").choices) == 10


def test_two_alternatives_are_coded_minus_and_plus() -> None:
    assert get_model("softmax_inv_temperature_2").choices == (-1, 1)
    assert get_model("softmax_inv_temperature_4").choices == (0, 1, 2, 3)


@pytest.mark.parametrize("name", ["lba11", "lba1", "lba12_t", "lnr0", "racing_diffusion_99"])
def test_numbers_out_of_range(name: str) -> None:
    with pytest.raises(ValueError, match="n = 2 to 10"):
        get_model(name)


@pytest.mark.parametrize("name", ["lba", "lba_t", "lnr02", "lba3_", "xlba3"])
def test_other_names_are_no_members(name: str) -> None:
    assert find_model(name) is None


def test_the_contract_lists_only_its_own() -> None:
    listed = list_models()
    assert {"lba2", "lba3", "lba4", "racing_diffusion_3", "poisson_race"} <= set(listed)
    assert "lnr3" not in listed and "lba5" not in listed


@pytest.mark.parametrize("n", [2, 3, 4])
def test_members_have_the_networks_that_ship(n: int) -> None:
    spec = get_model(f"race_no_bias_angle_{n}")
    assert [likelihood.kind for likelihood in spec.likelihoods] == ["analytical", "approx_differentiable"]
    assert spec.bounds("approx_differentiable")["a"] == (1.0, 3.0)
