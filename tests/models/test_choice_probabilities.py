"""Distribution functions at infinity against the table of choice probabilities, made by other methods."""

import json

import numpy as np
import pandas as pd
import pytest

import hssm
from hssm.models.registry import get_model
from tests.densities.compare import assert_close, reference
from tests.tolerances import OTHER_ALGORITHM

T = 0.25
FAMILIES = {
    "ddm_sdv": "ddm_sdv",
    "full_ddm": "full_ddm",
    "poisson_race": "poisson_race",
    "rdm": "racing_diffusion_{n}",
}


def cases(family: str) -> list[tuple[str, dict[str, float], str, float]]:
    """Model, parameters, response ("any" for the sum over responses) and probability of every row of a family."""
    frame = reference("choice_probabilities").query("family == @family")
    found = []
    for row in frame.itertuples():
        given = json.loads(row.parameters)
        drifts = {f"v{i}": v for i, v in enumerate(given.pop("v"))} if isinstance(given.get("v"), list) else {}
        extra = {"sz": 0.0, "st": 0.0} if family == "full_ddm" else {}
        theta = {**extra, **given, **drifts, "t": T}
        found.append((FAMILIES[family].format(n=len(drifts)), theta, str(row.response), float(row.probability)))
    assert found
    return found


QUICK = ("ddm_sdv",)
"""The others take long to compile."""


@pytest.mark.parametrize("family", [f if f in QUICK else pytest.param(f, marks=pytest.mark.slow) for f in FAMILIES])
def test_choice_probabilities(family: str) -> None:
    for model, theta, response, probability in cases(family):
        choices = [float(response)] if response != "any" else list(map(float, get_model(model).choices))
        data = pd.DataFrame({"rt": np.inf, "response": choices})
        total = np.exp(hssm.log_cdf(model, data, theta)).sum()
        assert_close(total, probability, OTHER_ALGORITHM)
