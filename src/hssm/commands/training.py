"""``hssm train``: a likelihood network of a model, with its certificate."""

from __future__ import annotations

from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from hssm.commands.screen import Screen, user_input
from hssm.networks.network import Network
from hssm.networks.training import train as train_network

FIGURES = {
    "mean_abs_error": "mean |error| of the log density",
    "p95_abs_error": "95 % of |error| below",
    "tv_median": "total variation, median",
    "tv_95": "total variation, 95 %",
    "mass_error": "mass error",
    "kl": "Kullback-Leibler divergence",
}


@dataclass(frozen=True, kw_only=True)
class TrainingRequest:
    """What the command line says."""

    model: str
    out: Path
    kind: str = "lan"
    simulations: int | None = None
    epochs: int | None = None
    workers: int = 1
    seed: int | None = None


def train(screen: Screen, request: TrainingRequest) -> Network:
    """Train, certify and print the certificate's figures; rows that an interrupted run left in ``out`` are used."""
    with user_input(), _workers(request.workers) as executor:
        network = train_network(
            request.model,
            kind=request.kind,
            n_simulations=request.simulations,
            epochs=request.epochs,
            out=request.out,
            executor=executor,
            random_state=request.seed,
            progress=not screen.quiet,
        )
    judged = network.certificate
    screen.heading(f"{network.path.stem}: {request.kind} of {request.model}, against {judged['reference']} reference")
    screen.table(["figure", "value"], [[label, f"{judged[key]:.2g}"] for key, label in FIGURES.items()])
    worst = judged["worst_region"]
    low, high = worst["range"]
    screen.say(f"Worst region: {worst['parameter']} in ({low:.3g}, {high:.3g}), mean {worst['mean_abs_error']:.2g}")
    screen.say(f"{network.path}, {network.path.with_suffix('.json')}")
    return network


def _workers(n: int) -> AbstractContextManager[Executor | None]:
    """Processes that start afresh: forked ones would share the threads of numerical libraries."""
    return nullcontext() if n == 1 else ProcessPoolExecutor(n, mp_context=get_context("spawn"))
