"""Gathering what the user said about parameters: ``include``, keyword shortcuts, ``p_outlier``, ``global_formula``.

The first step of :mod:`hssm.parameters.resolve`: every way of saying it becomes one :class:`Param` per parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from hssm.models.faults import Faults
from hssm.parameters.formula import formula_names, left_hand_side
from hssm.parameters.param import Param
from hssm.parameters.prior import is_number
from hssm.spec import ModelSpec
from hssm.suggest import close_matches

LAPSE = "p_outlier"


def collect_params(
    spec: ModelSpec,
    faults: Faults,
    *,
    include: Any = None,
    shortcuts: Mapping[str, Any] | None = None,
    p_outlier: Any = 0.05,
    global_formula: str | None = None,
) -> dict[str, Param]:
    """One ``Param`` per parameter in model order, ``p_outlier`` last if it is active.

    Faults are noted in ``faults``; a parameter with a fault keeps its default specification.
    """
    names = spec.parameter_names
    given: dict[str, Param] = {}
    for param in _included(include, names, faults):
        if faults.value(param.name in given, f"parameter {param.name!r} is specified twice in `include`"):
            continue
        given[str(param.name)] = param
    for name, value in (shortcuts or {}).items():
        if faults.type(
            name not in names, f"unknown keyword {name!r}.{close_matches(name, names)} Parameters: {_list(names)}"
        ):
            continue
        if faults.value(name in given, f"parameter {name!r} is specified both in `include` and as `{name}=`"):
            continue
        given[name] = attempt(faults, Param.from_kwargs, name, value) or Param(name)
    default = None if global_formula is None else _checked_formula(global_formula)
    params = {name: given.get(name, Param(name, formula=default)) for name in names}
    lapse = attempt(faults, _lapse_param, p_outlier)
    return params if lapse is None else {**params, LAPSE: lapse}


def formula_columns(
    spec: ModelSpec,
    *,
    include: Any = None,
    shortcuts: Mapping[str, Any] | None = None,
    p_outlier: Any = 0.05,
    global_formula: str | None = None,
) -> dict[str, tuple[str, ...]]:
    """Names that formulas use, each with the parameters that use it, before any data are looked at.

    Names of ``extra_namespace`` are among them. Raises what :func:`resolve_parameters` would for the same arguments.
    """
    faults = Faults("Parameters")
    given = {"include": include, "shortcuts": shortcuts, "p_outlier": p_outlier, "global_formula": global_formula}
    params = collect_params(spec, faults, **given)
    used: dict[str, tuple[str, ...]] = {}
    for name, param in params.items():
        if param.formula is None:
            continue
        for column in sorted(attempt(faults, formula_names, param.formula, name) or ()):
            used[column] = (*used.get(column, ()), name)
    faults.raise_if_any()
    return used


def attempt[T](faults: Faults, make: Callable[..., T], *args: Any) -> T | None:
    """The result of a step, or None after its error has been noted."""
    try:
        return make(*args)
    except TypeError as error:
        faults.type(True, str(error).removesuffix("."))
    except ValueError as error:
        faults.value(True, str(error).removesuffix("."))
    return None


def _included(include: Any, names: Sequence[str], faults: Faults) -> list[Param]:
    if include is None:
        return []
    if isinstance(include, str | Mapping | Param) or not isinstance(include, Sequence):
        faults.type(True, f"`include` must be a list of dicts or `Param`, got {type(include).__name__}")
        return []
    params = [attempt(faults, _one, item, names) for item in include]
    return [param for param in params if param is not None]


def _one(item: Any, names: Sequence[str]) -> Param:
    if not isinstance(item, Param | Mapping):
        raise TypeError(f"an item of `include` must be a dict or `Param`, got {item!r} ({type(item).__name__})")
    param = item if isinstance(item, Param) else Param.from_dict(item)
    left = left_hand_side(param.formula) if param.formula else None
    if param.name is None:
        if left not in names:
            raise ValueError(f"an item of `include` has no 'name'. Parameters: {_list(names)}")
        return param.renamed(str(left))
    if param.name == LAPSE:
        raise ValueError(f"{LAPSE!r} cannot be in `include`: it has its own argument, `{LAPSE}=`")
    if param.name not in names:
        raise ValueError(
            f"unknown parameter {param.name!r}.{close_matches(param.name, names)} Parameters: {_list(names)}"
        )
    if left is not None and left != param.name and left in names:
        raise ValueError(
            f"the formula {param.formula!r} of parameter {param.name!r} is for another parameter, {left!r}"
        )
    return param


def _lapse_param(given: Any) -> Param | None:
    """What ``p_outlier`` says, or None if there is no lapse."""
    allowed = "a number in [0, 1), a prior, a dict with 'formula', or None"
    if given is None:
        return None
    if isinstance(given, bool | str | Sequence | np.ndarray):
        raise TypeError(f"`{LAPSE}` must be {allowed}, got {given!r} ({type(given).__name__})")
    if is_number(given):
        if not 0 <= given < 1:
            raise ValueError(f"`{LAPSE}` must be in [0, 1), got {given}")
        return Param(LAPSE, prior=float(given)) if given else None
    return Param.from_kwargs(LAPSE, given)


def _checked_formula(formula: Any) -> str:
    if not isinstance(formula, str):
        raise TypeError(f"`global_formula` must be a string such as '1 + x', got {formula!r}.")
    return formula


def _list(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names)
