"""Small data sets and short fits that several test files share; the fixtures in ``conftest.py`` hand them out."""

import warnings

import numpy as np
import pandas as pd
import xarray as xr

import hssm

SIMPLE_TRUTH = {"v": 0.6, "a": 1.3, "z": 0.5, "t": 0.3}
SHORT = {"draws": 60, "tune": 60, "chains": 2, "cores": 1, "random_seed": 1, "progressbar": False}
"""Long enough for numbers that differ, far too short to interpret."""

TINY = {**SHORT, "draws": 20, "tune": 20}
LEVELS = ("hi", "lo", "mid")
INCLUDE = [
    {"name": "v", "formula": "v ~ 1 + x + (1 + x|participant_id)"},
    {"name": "a", "formula": "a ~ 1 + level"},
    {"name": "t", "formula": "t ~ 1 + (1|participant_id)"},
]


def simple_frame(n_trials: int = 60, seed: int = 3) -> pd.DataFrame:
    """Trials of one participant with the parameters of ``SIMPLE_TRUTH``."""
    return hssm.simulate_data("ddm", SIMPLE_TRUTH, size=n_trials, random_state=seed)


def hierarchical_frame(n_participants: int = 5, n_trials: int = 12) -> pd.DataFrame:
    """Participants with their own drift; a number ``x``, a word ``level``; index and ids are no positions."""
    rng = np.random.default_rng(11)
    participant = np.repeat(np.arange(n_participants), n_trials)
    n = len(participant)
    x = rng.normal(size=n) + 1.0
    effects = rng.normal(0, 0.4, n_participants)
    frame = hssm.simulate_data("ddm", {**SIMPLE_TRUTH, "v": 0.5 + 0.3 * x + effects[participant]}, random_state=5)
    frame["x"] = x
    frame["level"] = np.resize(LEVELS, n)
    frame["participant_id"] = participant + 101
    frame.index = [f"row{position}" for position in range(n)]
    return frame


def quietly(model: hssm.HSSM, *args: object, **options: object) -> xr.DataTree:
    """``model.sample`` without the warnings that end a short fit."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.sample(*args, **{**SHORT, **options})


def refitted(model: hssm.HSSM, fresh: hssm.HSSM) -> hssm.HSSM:
    """An unfitted model with a copy of the traces of another one, for tests that change them."""
    fresh.restore_traces(model.traces.copy(deep=True))
    return fresh


def recorded_fit(n_trials: int = 500) -> tuple[hssm.HSSM, list[str]]:
    """A default fit long enough to interpret, and the messages of all warnings on the way to it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        # Python's own remark on forking, and nothing else, depends on what this process did before.
        warnings.filterwarnings("ignore", message=".*fork", category=DeprecationWarning)
        model = hssm.HSSM(simple_frame(n_trials, seed=8))
        model.sample(draws=800, tune=300, chains=2, random_seed=4, progressbar=False)
    return model, [f"{warning.category.__name__}: {warning.message}" for warning in caught]
