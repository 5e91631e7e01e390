"""Small public helpers, under the names that users know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hssm.inference.tidy import predictive_dt_to_dataframe


def annotate_function(**attrs: Any) -> Callable[[Callable], Callable]:
    """A decorator that sets attributes of a function, such as ``inputs``, ``outputs`` or ``model_name``.

    Examples
    --------
    >>> @annotate_function(model_name="mine", choices=[-1, 1])
    ... def simulate(theta, n_samples, random_state): ...
    """

    def annotate(function: Callable) -> Callable:
        for name, value in attrs.items():
            setattr(function, name, value)
        return function

    return annotate


__all__ = ["annotate_function", "predictive_dt_to_dataframe"]
