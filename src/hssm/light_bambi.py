"""Import Bambi without its plotting stack: Bambi, ArviZ's plots, seaborn and Matplotlib load when first used.

Importing Bambi loads everything that its effects plots need, about a second that a fit never uses. Placeholders
stand in for those modules while Bambi is imported and are taken away again; the functions that Bambi keeps a
reference to import the real module when they are called. See decision note 0003.
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
