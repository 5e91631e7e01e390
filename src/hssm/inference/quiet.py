"""PyMC without its commentary, where this package says in its own words what is going on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_pymc() -> Iterator[None]:
    """Silence everything that PyMC logs below errors, and hear it again afterwards."""
    logger = logging.getLogger("pymc")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
