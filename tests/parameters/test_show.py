"""The printable defaults hold what a user would ask for, for every registered model."""

from __future__ import annotations

import pytest

import hssm


@pytest.mark.parametrize("model", hssm.list_models())
def test_every_parameter_has_bounds_and_a_prior(model):
    text = hssm.show_defaults(model)
    kinds = hssm.modelconfig.get_default_model_config(model)["likelihoods"]
    assert text.count("Likelihood: ") == len(kinds)
    for kind, likelihood in kinds.items():
        block = text.split(f"Likelihood: {kind}")[1].split("Likelihood: ")[0]
        for name in likelihood["bounds"]:
            (line,) = [line for line in block.splitlines() if line.strip().startswith(f"{name}  ")]
            assert "bounds (" in line and "prior " in line


def test_priors_of_the_diffusion_model_are_the_documented_ones():
    text = hssm.show_defaults("ddm", "analytical")
    for prior in ("Normal(mu: 0.0, sigma: 2.0)", "HalfNormal(sigma: 2.0)", "Uniform(lower: 0.0, upper: 1.0)"):
        assert prior in text


def test_unknown_model_and_kind():
    with pytest.raises(ValueError, match="Did you mean 'ddm'"):
        hssm.show_defaults("dddm")
    with pytest.raises(ValueError, match="has no likelihood of kind"):
        hssm.show_defaults("ddm", "network")
