"""One process's part of a study: the model is built and compiled once, then data set after data set goes through it.

Simulate -> renew the model's data -> sample -> compare with the truth. A data set depends on the study's seed and its
own number only, not on the process or the order in which it is made.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import cloudpickle
import numpy as np
import xarray as xr

from hssm.construct import Construction, with_responses
from hssm.hssm import HSSM
from hssm.inference.quiet import quiet_pymc
from hssm.inference.sample import SampleRequest, run
from hssm.inference.samplers import choose_sampler
from hssm.recovery.comparison import N_RANKS, compare, least_ess, rank_statistics
from hssm.recovery.compiled import OPTIONS, CompiledSampler
from hssm.recovery.design import Study, frame_of_trials
from hssm.recovery.truth import draw_truths, read_theta, simulate_responses

DEFAULTS = {"draws": 500, "tune": 500, "chains": 2}
BLOCK = 50
"""Truths that are drawn together: a data set's truth follows from the seed of its block and its place in it."""
TRUTH, DATA = 0, 1
"""First part of the keys of random streams."""
MOST_EXTENSIONS = 3
"""How often a fit of a calibration is repeated with twice the draws because they are too dependent."""

Record = dict[str, Any]


class Engine:
    """Simulates and fits the data sets of one study."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.options = {**DEFAULTS, **study.sampling}
        with _quietly():
            model = HSSM(frame_of_trials(study), study.model, **study.arguments)
        self.construction: Construction = model.construction
        self._process = bool(study.arguments.get("process_initvals", True))
        self._theta = read_theta(model.built, study.theta)
        self._truths: tuple[int, xr.Dataset] | None = None
        self._sampler: CompiledSampler | None = None

    def run(self, number: int) -> Record:
        """What came of data set ``number``: a record for the results, or the reason why there is none."""
        began = time.perf_counter()
        with _quietly():
            try:
                record = self._fit(number)
            except Exception as error:  # whatever it is, the study goes on
                record = {"failure": f"{type(error).__name__}: {error}"}
        return {"dataset": number, "failure": None, **record, "seconds": time.perf_counter() - began}

    def truth(self, number: int) -> xr.Dataset:
        """The reported variables behind a data set, one draw."""
        block, place = divmod(number, BLOCK)
        if self._truths is None or self._truths[0] != block:
            rng = np.random.default_rng(self._seed(TRUTH, block))
            self._truths = block, draw_truths(self.construction.built, self._theta, BLOCK, rng)
        return self._truths[1].isel(draw=[place])

    def responses(self, number: int) -> np.ndarray:
        """(n_trials, n_columns) simulated responses of a data set."""
        data_seed, _ = self._seed(DATA, number).spawn(2)
        return simulate_responses(self.construction.built, self.truth(number), np.random.default_rng(data_seed))

    def posterior(self, number: int, options: Mapping[str, Any]) -> tuple[xr.Dataset, int]:
        """Reported draws of the data set that the model holds, and the number of divergences."""
        _, seed = self._seed(DATA, number).spawn(2)
        built = self.construction.built
        if not self._is_compiled_path():
            return self._plainly(options, seed)
        if self._sampler is None or self._sampler.model is not built.pymc_model:
            self._sampler = CompiledSampler(built)
        return self._sampler.reported(self.construction, options, seed)

    def _seed(self, *key: int) -> np.random.SeedSequence:
        return np.random.SeedSequence(self.study.entropy, spawn_key=key)

    def _fit(self, number: int) -> Record:
        truth = self.truth(number)
        self.construction = with_responses(self.construction, self.responses(number), self._process)
        options = dict(self.options)
        posterior, divergences = self.posterior(number, options)
        least = least_ess(posterior) if self.study.kind == "sbc" else np.inf
        for _ in range(MOST_EXTENSIONS):
            if least >= N_RANKS:
                break
            options["draws"] *= 2
            posterior, divergences = self.posterior(number, options)
            least = least_ess(posterior)
        built = self.construction.built
        rows = compare(posterior, truth)
        *_, tie_seed = self._seed(DATA, number).spawn(3)
        if least < N_RANKS:
            worst = max(rows, key=lambda row: row["r_hat"])
            raise RuntimeError(
                f"the chains did not mix in {options['draws']} draws (R-hat {worst['r_hat']:.2f} of "
                f"{worst['parameter']}): fewer than {N_RANKS} of them count as independent."
            )
        return {
            "rows": rows,
            "ranks": rank_statistics(built, posterior, truth, np.random.default_rng(tie_seed)),
            "divergences": divergences,
            "draws": int(options["draws"]),
        }

    def _is_compiled_path(self) -> bool:
        likelihood = self.construction.built.likelihood
        chosen = self.options.get("sampler")
        if chosen not in (None, "auto", "nutpie") or not likelihood.differentiable:
            return False
        return set(self.options) - {"sampler"} <= OPTIONS

    def _plainly(self, options: Mapping[str, Any], seed: np.random.SeedSequence) -> tuple[xr.Dataset, int]:
        """As ``HSSM.sample`` does it, compiling for every data set."""
        built = self.construction.built
        rest = {key: value for key, value in options.items() if key != "sampler"}
        request = SampleRequest(
            sampler=choose_sampler(options.get("sampler"), built, rest.get("step")),
            start=self.construction.initvals,
            random_seed=int(seed.generate_state(1)[0] >> 2),
            log_likelihood=False,
            options={"cores": 1, "progressbar": False, **rest},
        )
        try:
            tree = run(built, request)
        finally:
            _forget_compiled()
        posterior = tree["posterior"].to_dataset()
        if "sample_stats" not in tree.children or "diverging" not in tree["sample_stats"]:
            return posterior, 0
        return posterior, int(tree["sample_stats"]["diverging"].sum())


def _forget_compiled() -> None:
    """Drop what JAX compiled for a data set, if it is in use: some hundred fits exhaust a process's memory maps."""
    jax = sys.modules.get("jax")
    if jax is not None:
        jax.clear_caches()


@contextmanager
def _quietly() -> Iterator[None]:
    """What one fit would say is said of the study as a whole, in its table."""
    with quiet_pymc(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@lru_cache(maxsize=2)
def engine_of(packed: bytes) -> Engine:
    """The engine of a study in this process, built once."""
    return Engine(cloudpickle.loads(packed))


def run_one(packed: bytes, number: int) -> Record:
    """The task of a worker: one data set of a packed study."""
    return engine_of(packed).run(number)
