"""Between variables' own scales and PyMC's unconstrained ones, by the variables' names.

Evaluated with PyTensor's Python linker: these are a handful of scalars, not worth a compilation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def unconstrain(model: Any, point: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Values of free variables -> unconstrained values, under the variables' own names."""
    return _convert(model, point, "forward")


def constrain(model: Any, point: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Unconstrained values -> values on the variables' own scale."""
    return _convert(model, point, "backward")


def _convert(model: Any, point: Mapping[str, np.ndarray], direction: str) -> dict[str, np.ndarray]:
    import pytensor
    import pytensor.tensor as pt
    from pytensor.compile.mode import Mode

    values = {name: np.asarray(value, dtype=float) for name, value in point.items()}
    outputs, names = [], []
    inputs = {name: pt.TensorType("float64", shape=value.shape)(name) for name, value in values.items()}
    # A transform may depend on other free variables (bounds given by them): these enter on their own scale.
    own_scale = {model[name]: value for name, value in inputs.items()}
    for variable in model.free_RVs:  # parents come before their children
        transform = model.rvs_to_transforms.get(variable)
        if variable.name not in values or transform is None:
            continue
        parents = pytensor.graph.replace.graph_replace(list(variable.owner.inputs), own_scale, strict=False)
        outputs.append(getattr(transform, direction)(inputs[variable.name], *parents))
        names.append(variable.name)
        if direction == "backward":
            own_scale[variable] = outputs[-1]
    if not outputs:
        return values
    function = pytensor.function(
        list(inputs.values()), outputs, mode=Mode(linker="py", optimizer=None), on_unused_input="ignore"
    )
    converted = function(*values.values())
    return values | {name: np.asarray(value) for name, value in zip(names, converted, strict=True)}
