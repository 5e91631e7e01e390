"""Fixtures that many tests share: a seeded generator and a small clean data set."""

import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis.internal.conjecture import providers

import hssm
from tests.fitted import INCLUDE, hierarchical_frame, quietly, recorded_fit, refitted, simple_frame

SEED = 20261120

# Hypothesis takes constants of whichever local modules are loaded as examples, so a sweep would depend on the tests
# that ran before it in the same process; without them a derandomised sweep is the same everywhere.
providers._get_local_constants = lambda: providers._local_constants


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """For ``--dist loadgroup``: one process takes all tests of a file, unless they name a group of their own.

    What costs time is compiling, and what is compiled serves the rest of the group.
    """
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.location[0]))


@pytest.fixture(autouse=True)
def jax_in_double_precision() -> None:
    """Every test finds the precision that PyTensor gives JAX; a fit restores what was set before JAX was loaded."""
    if "jaxlib" in sys.modules:
        import jax

        jax.config.update("jax_enable_x64", True)


@pytest.fixture
def rng() -> np.random.Generator:
    """A generator that gives the same numbers in every run."""
    return np.random.default_rng(SEED)


@pytest.fixture
def ddm_frame() -> pd.DataFrame:
    """Sixty clean trials of three participants: rt in seconds, response -1 or 1, a number and a word as covariates.

    The rows are plausible but follow no model; a new frame for every test.
    """
    generator = np.random.default_rng(SEED)
    n_trials = 60
    return pd.DataFrame(
        {
            "participant_id": np.repeat([1, 2, 3], n_trials // 3),
            "trial_id": np.tile(np.arange(n_trials // 3), 3),
            "rt": 0.3 + generator.gamma(2.0, 0.3, n_trials),
            "response": np.where(generator.random(n_trials) < 0.7, 1, -1),
            "x": generator.normal(size=n_trials),
            "condition": np.tile(["easy", "hard"], n_trials // 2),
        }
    )


@pytest.fixture(scope="session")
def simple_fit() -> hssm.HSSM:
    """A short fit of the default model to 60 trials. Tests must leave its traces as they are."""
    model = hssm.HSSM(simple_frame())
    quietly(model)
    return model


@pytest.fixture(scope="session")
def hierarchical_fit() -> hssm.HSSM:
    """A short hierarchical fit of 5 x 12 trials. Tests must leave its traces as they are."""
    model = hssm.HSSM(hierarchical_frame(), include=INCLUDE)
    quietly(model)
    return model


@pytest.fixture(scope="session")
def default_fit() -> tuple[hssm.HSSM, list[str]]:
    """A default model of 500 clean trials with 2 x (300 + 800) draws, and every warning that this raised."""
    return recorded_fit()


@pytest.fixture
def simple_model(simple_fit: hssm.HSSM) -> hssm.HSSM:
    """The model of ``simple_fit`` with a copy of its traces, for tests that change them."""
    return refitted(simple_fit, hssm.HSSM(simple_frame()))
