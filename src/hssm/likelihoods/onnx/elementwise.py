"""Operators that treat every number alike, and the conditions between them."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np


def special(xp: Any) -> Any:
    """Special functions for an array module."""
    if xp is np:
        import scipy.special

        return scipy.special
    import jax.scipy.special

    return jax.scipy.special


def cast(xp: Any, x: Any, *, to: Any, saturate: int = 1, round_mode: str = "up") -> Any:
    return x.astype(to)


def cast_like(xp: Any, x: Any, target: Any, *, saturate: int = 1, round_mode: str = "up") -> Any:
    return x.astype(target.dtype)


def celu(xp: Any, x: Any, *, alpha: float = 1.0) -> Any:
    return xp.maximum(x, 0) + xp.minimum(alpha * xp.expm1(xp.minimum(x, 0) / alpha), 0)


def clip(xp: Any, x: Any, min: Any = None, max: Any = None) -> Any:
    x = x if min is None else xp.maximum(x, xp.asarray(min, dtype=x.dtype))
    return x if max is None else xp.minimum(x, xp.asarray(max, dtype=x.dtype))


def divide(xp: Any, x: Any, y: Any) -> Any:
    if np.issubdtype(x.dtype, np.integer):
        return (xp.sign(x) * xp.sign(y) * (xp.abs(x) // xp.abs(y))).astype(x.dtype)
    return x / y


def elu(xp: Any, x: Any, *, alpha: float = 1.0) -> Any:
    return xp.where(x > 0, x, alpha * xp.expm1(xp.minimum(x, 0)))


def erf(xp: Any, x: Any) -> Any:
    return special(xp).erf(x)


def gelu(xp: Any, x: Any, *, approximate: str = "none") -> Any:
    if approximate == "tanh":
        return 0.5 * x * (1 + xp.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    return 0.5 * x * (1 + erf(xp, x * math.sqrt(0.5)))


def hard_sigmoid(xp: Any, x: Any, *, alpha: float = 0.2, beta: float = 0.5) -> Any:
    return xp.clip(alpha * x + beta, 0, 1)


def hard_swish(xp: Any, x: Any) -> Any:
    return x * xp.clip(x / 6 + 0.5, 0, 1)


def leaky_relu(xp: Any, x: Any, *, alpha: float = 0.01) -> Any:
    return xp.where(x < 0, alpha * x, x)


def mish(xp: Any, x: Any) -> Any:
    return x * xp.tanh(softplus(xp, x))


def modulo(xp: Any, x: Any, y: Any, *, fmod: int = 0) -> Any:
    return xp.fmod(x, y) if fmod else xp.mod(x, y)


def p_relu(xp: Any, x: Any, slope: Any) -> Any:
    return xp.where(x < 0, slope * x, x)


def power(xp: Any, x: Any, y: Any) -> Any:
    return xp.power(x, y).astype(x.dtype)


def reciprocal(xp: Any, x: Any) -> Any:
    return 1 / x


def relu(xp: Any, x: Any) -> Any:
    return xp.maximum(x, 0)


def selu(xp: Any, x: Any, *, alpha: float = 1.67326319217681884765625, gamma: float = 1.05070102214813232421875) -> Any:
    return gamma * elu(xp, x, alpha=alpha)


def sigmoid(xp: Any, x: Any) -> Any:
    return special(xp).expit(x)


def softplus(xp: Any, x: Any) -> Any:
    return xp.logaddexp(x, xp.zeros_like(x))


def softsign(xp: Any, x: Any) -> Any:
    return x / (1 + xp.abs(x))


def swish(xp: Any, x: Any, *, alpha: float = 1.0) -> Any:
    return x * sigmoid(xp, alpha * x)


def thresholded_relu(xp: Any, x: Any, *, alpha: float = 1.0) -> Any:
    return xp.where(x > alpha, x, 0)


def where(xp: Any, condition: Any, x: Any, y: Any) -> Any:
    return xp.where(condition, x, y)


def identity(xp: Any, x: Any) -> Any:
    return x


def dropout(xp: Any, x: Any, ratio: Any = None, training_mode: Any = None, *, seed: int = 0) -> Any:
    return x


def _named(name: str) -> Callable[..., Any]:
    """The function of that name of the array module."""
    return lambda xp, *arrays: getattr(xp, name)(*arrays)


def _of_all(name: str) -> Callable[..., Any]:
    """The binary function of that name over any number of inputs."""
    return lambda xp, *arrays: reduce(getattr(xp, name), arrays)


def _mean(xp: Any, *arrays: Any) -> Any:
    return reduce(xp.add, arrays) / len(arrays)


OPERATORS: dict[str, Callable[..., Any]] = {
    "Abs": _named("abs"),
    "Acos": _named("arccos"),
    "Acosh": _named("arccosh"),
    "Add": _named("add"),
    "And": _named("logical_and"),
    "Asin": _named("arcsin"),
    "Asinh": _named("arcsinh"),
    "Atan": _named("arctan"),
    "Atanh": _named("arctanh"),
    "Cast": cast,
    "CastLike": cast_like,
    "Ceil": _named("ceil"),
    "Celu": celu,
    "Clip": clip,
    "Cos": _named("cos"),
    "Cosh": _named("cosh"),
    "Div": divide,
    "Dropout": dropout,
    "Elu": elu,
    "Equal": _named("equal"),
    "Erf": erf,
    "Exp": _named("exp"),
    "Floor": _named("floor"),
    "Gelu": gelu,
    "Greater": _named("greater"),
    "GreaterOrEqual": _named("greater_equal"),
    "HardSigmoid": hard_sigmoid,
    "HardSwish": hard_swish,
    "Identity": identity,
    "IsNaN": _named("isnan"),
    "LeakyRelu": leaky_relu,
    "Less": _named("less"),
    "LessOrEqual": _named("less_equal"),
    "Log": _named("log"),
    "Max": _of_all("maximum"),
    "Mean": _mean,
    "Min": _of_all("minimum"),
    "Mish": mish,
    "Mod": modulo,
    "Mul": _named("multiply"),
    "Neg": _named("negative"),
    "Not": _named("logical_not"),
    "Or": _named("logical_or"),
    "PRelu": p_relu,
    "Pow": power,
    "Reciprocal": reciprocal,
    "Relu": relu,
    "Round": _named("round"),
    "Selu": selu,
    "Sigmoid": sigmoid,
    "Sign": _named("sign"),
    "Sin": _named("sin"),
    "Sinh": _named("sinh"),
    "Softplus": softplus,
    "Softsign": softsign,
    "Sqrt": _named("sqrt"),
    "Sub": _named("subtract"),
    "Sum": _of_all("add"),
    "Swish": swish,
    "Tan": _named("tan"),
    "Tanh": _named("tanh"),
    "ThresholdedRelu": thresholded_relu,
    "Where": where,
    "Xor": _named("logical_xor"),
}
