"""Operators that move numbers: reshaping, slicing, joining. Where to is constant: it may not depend on data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def static(value: Any, what: str) -> np.ndarray:
    """A constant input or attribute as an array; ValueError for one that is computed from the data."""
    if isinstance(value, np.ndarray | list | tuple | int | float | np.generic):
        return np.asarray(value)
    raise ValueError(f"its {what} depends on the numbers that go into the network; only constant ones can be evaluated")


def _ints(value: Any, what: str) -> list[int]:
    return [int(each) for each in np.ravel(static(value, what))]


def concat(xp: Any, *arrays: Any, axis: int) -> Any:
    return xp.concatenate(arrays, axis=axis)


def constant_of_shape(xp: Any, shape: Any, *, value: Any = 0.0) -> Any:
    filling = np.asarray(value)
    return np.full(_ints(shape, "shape"), filling.reshape(()), dtype=filling.dtype)


def expand(xp: Any, x: Any, shape: Any) -> Any:
    return xp.broadcast_to(x, np.broadcast_shapes(x.shape, tuple(_ints(shape, "shape"))))


def flatten(xp: Any, x: Any, *, axis: int = 1) -> Any:
    axis = axis + x.ndim if axis < 0 else axis
    return x.reshape(int(np.prod(x.shape[:axis])), -1)


def gather(xp: Any, x: Any, indices: Any, *, axis: int = 0) -> Any:
    if isinstance(indices, np.ndarray):
        return xp.take(x, np.where(indices < 0, indices + x.shape[axis], indices), axis=axis)
    return xp.take(x, xp.where(indices < 0, indices + x.shape[axis], indices), axis=axis)


def gather_elements(xp: Any, x: Any, indices: Any, *, axis: int = 0) -> Any:
    return xp.take_along_axis(x, xp.where(indices < 0, indices + x.shape[axis], indices), axis=axis)


def one_hot(xp: Any, indices: Any, depth: Any, values: Any, *, axis: int = -1) -> Any:
    n = _ints(depth, "depth")[0]
    where = axis % (indices.ndim + 1)
    line = np.arange(n).reshape([n if i == where else 1 for i in range(indices.ndim + 1)])
    return xp.where(xp.expand_dims(indices % n, where) == line, values[1], values[0])


def pad(xp: Any, x: Any, pads: Any = None, value: Any = None, axes: Any = None, *, mode: str = "constant") -> Any:
    widths = _ints(pads, "pads")
    chosen = list(range(x.ndim)) if axes is None else _ints(axes, "axes")
    both = [(0, 0)] * x.ndim
    for axis, before, after in zip(chosen, widths[: len(chosen)], widths[len(chosen) :], strict=True):
        both[axis] = (before, after)
    if mode == "constant":
        return xp.pad(x, both, constant_values=0 if value is None else static(value, "value").reshape(()))
    return xp.pad(x, both, mode=mode)


def array_range(xp: Any, start: Any, limit: Any, delta: Any) -> Any:
    first, last, step = (static(each, "range").reshape(()) for each in (start, limit, delta))
    return first + step * np.arange(-int((first - last) // step), dtype=first.dtype)


def reshape(xp: Any, x: Any, shape: Any = None, *, allowzero: int = 0) -> Any:
    wanted = _ints(shape, "shape")
    if not allowzero:
        wanted = [x.shape[i] if size == 0 else size for i, size in enumerate(wanted)]
    return x.reshape(wanted)


def shape_of(xp: Any, x: Any, *, start: int = 0, end: int | None = None) -> Any:
    return np.asarray(x.shape[start:end], dtype=np.int64)


def size_of(xp: Any, x: Any) -> Any:
    return np.asarray(np.prod(x.shape), dtype=np.int64)


def slice_of(xp: Any, x: Any, starts: Any, ends: Any, axes: Any = None, steps: Any = None) -> Any:
    first, last = _ints(starts, "starts"), _ints(ends, "ends")
    along = list(range(len(first))) if axes is None else _ints(axes, "axes")
    step = [1] * len(first) if steps is None else _ints(steps, "steps")
    index = [slice(None)] * x.ndim
    for axis, i, j, by in zip(along, first, last, step, strict=True):
        length = x.shape[axis]
        # An end before the first entry, reached backwards, is what Python writes as None.
        stop = None if by < 0 and j < -length else j
        index[axis] = slice(i, stop, by)
    return x[tuple(index)]


def split(xp: Any, x: Any, split: Any = None, *, axis: int = 0, num_outputs: int | None = None, n_outputs: int) -> Any:
    if split is None:
        part = -(-x.shape[axis] // (num_outputs or n_outputs))
        edges = list(range(part, x.shape[axis], part))
    else:
        edges = np.cumsum(_ints(split, "split"))[:-1].tolist()
    return tuple(xp.split(x, edges, axis=axis))


def squeeze(xp: Any, x: Any, axes: Any = None) -> Any:
    return xp.squeeze(x, axis=None if axes is None else tuple(_ints(axes, "axes")))


def tile(xp: Any, x: Any, repeats: Any) -> Any:
    return xp.tile(x, _ints(repeats, "repeats"))


def transpose(xp: Any, x: Any, *, perm: Any = None) -> Any:
    return xp.transpose(x, perm)


def unsqueeze(xp: Any, x: Any, axes: Any) -> Any:
    return xp.expand_dims(x, tuple(_ints(axes, "axes")))


OPERATORS: dict[str, Callable[..., Any]] = {
    "Concat": concat,
    "ConstantOfShape": constant_of_shape,
    "Expand": expand,
    "Flatten": flatten,
    "Gather": gather,
    "GatherElements": gather_elements,
    "OneHot": one_hot,
    "Pad": pad,
    "Range": array_range,
    "Reshape": reshape,
    "Shape": shape_of,
    "Size": size_of,
    "Slice": slice_of,
    "Split": split,
    "Squeeze": squeeze,
    "Tile": tile,
    "Transpose": transpose,
    "Unsqueeze": unsqueeze,
}
