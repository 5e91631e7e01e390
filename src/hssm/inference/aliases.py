"""Other names for variables in results. A renamed variable remembers its own name, so every computation finds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import xarray as xr

from hssm.inference.draws import ALIAS_OF, own_name
from hssm.inference.results import natural_names, stored_names
from hssm.spec import BuiltModel
from hssm.suggest import close_matches

GROUPS = ("posterior", "prior")


def check_aliases(built: BuiltModel, aliases: Any) -> dict[str, str]:
    """Aliases by the variables' own names.

    Raises
    ------
    TypeError
        No mapping from names to names.
    ValueError
        A name that no variable has, or an alias that is taken.
    """
    if not isinstance(aliases, Mapping) or not all(isinstance(value, str) for value in aliases.values()):
        raise TypeError(f"`aliases` must be a dict from variables to their new names, got {aliases!r}.")
    known = [*stored_names(built), *natural_names(built)]
    for name in aliases:
        if name not in known:
            raise ValueError(
                f"{name!r} is no variable of this model.{close_matches(name, known)} "
                f"Variables: {', '.join(sorted(known))}."
            )
    kept = [name for name in known if name not in aliases]
    taken = [value for value in aliases.values() if value in kept or list(aliases.values()).count(value) > 1]
    if taken:
        raise ValueError(f"The alias {taken[0]!r} is taken: every variable needs a name of its own.")
    return {str(name): value for name, value in aliases.items()}


def rename(tree: xr.DataTree, aliases: Mapping[str, str]) -> None:
    """Give the variables of a tree their aliases, in place; those without one get their own names back."""
    for group in GROUPS:
        if group in tree.children:
            tree[group] = xr.DataTree(_renamed(tree[group].to_dataset(), aliases))


def _renamed(dataset: xr.Dataset, aliases: Mapping[str, str]) -> xr.Dataset:
    own = {str(name): own_name(name, variable) for name, variable in dataset.data_vars.items()}
    new = {name: aliases.get(original, original) for name, original in own.items()}
    renamed = dataset.rename_vars({name: target for name, target in new.items() if name != target})
    for name, target in new.items():
        attributes = renamed[target].attrs
        attributes.pop(ALIAS_OF, None)
        if target != own[name]:
            attributes[ALIAS_OF] = own[name]
    return renamed
