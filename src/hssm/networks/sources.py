"""Which source of labels a model has, and which model a user means.

Called by ``training.py`` and ``certificate.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hssm.models.config import ModelConfig, resolve_model
from hssm.networks.accumulators import Accumulators
from hssm.networks.race_recipes import RACE_RECIPES
from hssm.networks.reference import Exact, Simulated, Source
from hssm.networks.solved import Solved, is_solved
from hssm.networks.stable_exits import StableExits
from hssm.spec import ModelSpec

OWN_SOURCES: dict[tuple[str, str], Callable[[ModelSpec], Source]] = {
    ("levy", "lan"): StableExits,
    **dict.fromkeys(RACE_RECIPES, Accumulators),
}
"""By model and kind: densities that no sampler could use but that can be solved for; and races, solved one by one."""


def source_for(spec: ModelSpec, kind: str) -> Source:
    """The best source a model has for a kind of network.

    Raises
    ------
    ValueError
        The model has neither what is needed of an exact likelihood nor a simulator.
    """
    from hssm.models.registry import find_model

    if (spec.name, kind) in OWN_SOURCES:
        return OWN_SOURCES[spec.name, kind](spec)
    analytical = [each for each in spec.likelihoods if each.kind == "analytical"]
    if analytical and find_model(spec.name) is spec:
        density = getattr(analytical[0].source, "load", lambda: analytical[0].source)()
        needed = {"lan": "log_density", "opn": "log_survival"}.get(kind, "log_cdf")
        if is_solved(density):
            return Solved(spec)
        if getattr(density, needed, None) is not None:
            return Exact(spec)
    if spec.simulator is None:
        raise ValueError(
            f"Model {spec.name!r} has neither an exact likelihood nor a simulator, so there is nothing to train a "
            "network on. Give its simulator: ModelConfig(..., rv=simulator)."
        )
    return Simulated(spec)


def specification_of(model: Any) -> ModelSpec:
    """The model that a name, a ``ModelConfig`` with a simulator, or a specification stands for."""
    from hssm.models.registry import find_model, get_model

    if isinstance(model, ModelSpec):
        return model
    if isinstance(model, str):
        return get_model(model)
    if not isinstance(model, ModelConfig):
        raise TypeError(f"`model` must be a model's name or a ModelConfig, got {type(model).__name__}.")
    if model.rv is None:
        raise ValueError("A ModelConfig to train a network on needs a simulator: ModelConfig(..., rv=simulator).")
    name = model.rv if isinstance(model.rv, str) else getattr(model.rv, "__name__", "custom")
    name = f"{name}_custom" if find_model(name) is not None else name
    return resolve_model(name, model_config=model, loglik=_no_density, loglik_kind="blackbox").spec


def _no_density(*_: Any) -> Any:
    """The likelihood of a model that has a simulator only; nobody calls it."""
    raise NotImplementedError
