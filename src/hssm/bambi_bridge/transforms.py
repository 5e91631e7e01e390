"""Between variables' own scales and PyMC's unconstrained ones, by the variables' names.

Evaluated with PyTensor's Python linker: these are a handful of scalars, not worth a compilation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

_COMPILED: WeakKeyDictionary[Any, dict[Any, Any]] = WeakKeyDictionary()
"""What :func:`_compile` returned, by model: sampling converts the same few points again and again."""


def unconstrain(model: Any, point: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Values of free variables -> unconstrained values, under the variables' own names."""
    return _convert(model, point, "forward")


def constrain(model: Any, point: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Unconstrained values -> values on the variables' own scale."""
    return _convert(model, point, "backward")


def unconstrain_draws(model: Any, draws: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """(n_draws, ...) values of free variables -> their unconstrained values, under the variables' own names."""
    n_draws = len(next(iter(draws.values())))
    shapes = {name: np.shape(values)[1:] for name, values in draws.items()}
    function, names, depends = _compile(model, shapes, "forward")
    if function is None:
        return dict(draws)
    if not depends:  # elementwise: all draws at once, on a leading axis that broadcasts
        batched, names, _ = _compile(model, {name: (n_draws, *shape) for name, shape in shapes.items()}, "forward")
        converted = batched(*(np.asarray(values, dtype=float) for values in draws.values()))
    else:
        rows = [function(*(np.asarray(values[i], dtype=float) for values in draws.values())) for i in range(n_draws)]
        converted = [np.stack(column) for column in zip(*rows, strict=True)]
    return dict(draws) | {name: np.asarray(value) for name, value in zip(names, converted, strict=True)}


def converter(
    model: Any, shapes: Mapping[str, tuple[int, ...]], direction: str
) -> Callable[[Mapping[str, np.ndarray]], dict[str, np.ndarray]]:
    """:func:`unconstrain` (``"forward"``) or :func:`constrain` (``"backward"``) of one model, for many points.

    ``shapes`` are those of the values that come in, by name. Data of the model may change in between.
    """
    function, names, _ = _compile(model, shapes, direction)

    def convert(point: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        values = {name: np.asarray(point[name], dtype=float) for name in shapes}
        if function is None:
            return values
        return values | {name: np.asarray(value) for name, value in zip(names, function(*values.values()), strict=True)}

    return convert


def _convert(model: Any, point: Mapping[str, np.ndarray], direction: str) -> dict[str, np.ndarray]:
    return converter(model, {name: np.shape(value) for name, value in point.items()}, direction)(point)


def _compile(model: Any, shapes: Mapping[str, tuple[int, ...]], direction: str) -> tuple[Any, list[str], bool]:
    """A function of all values to those that a transform changes, their names, and whether one depends on another.

    Made once for a model, as long as it has the same variables and transforms.
    """
    transforms = tuple((variable, model.rvs_to_transforms.get(variable)) for variable in model.free_RVs)
    key = (direction, tuple(shapes.items()), transforms)
    known = _COMPILED.setdefault(model, {})
    if key not in known:
        known[key] = _compiled(model, shapes, direction)
    return known[key]  # type: ignore[no-any-return]


def _compiled(model: Any, shapes: Mapping[str, tuple[int, ...]], direction: str) -> tuple[Any, list[str], bool]:
    import pytensor
    import pytensor.tensor as pt
    from pytensor.compile.mode import Mode
    from pytensor.graph.traversal import ancestors

    outputs, names, depends = [], [], False
    inputs = {name: pt.TensorType("float64", shape=shape)(name) for name, shape in shapes.items()}
    # A transform may depend on other free variables (bounds given by them): these enter on their own scale.
    own_scale = {model[name]: value for name, value in inputs.items()}
    for variable in model.free_RVs:  # parents come before their children
        transform = model.rvs_to_transforms.get(variable)
        if variable.name not in inputs or transform is None:
            continue
        parents = pytensor.graph.replace.graph_replace(list(variable.owner.inputs), own_scale, strict=False)
        outputs.append(getattr(transform, direction)(inputs[variable.name], *parents))
        names.append(variable.name)
        others = {value for name, value in inputs.items() if name != variable.name}
        depends |= not others.isdisjoint(ancestors([outputs[-1]]))
        if direction == "backward":
            own_scale[variable] = outputs[-1]
    if not outputs:
        return None, names, depends
    mode = Mode(linker="py", optimizer=None)
    return pytensor.function(list(inputs.values()), outputs, mode=mode, on_unused_input="ignore"), names, depends
