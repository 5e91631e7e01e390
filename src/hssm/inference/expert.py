"""Small services on the PyMC model: its graph, and points in its unconstrained space."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hssm.bambi_bridge.names import natural
from hssm.bambi_bridge.transforms import unconstrain

FORMATTINGS = ("plain", "plain_with_params")


def draw_graph(model: Any, formatting: str, name: str | None, figsize: Any, dpi: int, fmt: str) -> Any:
    """A ``graphviz.Digraph`` of a PyMC model, written to ``<name>.<fmt>`` if a name is given."""
    try:
        import graphviz  # noqa: F401
    except ImportError as error:
        raise ImportError("graph() needs the package 'graphviz': pip install graphviz.") from error
    import pymc as pm

    if formatting not in FORMATTINGS:
        raise ValueError(f"`formatting` must be one of {', '.join(FORMATTINGS)}, got {formatting!r}.")
    graph = pm.model_to_graphviz(model, formatting=formatting)
    graph.attr(dpi=str(dpi))
    if figsize is not None:
        width, height = figsize
        graph.attr(size=f"{width},{height}!")
    if name is not None:
        stem, _, suffix = str(name).rpartition(".")
        is_named = bool(stem) and suffix.isalpha()
        try:
            graph.render(stem if is_named else str(name), format=suffix if is_named else fmt, cleanup=True)
        except graphviz.ExecutableNotFound as error:
            raise ImportError(
                "Writing the graph needs Graphviz's program `dot`: install Graphviz (e.g. `apt-get install graphviz` "
                "or `conda install graphviz`); graph() without `name` works without it."
            ) from error
    return graph


def compile_density(model: Any, own_scale: bool, **options: Any) -> Any:
    """The log density as a function of a point, which says what the point lacks.

    Points hold values of the variables (``own_scale``), or unconstrained values under PyMC's names. ``options`` go to
    ``pymc.Model.compile_logp``; with ``vars`` a point may lack what these variables do not need.
    """
    function = model.compile_logp(**options)
    is_whole = options.get("vars") is None
    free = [rv.name for rv in model.free_RVs]
    needed = free if own_scale else [model.rvs_to_values[rv].name for rv in model.free_RVs]
    # A draw of the posterior is a point too; what results add to it follows from the rest.
    known = {*needed, *map(natural, free), *(each.name for each in model.deterministics)}

    def evaluate(values: Mapping[str, Any]) -> Any:
        missing = [name for name in needed if name not in values] if is_whole else []
        unknown = sorted(set(map(str, values)) - known)
        if missing or unknown:
            faults = [f"lacks {', '.join(missing)}"] if missing else []
            faults += [f"has {', '.join(map(repr, unknown))}, which the density does not know"] if unknown else []
            raise ValueError(f"The point {'; it '.join(faults)}. It needs: {', '.join(needed)}.")
        if own_scale:
            return function(value_point(model, values))
        return function({name: np.asarray(value, dtype=float) for name, value in values.items() if name in needed})

    return evaluate


def value_point(model: Any, values: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Values of free variables -> unconstrained values under the names of PyMC's value variables."""
    free = {rv.name for rv in model.free_RVs}
    converted = unconstrain(model, {name: np.asarray(value) for name, value in values.items() if name in free})
    return {model.rvs_to_values[model[name]].name: value for name, value in converted.items()}
