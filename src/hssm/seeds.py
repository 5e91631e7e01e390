"""Turns what a user gives as a seed into a random generator.

Every random operation of the package comes through here, under either spelling of the argument
(``random_seed`` or ``random_state``). NumPy's global generator is neither read nor changed.
"""

from __future__ import annotations

import operator

import numpy as np

Seed = int | np.integer | np.random.Generator | None


def as_generator(seed: Seed = None) -> np.random.Generator:
    """A generator from a seed.

    Parameters
    ----------
    seed
        None (fresh entropy), a non-negative integer (the same integer gives the same stream), or a
        ``numpy.random.Generator``, which is returned as it is and advances with use.

    Raises
    ------
    TypeError
        If the seed is anything else, a bool or a legacy ``RandomState`` included.
    ValueError
        If the integer is negative.
    """
    if isinstance(seed, np.random.Generator):
        return seed
    if seed is None:
        return np.random.default_rng()
    return np.random.default_rng(_integer_seed(seed))


def one_seed(random_state: Seed = None, random_seed: Seed = None) -> Seed:
    """The seed given under one of its two spellings.

    Raises
    ------
    TypeError
        If both spellings are given.
    """
    if random_state is not None and random_seed is not None:
        raise TypeError(
            "'random_state' and 'random_seed' are two spellings of one argument, and both were given "
            f"({random_state!r} and {random_seed!r}). Give only one of them."
        )
    return random_seed if random_state is None else random_state


def _integer_seed(seed: object) -> int:
    allowed = "Allowed: None, a non-negative integer or a numpy.random.Generator, e.g. numpy.random.default_rng(1)."
    if isinstance(seed, bool | np.bool_):
        raise TypeError(f"A seed cannot be a bool, got {seed!r}. {allowed}")
    try:
        value = operator.index(seed)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"A seed cannot be a {type(seed).__name__}, got {seed!r}. {allowed}") from None
    if value < 0:
        raise ValueError(f"A seed cannot be negative, got {value}. {allowed}")
    return value
