"""``networks.train``: from a model to a certified network file.

The way: model and options -> box, recipe and source of labels -> rows on disk -> layers -> ONNX -> certificate.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import process_time, time
from typing import Any

import numpy as np

from hssm.models.config import ModelConfig
from hssm.networks.certificate import certify
from hssm.networks.dataset import DatasetPlan, build_dataset
from hssm.networks.domain import training_box
from hssm.networks.export import export
from hssm.networks.general_recipe import recipe_for
from hssm.networks.network import Network
from hssm.networks.perceptron import Examples, Layers, cross_entropy, fit, huber_loss, training_stack
from hssm.networks.recipe import KINDS, Recipe
from hssm.networks.sources import source_for, specification_of
from hssm.seeds import Seed, as_generator
from hssm.spec import ModelSpec

HIDDEN = (100, 100, 100)
EPOCHS = {"lan": 12, "cpn": 20, "opn": 20, "gonogo": 20}
VALIDATION_SHARE, MOST_VALIDATION = 0.05, 50_000
SUFFIX = {"lan": "", "cpn": "_cpn", "opn": "_opn", "gonogo": "_gonogo"}


def train(  # noqa: PLR0913  (public, and documented as one table of options)
    model: str | ModelConfig | ModelSpec,
    *,
    kind: str = "lan",
    domain: Mapping[str, Any] | None = None,
    n_simulations: int | None = None,
    hidden: Sequence[int] = HIDDEN,
    epochs: int | None = None,
    out: str | Path = ".",
    executor: Executor | None = None,
    resume: bool = True,
    random_state: Seed = None,
    progress: bool = True,
) -> Network:
    """Train a likelihood network and certify it.

    Parameters
    ----------
    model
        A model's name, or a ``ModelConfig`` with ``list_params``, ``choices``, ``bounds`` and a simulator ``rv``, whose
        name becomes that of the network.
    kind
        "lan": log density of (rt, response); "cpn": log probability of every choice; "opn": log probability of no
        response by a deadline; "gonogo": the same, or the first choice, which is expressed by no response.
    domain
        Ranges of parameters, ``{"v": (-2, 2)}``; the model's own box for the others.
    n_simulations
        Labelled rows to train on. Labels are exact where the model has an exact likelihood; else every parameter
        vector is simulated 2000 times and gives 24 rows (one for outcome networks).
    hidden
        Widths of the hidden layers.
    epochs
        Passes over the rows at most; training stops early when rows held out no longer improve.
    out
        Folder for ``<model><suffix>.onnx``, its certificate ``.json``, and the rows in ``<model><suffix>_rows``.
    executor
        Anything like ``concurrent.futures.Executor`` to make the rows, a Dask client's among them; without one this
        process makes them.
    resume
        Use the rows that an interrupted run with the same arguments left in ``out``.
    random_state
        Seed; the same seed gives the same rows and the same start of the weights.
    progress
        Show progress bars.

    Returns
    -------
    Network

    Raises
    ------
    ValueError, TypeError
        Unknown model or kind, a parameter without a finite range, or a model with nothing to train on.
    ImportError
        The training packages are missing: ``pip install "hssm[train]"``.
    """
    training_stack()
    job = _job(model, kind, domain, tuple(int(width) for width in hidden), random_state)
    source = source_for(job.spec, kind)
    n_rows = source.share.n_rows(kind) if n_simulations is None else int(n_simulations)
    if n_rows < 1000:
        raise ValueError(f"`n_simulations` must be at least 1000, got {n_rows}.")
    folder, started, cpu = Path(out), time(), process_time()
    folder.mkdir(parents=True, exist_ok=True)
    plan = DatasetPlan(source=source, kind=kind, box=job.box, n_rows=n_rows, seed=job.seed)
    with _bars(progress) as bar:
        rows, labels = build_dataset(
            plan, folder / f"{job.name}_rows", executor=executor, resume=resume, report=bar("training rows")
        )
        epochs = EPOCHS[kind] if epochs is None else int(epochs)
        layers = _fitted(job, rows, labels, epochs, bar("epochs"))
    network = _exported(job, layers, folder)
    judged = certify(network, job.spec)
    judged["training"] = {
        "rows": len(rows),
        "labels": plan.source.name,
        "hidden": list(job.hidden),
        "epochs": epochs,
        "seed": job.seed,
        "wall_seconds": round(time() - started, 1),
        "cpu_seconds": round(process_time() - cpu, 1),
    }
    network.path.with_suffix(".json").write_text(json.dumps(judged, indent=1) + "\n")
    return network


@dataclass(frozen=True, kw_only=True)
class _Job:
    spec: ModelSpec
    kind: str
    box: dict
    recipe: Recipe
    hidden: tuple[int, ...]
    seed: int

    @property
    def name(self) -> str:
        return self.spec.name + SUFFIX[self.kind]

    @property
    def n_outputs(self) -> int:
        return len(self.spec.choices) if self.kind == "cpn" else 1


def _job(model: Any, kind: str, domain: Any, hidden: tuple[int, ...], random_state: Seed) -> _Job:
    if kind not in KINDS:
        raise ValueError(f"`kind` must be one of {', '.join(KINDS)}, got {kind!r}.")
    spec = specification_of(model)
    if spec.is_choice_only:
        raise ValueError(f"Model {spec.name!r} has no rt: its likelihood needs no network.")
    seed = random_state if isinstance(random_state, int) else int(as_generator(random_state).integers(2**31))
    box = training_box(spec, domain)
    return _Job(spec=spec, kind=kind, box=box, recipe=recipe_for(spec, kind, box), hidden=hidden, seed=seed)


def _fitted(job: _Job, rows: np.ndarray, labels: np.ndarray, epochs: int, report: Callable[[int, int], None]) -> Layers:
    examples = _examples(job.recipe, rows, labels)
    order = np.random.default_rng(job.seed).permutation(len(rows))
    n_held_out = min(int(VALIDATION_SHARE * len(rows)), MOST_VALIDATION)
    of_logs = job.kind == "lan" or job.recipe.combine is not None
    finish = job.recipe.finish
    loss = huber_loss(finish, job.recipe.huber) if of_logs else cross_entropy(finish)
    report(0, epochs)
    layers, _ = fit(
        examples.at(order[n_held_out:]),
        examples.at(order[:n_held_out]),
        loss,
        hidden=job.hidden,
        epochs=epochs,
        seed=job.seed,
        report=lambda epoch, _: report(epoch + 1, epochs),
    )
    return layers


def _examples(recipe: Recipe, rows: np.ndarray, labels: np.ndarray) -> Examples:
    import jax

    split = jax.jit(recipe.split)
    pieces = [split(piece) for piece in np.array_split(rows, max(1, len(rows) // 200_000))]
    features, known, *size = (
        np.concatenate([np.asarray(part) for part in parts]) for parts in zip(*pieces, strict=True)
    )
    ones = np.ones((len(rows), 1), dtype=np.float32)
    return Examples(features=features, known=known, labels=labels, size=size[0] if size else ones)


def _exported(job: _Job, layers: Layers, folder: Path) -> Network:
    from importlib.metadata import version

    metadata = {
        "model": job.spec.name,
        "kind": job.kind,
        "inputs": json.dumps(job.recipe.inputs),
        "parameters": json.dumps(job.spec.parameter_names),
        "box": json.dumps(job.box),
        "choices": json.dumps(job.spec.choices),
        "hssm_version": version("hssm"),
    }
    if job.kind == "gonogo":
        metadata["nogo"] = str(job.spec.choices[0])
    path = folder / f"{job.name}.onnx"
    export(partial(job.recipe.answer, layers), len(job.recipe.inputs), path, metadata, n_outputs=job.n_outputs)
    return Network(path)


@contextmanager
def _bars(visible: bool) -> Iterator[Callable[[str], Callable[[int, int], None]]]:
    """Progress bars by name, each told what is done and the total."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, disable=not visible) as progress:

        def bar(name: str) -> Callable[[int, int], None]:
            task = progress.add_task(name, total=None)
            return lambda done, total: progress.update(task, completed=done, total=total)

        yield bar
