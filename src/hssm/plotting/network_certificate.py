"""``plot_network_certificate``: where in its training box a network errs, and by how much."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import pyplot as plt

from hssm.networks.network import Network, load
from hssm.plotting.facets import FacetGrid
from hssm.plotting.style import OBSERVED, PREDICTED, tidy

SIDE = 2.6


def plot_network_certificate(network: Network | str, col_wrap: int = 4, title: str | None = None) -> FacetGrid:
    """Plot a network's mean error by quarters of every parameter's range.

    Parameters
    ----------
    network : Network or str
        A network with a certificate beside it, a path, or the name of a shipped one.
    col_wrap : int
        Panels per line.
    title : str, optional
        The network, its reference and its mean error unless given.

    Returns
    -------
    FacetGrid
        One panel per parameter; the line is the mean over the box.

    Raises
    ------
    ValueError
        There is no certificate.
    """
    network = network if isinstance(network, Network) else load(network)
    judged = network.certificate
    if not judged:
        raise ValueError(
            f"Network {network.path.name} has no certificate {network.path.with_suffix('.json').name} beside it. "
            "Measure it by networks.certify, and write the result there as JSON."
        )
    regions: dict[str, list[float]] = judged["regions"]
    n_columns = min(max(int(col_wrap), 1), len(regions))
    n_rows = -(-len(regions) // n_columns)
    figure, axes = plt.subplots(
        n_rows, n_columns, squeeze=False, sharey=True, figsize=(SIDE * n_columns, SIDE * n_rows), layout="constrained"
    )
    for ax, (name, errors) in zip(axes.flat, regions.items(), strict=False):
        _draw(ax, name, errors, judged)
    for ax in axes.flat[len(regions) :]:
        ax.set_visible(False)
    said = (
        f"{network.path.stem}: mean |error| {judged['mean_abs_error']:.2g} against the {judged['reference']} reference"
    )
    figure.suptitle(said if title is None else title)
    return FacetGrid(figure=figure, axes=axes)


def _draw(ax: Any, name: str, errors: list[float], judged: dict[str, Any]) -> None:
    low, high = judged["domain"][name]
    edges = np.linspace(low, high, len(errors) + 1)
    ax.bar(edges[:-1], errors, width=np.diff(edges), align="edge", color=PREDICTED, edgecolor="white")
    ax.axhline(judged["mean_abs_error"], color=OBSERVED, linewidth=0.8)
    ax.set_xlabel(name)
    if ax.get_subplotspec().is_first_col():
        ax.set_ylabel("mean |error| of log density")
    tidy(ax)
