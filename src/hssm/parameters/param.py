"""``Param``: what a user says about one parameter, kept as said.

It is input only: :mod:`hssm.parameters.collect` gathers it and :mod:`hssm.parameters.resolve` turns it into
:class:`hssm.spec.ResolvedParam`, with the model's bounds, links and default priors filled in.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, fields
from typing import Any

import bambi as bmb
import numpy as np

from hssm.parameters.prior import check_bounds
from hssm.spec import Bounds
from hssm.suggest import close_matches


@dataclass(frozen=True, eq=False)
class Param:
    """One parameter's prior, formula, link and bounds.

    Parameters
    ----------
    name : str, optional
        Name of the parameter; not needed in ``HSSM(..., v=Param(...))``.
    prior : optional
        Simple parameter: a prior, or a number or array of length n that fixes it. Regression: a dict from
        terms to priors or numbers.
    formula : str, optional
        ``"v ~ 1 + x"`` or its right-hand side; makes the parameter a regression.
    link : str or Link, optional
        Link of the regression.
    bounds : tuple of float, optional
        (lower, upper), instead of the model's.

    Raises
    ------
    ValueError
        Bounds not lower < upper, an empty formula, or one prior for a whole regression.
    TypeError
        Name, formula or link of the wrong type.
    """

    name: str | None = None
    prior: Any = None
    formula: str | None = None
    link: Any = None
    bounds: Bounds | None = None

    def __post_init__(self) -> None:
        of = "a parameter" if self.name is None else repr(self.name)
        if self.name is not None and not isinstance(self.name, str):
            raise TypeError(f"The name of a parameter must be a string, got {self.name!r}.")
        if self.formula is not None and not isinstance(self.formula, str):
            raise TypeError(f"The formula of {of} must be a string, got {self.formula!r}.")
        if self.formula is not None and not self.formula.partition("~")[2 if "~" in self.formula else 0].strip():
            raise ValueError(f"The formula of {of} is empty: {self.formula!r}. Write for example '1 + x'.")
        if self.link is not None and not isinstance(self.link, str | bmb.Link):
            raise TypeError(f"The link of {of} must be a name or a `Link`, got {self.link!r}.")
        if self.bounds is not None:
            object.__setattr__(self, "bounds", check_bounds(self.bounds, of))
        # A private copy, so that later changes of the user's dict or array do not reach in here.
        object.__setattr__(self, "prior", _own(self.prior))

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Param:
        """A parameter from a dict with the constructor's keys; TypeError for any other key."""
        unknown = [key for key in given if key not in PARAM_KEYS]
        if unknown:
            allowed = ", ".join(repr(key) for key in sorted(PARAM_KEYS))
            raise TypeError(
                f"Unknown {'key' if len(unknown) == 1 else 'keys'} {', '.join(repr(key) for key in unknown)} in the "
                f"specification of parameter {given.get('name', '(without name)')!r}."
                f"{close_matches(unknown[0], PARAM_KEYS)} Allowed: {allowed}."
            )
        return cls(**given)

    @classmethod
    def from_kwargs(cls, name: str, given: Any) -> Param:
        """A parameter from a keyword shortcut: a number, array, prior, dict as in ``include``, or ``Param``."""
        if isinstance(given, Param):
            return given.renamed(name)
        if isinstance(given, Mapping) and not _is_prior_dict(given, name):
            return cls.from_dict({**given, "name": name})
        return cls(name=name, prior=given)

    def to_dict(self) -> dict[str, Any]:
        """What was given, by name; parts that were not given are left out."""
        parts = {field.name: getattr(self, field.name) for field in fields(self)}
        return {key: _own(value) for key, value in parts.items() if value is not None}

    def renamed(self, name: str) -> Param:
        """The same specification for another parameter."""
        return self if name == self.name else Param(name, self.prior, self.formula, self.link, self.bounds)

    @property
    def is_regression(self) -> bool:
        return self.formula is not None

    @property
    def is_simple(self) -> bool:
        return not self.is_regression

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Param):
            return NotImplemented
        mine, yours = ((p.name, p.formula, p.link, p.bounds) for p in (self, other))
        return mine == yours and _equal(self.prior, other.prior)

    __hash__ = None  # type: ignore[assignment]


PARAM_KEYS = tuple(field.name for field in fields(Param))


def _is_prior_dict(given: Mapping[str, Any], parameter: str) -> bool:
    """Whether a keyword's dict is a prior rather than a specification: both may have ``name`` and ``bounds``."""
    return given.get("name", parameter) != parameter and not set(given) & {"formula", "prior", "link"}


def _own(value: Any) -> Any:
    """Containers copied, priors and numbers shared: priors are copied where they are read."""
    if isinstance(value, Mapping):
        return {key: _own(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_own(item) for item in value]
    return copy(value) if isinstance(value, np.ndarray) else value


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_equal(value, other[key]) for key, value in one.items())
    if isinstance(one, bmb.Prior) or isinstance(other, bmb.Prior):
        return one is other or bool(one == other)
    return type(one) is type(other) and bool(np.array_equal(one, other))
