"""Import Bambi without its plotting stack: Bambi, ArviZ's plots, seaborn and Matplotlib load when first used.

Importing Bambi loads everything that its effects plots need, about a second that a fit never uses. Placeholders
stand in for those modules while Bambi is imported and are taken away again; the functions that Bambi keeps a
reference to import the real module when they are called. And ArviZ leaves a JAX in ``sys.modules`` that loads when
anything is asked of it, which Matplotlib does with the first axis of a process: it is moved out of sight. See decision
note 0003.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

DEFERRED = ("bambi.interpret", "arviz_plots")


class _Deferred(ModuleType):
    """A module whose functions import the real module of that name when they are called."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        module = self.__name__

        def call(*args: Any, **kwargs: Any) -> Any:
            return getattr(importlib.import_module(module), name)(*args, **kwargs)

        return call


class _Forwarded(ModuleType):
    """A module that takes each of its names from the real module when asked for it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(importlib.import_module(self.__name__), name)


def put_away_unloaded_jax() -> None:
    """Let ArviZ alone refer to a JAX that nobody has loaded; everybody else imports JAX as if ArviZ had not.

    Nothing happens if JAX is loaded, absent, or not held by ArviZ.
    """
    jax, holder = sys.modules.get("jax"), sys.modules.get("arviz_base.io_numpyro")
    if type(jax).__name__ == "_LazyModule" and holder is not None and vars(holder).get("jax") is jax:
        vars(holder)["jax"] = _Forwarded("jax")
        del sys.modules["jax"]


def import_bambi() -> None:
    """Import Bambi once, deferring what only its plots need; a plain import if anything about that fails."""
    if "bambi" in sys.modules:
        return
    placed = [name for name in DEFERRED if name not in sys.modules]
    for name in placed:
        sys.modules[name] = _Deferred(name)
    try:
        importlib.import_module("bambi")
    except (ImportError, AttributeError, TypeError):
        for name in [name for name in sys.modules if name.split(".")[0] == "bambi"]:
            del sys.modules[name]
    finally:
        for name in placed:
            if isinstance(sys.modules.get(name), _Deferred):
                del sys.modules[name]
    importlib.import_module("bambi")


import_bambi()
put_away_unloaded_jax()
