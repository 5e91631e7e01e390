"""Operators that bring numbers together: matrix products, sums, normalisation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hssm.likelihoods.onnx.elementwise import special
from hssm.likelihoods.onnx.shapes import static

HIGHEST = "highest"
"""Products in full precision: graphics cards would round to 10 bits."""


def matmul(xp: Any, x: Any, y: Any) -> Any:
    return np.matmul(x, y) if xp is np else xp.matmul(x, y, precision=HIGHEST)


def gemm(
    xp: Any,
    x: Any,
    y: Any,
    z: Any = None,
    *,
    alpha: float = 1.0,
    beta: float = 1.0,
    transA: int = 0,
    transB: int = 0,
) -> Any:
    product = matmul(xp, x.T if transA else x, y.T if transB else y)
    product = product if alpha == 1.0 else alpha * product
    return product if z is None else product + (z if beta == 1.0 else beta * z)


def einsum(xp: Any, *arrays: Any, equation: str) -> Any:
    return np.einsum(equation, *arrays) if xp is np else xp.einsum(equation, *arrays, precision=HIGHEST)


def batch_normalization(
    xp: Any, x: Any, *parameters: Any, epsilon: float = 1e-5, training_mode: int = 0, **of_training: Any
) -> Any:
    if training_mode:
        raise ValueError("its training_mode is on: export the network for inference")
    shape = (1, -1, *[1] * (x.ndim - 2)) if x.ndim > 1 else (-1,)
    scale, shift, mean, variance = (each.reshape(shape) for each in parameters)
    return scale * (x - mean) / xp.sqrt(variance + epsilon) + shift


def layer_normalization(
    xp: Any, x: Any, scale: Any, shift: Any = None, *, axis: int = -1, epsilon: float = 1e-5, stash_type: int = 1
) -> Any:
    axes = tuple(range(axis % x.ndim, x.ndim))
    centred = x - x.mean(axis=axes, keepdims=True)
    value = scale * centred / xp.sqrt((centred**2).mean(axis=axes, keepdims=True) + epsilon)
    return value if shift is None else value + shift


def log_softmax(xp: Any, x: Any, *, axis: int = -1) -> Any:
    return x - special(xp).logsumexp(x, axis=axis, keepdims=True)


def softmax(xp: Any, x: Any, *, axis: int = -1) -> Any:
    return xp.exp(log_softmax(xp, x, axis=axis))


def cumulative_sum(xp: Any, x: Any, axis: Any, *, exclusive: int = 0, reverse: int = 0) -> Any:
    along = int(static(axis, "axis").reshape(()))
    turned = xp.flip(x, along) if reverse else x
    total = xp.cumsum(turned, axis=along)
    total = total - turned if exclusive else total
    return xp.flip(total, along) if reverse else total


def arg_max(xp: Any, x: Any, *, axis: int = 0, keepdims: int = 1, select_last_index: int = 0) -> Any:
    return xp.argmax(x, axis=axis, keepdims=bool(keepdims))


def arg_min(xp: Any, x: Any, *, axis: int = 0, keepdims: int = 1, select_last_index: int = 0) -> Any:
    return xp.argmin(x, axis=axis, keepdims=bool(keepdims))


def _reduction(function: Callable[..., Any]) -> Callable[..., Any]:
    """An operator over the axes of the specification from ``function(xp, x, axis=..., keepdims=...)``."""

    def reduced(xp: Any, x: Any, axes: Any = None, *, keepdims: int = 1, noop_with_empty_axes: int = 0) -> Any:
        chosen = None if axes is None else tuple(int(axis) for axis in np.ravel(static(axes, "axes")))
        if not chosen:
            if noop_with_empty_axes:
                return x
            chosen = None
        return function(xp, x, axis=chosen, keepdims=bool(keepdims))

    return reduced


def _named(name: str) -> Callable[..., Any]:
    return _reduction(lambda xp, x, **how: getattr(xp, name)(x, **how))


def _log_sum(xp: Any, x: Any, **how: Any) -> Any:
    return xp.log(xp.sum(x, **how))


def _log_sum_exp(xp: Any, x: Any, **how: Any) -> Any:
    return special(xp).logsumexp(x, **how)


def _l1(xp: Any, x: Any, **how: Any) -> Any:
    return xp.sum(xp.abs(x), **how)


def _l2(xp: Any, x: Any, **how: Any) -> Any:
    return xp.sqrt(xp.sum(x * x, **how))


def _sum_square(xp: Any, x: Any, **how: Any) -> Any:
    return xp.sum(x * x, **how)


OPERATORS: dict[str, Callable[..., Any]] = {
    "ArgMax": arg_max,
    "ArgMin": arg_min,
    "BatchNormalization": batch_normalization,
    "CumSum": cumulative_sum,
    "Einsum": einsum,
    "Gemm": gemm,
    "LayerNormalization": layer_normalization,
    "LogSoftmax": log_softmax,
    "MatMul": matmul,
    "ReduceL1": _reduction(_l1),
    "ReduceL2": _reduction(_l2),
    "ReduceLogSum": _reduction(_log_sum),
    "ReduceLogSumExp": _reduction(_log_sum_exp),
    "ReduceMax": _named("max"),
    "ReduceMean": _named("mean"),
    "ReduceMin": _named("min"),
    "ReduceProd": _named("prod"),
    "ReduceSum": _named("sum"),
    "ReduceSumSquare": _reduction(_sum_square),
    "Softmax": softmax,
}
