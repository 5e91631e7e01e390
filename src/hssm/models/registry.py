"""The registry: every model by name.

A file of this folder that defines ``MODEL``, ``MODELS`` or ``FAMILY`` is found by its presence; nothing has to
be listed twice. ``register_model`` adds a user's model for the rest of the process. Everything that accepts a
model's name resolves it here.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from hssm.models.custom import make_custom_model
from hssm.models.family import NumberedFamily
from hssm.models.faults import Faults
from hssm.models.shipped import with_shipped_network
from hssm.spec import ModelSpec
from hssm.suggest import close_matches

CONTRACT_ORDER = (
    "ddm",
    "ddm_sdv",
    "full_ddm",
    "angle",
    "angle_extended",
    "levy",
    "ornstein",
    "weibull",
    "gamma_drift",
    "gamma_drift_angle",
    "race_no_bias_angle_4",
    "ddm_seq2_no_bias",
    "lba2",
    "lba3",
    "lba4",
    "racing_diffusion_3",
    "poisson_race",
    "softmax_inv_temperature_2",
    "softmax_inv_temperature_3",
)
"""How built-in models are listed: families together, simple before complex. Others follow by name."""


_registered: dict[str, ModelSpec] = {}


def get_model(name: str | ModelSpec) -> ModelSpec:
    """The model of that name; a model itself, as from ``diffusion_model``, is returned as it is.

    Raises
    ------
    ValueError
        No built-in or registered model and no family has that name; the message offers close matches.
    """
    if not isinstance(name, str | ModelSpec):
        raise TypeError(f"A model is named by a string, got {name!r} of type {type(name).__name__}.")
    found = find_model(name)
    if found is None:
        raise ValueError(unknown_model_message(str(name)))
    return found


def find_model(name: str | ModelSpec) -> ModelSpec | None:
    """The model of that name, or None; a model itself is returned as it is."""
    if isinstance(name, ModelSpec):
        return name
    found = _built_in().get(name) or _registered.get(name)
    if found is not None:
        return found
    member = next((member for family in families() if (member := family.match(name)) is not None), None)
    return None if member is None else with_shipped_network(member)


def list_models() -> tuple[str, ...]:
    """Names of all built-in models, then of the registered ones."""
    return (*_built_in(), *_registered)


def register_model(
    name: str,
    response: Sequence[str],
    list_params: Sequence[str],
    choices: Sequence[int],
    likelihoods: Mapping[str, Mapping[str, Any]],
    description: str | None = None,
) -> None:
    """Add a model to the registry of this process.

    Parameters
    ----------
    name
        A name that no other model has.
    response
        Response columns, usually ``["rt", "response"]``.
    list_params
        Parameter names in the order in which the likelihood takes them.
    choices
        Integer codes of the responses.
    likelihoods
        Likelihood kind to a dict with ``loglik`` and ``bounds`` (one pair per parameter), optionally
        ``backend``, ``default_priors`` and ``extra_fields``.
    description
        One line for ``show_defaults``.

    Raises
    ------
    ValueError, TypeError
        Naming every fault at once.
    """
    faults = Faults(f"Model {name!r} cannot be registered")
    taken = isinstance(name, str) and find_model(name) is not None
    faults.value(taken, f"the name {name!r} is taken: choose another, or change that model by `model_config`")
    spec = make_custom_model(
        name=name,
        response=response,
        list_params=list_params,
        choices=choices,
        likelihoods=likelihoods,
        description=description,
        faults=faults,
    )
    _registered[spec.name] = spec


def unknown_model_message(name: str) -> str:
    """What to say about a name that no model has."""
    known = list_models()
    return f"Unknown model {name!r}.{close_matches(name, known)} Known models: {', '.join(sorted(known))}."


@cache
def _modules() -> tuple[ModuleType, ...]:
    names = sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    return tuple(import_module(f"{__package__}.{name}") for name in names)


@cache
def _built_in() -> dict[str, ModelSpec]:
    found = {spec.name: with_shipped_network(spec) for module in _modules() for spec in _models_of(module)}
    listed = [name for name in CONTRACT_ORDER if name in found]
    return {name: found[name] for name in [*listed, *sorted(set(found) - set(listed))]}


@cache
def families() -> tuple[NumberedFamily, ...]:
    """Every family of models whose members differ by a number."""
    found = (module.FAMILY for module in _modules() if hasattr(module, "FAMILY"))
    return tuple(family for each in found for family in getattr(each, "families", (each,)))


def _models_of(module: ModuleType) -> Iterator[ModelSpec]:
    if hasattr(module, "MODEL"):
        yield module.MODEL
    yield from getattr(module, "MODELS", ())
