"""Which free variables of a PyMC model have no say in its likelihood."""

from __future__ import annotations

from typing import Any

from pytensor.graph.traversal import ancestors


def find_disconnected_free_rvs(pymc_model: Any) -> list[str]:
    """Free variables from which no path leads to an observed variable or a potential.

    Their posterior is their prior: usually a mistake in the model, such as a group mean that was forgotten.

    Parameters
    ----------
    pymc_model : pymc.Model

    Returns
    -------
    list of str
        Names, in the model's order.
    """
    reached = set(ancestors([*pymc_model.observed_RVs, *pymc_model.potentials]))
    return [variable.name for variable in pymc_model.free_RVs if variable not in reached]
