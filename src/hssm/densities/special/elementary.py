"""Elementary functions that numba can turn into SIMD code: polynomials and bit patterns, no branches, no calls.

A call of the C library's ``exp`` or ``log`` stops LLVM from vectorising the loop around it; these do not, which makes
the fused loops over trials several times faster. Accurate to about one unit in the last place on the ranges stated;
used inside the numba kernels of the special functions only.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

_FLAGS: dict[str, Any] = {"error_model": "numpy", "fastmath": {"contract"}, "forceinline": True}

_LN2_HIGH = 0.693147180369123816490
_LN2_LOW = math.log(2.0) - _LN2_HIGH + 2.3190468138462996e-17
_PI_HIGH, _PI_LOW = math.pi, 1.2246467991473532e-16
_PER_LN2, _PER_PI = 1.0 / math.log(2.0), 1.0 / math.pi
_ROUNDER = 6755399441055744.0
"""1.5 * 2^52: adding it rounds to an integer, which then stands in the low bits."""

_SQRT_HALF_BITS = int(np.float64(math.sqrt(0.5)).view(np.int64))
_E2, _E3, _E4, _E5, _E6, _E7, _E8, _E9, _E10, _E11, _E12, _E13 = (1.0 / math.factorial(k) for k in range(2, 14))
_S3, _S5, _S7, _S9, _S11, _S13, _S15, _S17, _S19, _S21 = ((-1) ** (k // 2) / math.factorial(k) for k in range(3, 22, 2))


@intrinsic
def _bits(typing_context, x):
    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], ir.IntType(64))

    return types.int64(types.float64), codegen


@intrinsic
def _number(typing_context, bits):
    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.int64), codegen


@numba.njit(**_FLAGS)
def _exp_parts(x):
    """exp(x) = scale * (1 + rest) for -708 <= x <= 709: a power of two, and expm1 of at most log(2)/2."""
    shifted = x * _PER_LN2 + _ROUNDER
    count = shifted - _ROUNDER
    r = (x - count * _LN2_HIGH) - count * _LN2_LOW
    r2 = r * r
    r4 = r2 * r2
    low = ((_E2 + _E3 * r) + (_E4 + _E5 * r) * r2) + ((_E6 + _E7 * r) + (_E8 + _E9 * r) * r2) * r4
    rest = low + ((_E10 + _E11 * r) + (_E12 + _E13 * r) * r2) * (r4 * r4)
    scale = _number((_bits(shifted) + np.int64(1023)) << np.int64(52))
    return scale, r + r2 * rest


@numba.njit(**_FLAGS)
def exp(x):
    """Exponential; 0 below -708, and held at exp(709) above 709."""
    bounded = x if x > -708.0 else -708.0
    bounded = bounded if bounded < 709.0 else 709.0
    scale, rest = _exp_parts(bounded)
    return scale + scale * rest if x > -708.0 else 0.0


@numba.njit(**_FLAGS)
def expm1(x):
    """exp(x) - 1 without cancellation, with the limits of :func:`exp`."""
    bounded = x if x > -708.0 else -708.0
    bounded = bounded if bounded < 709.0 else 709.0
    scale, rest = _exp_parts(bounded)
    return (scale - 1.0) + scale * rest


@numba.njit(**_FLAGS)
def log(x):
    """Logarithm of a positive normal number."""
    bits = _bits(x)
    count = (bits - np.int64(_SQRT_HALF_BITS)) >> np.int64(52)
    mantissa = _number(bits - (count << np.int64(52)))
    f = mantissa - 1.0
    s = f / (2.0 + f)
    z = s * s
    z2 = z * z
    z4 = z2 * z2
    low = (1.0 / 3.0 + z * (1.0 / 5.0)) + (1.0 / 7.0 + z * (1.0 / 9.0)) * z2
    high = (1.0 / 11.0 + z * (1.0 / 13.0)) + (1.0 / 15.0 + z * (1.0 / 17.0)) * z2
    rest = low + (high + (1.0 / 19.0 + z * (1.0 / 21.0)) * z4) * z4
    return count * _LN2_HIGH + (2.0 * s + (2.0 * s * z * rest + count * _LN2_LOW))


@numba.njit(**_FLAGS)
def log1p(x):
    """log(1 + x) for x > -1, with the digits that 1 + x rounds away given back."""
    whole = 1.0 + x
    return log(whole) + (x - (whole - 1.0)) / whole


@numba.njit(**_FLAGS)
def _sin_series(r):
    """Sine on [-pi/2, pi/2]."""
    z = r * r
    z2 = z * z
    z4 = z2 * z2
    low = (_S3 + _S5 * z) + (_S7 + _S9 * z) * z2
    high = (_S11 + _S13 * z) + (_S15 + _S17 * z) * z2
    return r + r * z * (low + (high + (_S19 + _S21 * z) * z4) * z4)


@numba.njit(**_FLAGS)
def sin(x):
    """Sine, for arguments of moderate size (below 1e5)."""
    shifted = x * _PER_PI + _ROUNDER
    count = shifted - _ROUNDER
    r = (x - count * _PI_HIGH) - count * _PI_LOW
    sign = 1.0 - 2.0 * (_bits(shifted) & np.int64(1))
    return sign * _sin_series(r)


@numba.njit(**_FLAGS)
def cos(x):
    """Cosine, for arguments of moderate size (below 1e5)."""
    shifted = (x * _PER_PI - 0.5) + _ROUNDER
    count = (shifted - _ROUNDER) + 0.5
    r = (x - count * _PI_HIGH) - count * _PI_LOW
    sign = 2.0 * (_bits(shifted) & np.int64(1)) - 1.0
    return sign * _sin_series(r)


SIMD = {math.exp: exp, math.expm1: expm1, math.log: log, math.log1p: log1p, math.sin: sin, math.cos: cos}
"""What stands in for the functions of ``math`` in compiled formulas."""
