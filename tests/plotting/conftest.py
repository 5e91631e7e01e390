"""Data for plots: predictive draws by hand, so that no model has to be built or sampled; figures are closed again."""

from collections.abc import Iterator
from types import SimpleNamespace

import matplotlib
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hssm.spec import Observations

matplotlib.use("Agg")

N_CHAINS, N_DRAWS, N_TRIALS = 2, 15, 240


def responses(generator: np.random.Generator, shape: tuple[int, ...], choices: tuple[int, ...]) -> np.ndarray:
    """(..., 2) reaction times and choices that look like data; one in forty is omitted."""
    rt = 0.3 + generator.gamma(2.0, 0.3, shape)
    choice = generator.choice(choices, size=shape).astype(float)
    omitted = generator.random(shape) < 0.025
    return np.stack([np.where(omitted, -999.0, rt), np.where(omitted, -999.0, choice)], axis=-1)


def make_model(choices: tuple[int, ...], labels: dict | None = None, n_trials: int = N_TRIALS, n_draws: int = N_DRAWS):
    """What a plot asks of a model, with predictive draws in its traces."""
    generator = np.random.default_rng(11)
    observed = responses(generator, (n_trials,), choices)
    frame = pd.DataFrame(
        {
            "rt": observed[:, 0],
            "response": observed[:, 1].astype(int),
            "condition": np.tile(["hard", "easy"], n_trials // 2),
            "participant_id": np.arange(n_trials) % 3,
            "block": (np.arange(n_trials) // 7) % 2,
        },
        index=np.arange(n_trials) + 50,
    )
    frame["target"] = np.where(np.arange(n_trials) % 5 < 2, choices[0], choices[1])
    observations = Observations(
        frame=frame,
        response=("rt", "response"),
        choices=choices,
        labels=labels or {},
        is_missing=observed[:, 0] == -999.0,
        positions=np.arange(n_trials),
    )
    predicted = responses(generator, (N_CHAINS, n_draws, n_trials), choices)
    variable = xr.DataArray(predicted, dims=("chain", "draw", "__obs__", "rt,response_dim"))
    tree = xr.DataTree.from_dict({"posterior_predictive": xr.Dataset({"rt,response": variable})})
    return SimpleNamespace(built=SimpleNamespace(observations=observations), has_traces=True, traces=tree)


def make_choice_only_model():
    """The same without reaction times."""
    generator = np.random.default_rng(12)
    frame = pd.DataFrame({"response": generator.choice([0, 1, 2], N_TRIALS, p=[0.5, 0.3, 0.2])})
    observations = Observations(
        frame=frame,
        response=("response",),
        choices=(0, 1, 2),
        labels={0: "red", 1: "green", 2: "blue"},
        is_missing=np.zeros(N_TRIALS, dtype=bool),
        positions=np.arange(N_TRIALS),
    )
    predicted = generator.choice([0.0, 1.0, 2.0], (N_CHAINS, N_DRAWS, N_TRIALS), p=[0.4, 0.4, 0.2])
    variable = xr.DataArray(predicted, dims=("chain", "draw", "__obs__"))
    tree = xr.DataTree.from_dict({"posterior_predictive": xr.Dataset({"response": variable})})
    return SimpleNamespace(built=SimpleNamespace(observations=observations), has_traces=True, traces=tree)


@pytest.fixture
def two_choices():
    return make_model((-1, 1), {-1: "left", 1: "right"})


@pytest.fixture
def three_choices():
    return make_model((0, 1, 2))


@pytest.fixture
def choice_only():
    return make_choice_only_model()


@pytest.fixture(autouse=True)
def close_figures() -> Iterator[None]:
    yield
    from matplotlib import pyplot as plt

    plt.close("all")
