"""JAX code runs in the precision of ``floatX``, whatever JAX's own switch says at that moment."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


def jax_is_loaded() -> bool:
    """Whether JAX itself was imported; some libraries leave a placeholder named ``jax`` that loads on first use."""
    return "jaxlib" in sys.modules


@contextmanager
def floatx_precision(runs_jax: bool = True) -> Iterator[None]:
    """Set ``jax_enable_x64`` to match PyTensor's ``floatX`` inside the block and restore it after.

    ``runs_jax`` False leaves a process that has not imported JAX without it.
    """
    import pytensor

    wanted = pytensor.config.floatX == "float64"
    if not runs_jax and not jax_is_loaded():
        yield
        return
    import jax

    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", wanted)
    try:
        yield
    finally:
        jax.config.update("jax_enable_x64", before)
