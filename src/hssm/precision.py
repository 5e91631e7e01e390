"""Global floating-point precision."""

from __future__ import annotations

import sys


def set_floatX(dtype: str, update_jax: bool = True) -> None:  # noqa: N802  (the name users know)
    """Set the floating-point precision of PyTensor and, by default, of JAX.

    Parameters
    ----------
    dtype : {"float32", "float64"}
    update_jax : bool
        Also set JAX's switch for 64-bit numbers, if JAX is loaded or can be.

    Raises
    ------
    ValueError
        For any other precision.
    """
    if dtype not in ("float32", "float64"):
        raise ValueError(f"`dtype` must be 'float32' or 'float64', got {dtype!r}.")
    import pytensor

    pytensor.config.floatX = dtype
    if update_jax:
        if "jax" not in sys.modules:
            import os

            os.environ["JAX_ENABLE_X64"] = str(dtype == "float64").lower()
        else:
            import jax

            jax.config.update("jax_enable_x64", dtype == "float64")
