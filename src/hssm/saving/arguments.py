"""A constructor's arguments <-> JSON: what users write (numbers, dicts, priors, links) without pickling code.

Values that JSON does not have are objects with the key ``"$"``, their kind. Only functions and other objects of
foreign classes are left to a pickle, each under the name of the place where it was found.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import bambi as bmb
import numpy as np
import pandas as pd

from hssm.models.config import ModelConfig
from hssm.parameters.link import LINK_NAMES, Link
from hssm.parameters.param import Param
from hssm.parameters.prior import Prior

KIND = "$"


@dataclass(frozen=True, slots=True)
class Given:
    """What a model was built from: the frame, and the constructor's other arguments by name."""

    frame: pd.DataFrame
    arguments: Mapping[str, Any]


def snapshot(frame: pd.DataFrame, arguments: Mapping[str, Any]) -> Given:
    """Arguments as they are now, whatever the user does to them later; the frame is shared until it is changed."""
    kept = frame.copy(deep=False) if isinstance(frame, pd.DataFrame) else frame
    return Given(kept, {name: _own(value) for name, value in arguments.items()})


def _own(value: Any) -> Any:
    """Containers and arrays copied, everything else shared: it is immutable or belongs to a class of its own."""
    if isinstance(value, Mapping):
        return {key: _own(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_own(item) for item in value) if type(value) in (list, tuple) else value
    return value.copy() if isinstance(value, np.ndarray) else value


def encode(value: Any, place: str, pickled: dict[str, Any]) -> Any:
    """What JSON can hold of a value; the rest is put into ``pickled`` under its place and referred to."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Mapping | list | tuple):
        return _container(value, place, pickled)
    if isinstance(value, int | float | np.generic):
        return _number(value.item() if isinstance(value, np.generic) else value)
    kind, content = _array(value) or _parts(value) or ("pickled", {"key": place})
    if kind == "pickled":
        pickled[place] = value
    return {KIND: kind, **{key: encode(item, f"{place}.{key}", pickled) for key, item in content.items()}}


def _number(value: float) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return {KIND: "float", "value": repr(value)}
    return value


def _container(value: Any, place: str, pickled: dict[str, Any]) -> Any:
    if not isinstance(value, Mapping):
        items = [encode(item, f"{place}[{i}]", pickled) for i, item in enumerate(value)]
        return {KIND: "tuple", "value": items} if isinstance(value, tuple) else items
    if all(isinstance(key, str) and key != KIND for key in value):
        return {key: encode(item, f"{place}.{key}", pickled) for key, item in value.items()}
    pairs = [
        [encode(key, f"{place}.key", pickled), encode(item, f"{place}.{key}", pickled)] for key, item in value.items()
    ]
    return {KIND: "mapping", "value": pairs}


def _array(value: Any) -> tuple[str, dict[str, Any]] | None:
    """Kind and content of an array (or column) of numbers; None for others."""
    if not isinstance(value, np.ndarray | pd.Series) or np.asarray(value).dtype.kind not in "fiub":
        return None
    array = np.asarray(value)
    return "array", {"dtype": str(array.dtype), "shape": list(array.shape), "items": array.ravel().tolist()}


def _parts(value: Any) -> tuple[str, dict[str, Any]] | None:
    """Kind and content of paths and of the package's and Bambi's objects; None for others."""
    if isinstance(value, os.PathLike):
        return "path", {"value": os.fspath(value)}
    if isinstance(value, Param):
        return "Param", value.to_dict()
    if isinstance(value, ModelConfig):
        return "ModelConfig", {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, bmb.Prior):
        content = {key: getattr(value, key) for key in ("name", "auto_scale", "dist", "noncentered")}
        if isinstance(value, Prior):
            content |= {"bounds": value.bounds, "initval": value.initval}
        return ("Prior" if isinstance(value, Prior) else "bambi.Prior"), content | {"args": dict(value.args)}
    if isinstance(value, bmb.Link):
        is_own = isinstance(value, Link)
        content = {"name": value.name} | ({"bounds": value.bounds} if is_own else {})
        if value.is_custom if is_own else value.name not in LINK_NAMES:
            content |= {key: getattr(value, key) for key in ("link", "linkinv", "linkinv_backend")}
        return ("Link" if is_own else "bambi.Link"), content
    return None


def decode(value: Any, pickled: Mapping[str, Any]) -> Any:
    """The value of which :func:`encode` made this."""
    if isinstance(value, list):
        return [decode(item, pickled) for item in value]
    if not isinstance(value, dict):
        return value
    if KIND not in value:
        return {key: decode(item, pickled) for key, item in value.items()}
    kind = value[KIND]
    if kind == "pickled":
        return pickled[value["key"]]
    content = {key: decode(item, pickled) for key, item in value.items() if key != KIND}
    if kind in _SINGLE:
        return _SINGLE[kind](content["value"])
    if kind in _MAKERS:
        return _MAKERS[kind](**content)
    raise ValueError(f"The saved arguments hold a value of the unknown kind {kind!r}: a later version wrote them.")


def _make_array(dtype: str, shape: list[int], items: list[Any]) -> np.ndarray:
    return np.asarray(items, dtype=dtype).reshape(shape)


def _prior(args: dict[str, Any], **content: Any) -> Prior:
    return Prior(**{key: item for key, item in {**content, **args}.items() if key != "initval" or item is not None})


def _bambi_prior(args: dict[str, Any], name: str, **content: Any) -> bmb.Prior:
    return bmb.Prior(name, **content, **args)


_SINGLE: dict[str, Callable[[Any], Any]] = {"float": float, "mapping": dict, "path": Path, "tuple": tuple}
_MAKERS: dict[str, Callable[..., Any]] = {
    "array": _make_array,
    "Param": Param,
    "ModelConfig": ModelConfig,
    "Prior": _prior,
    "bambi.Prior": _bambi_prior,
    "Link": Link,
    "bambi.Link": bmb.Link,
}
