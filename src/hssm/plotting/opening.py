"""How every predictive plot begins: seed, layout and data from the options that all of them share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hssm.plotting.data import PredictiveData, PredictiveRequest, predictive_data, used_columns
from hssm.plotting.facets import Layout
from hssm.plotting.style import line_properties
from hssm.seeds import one_seed

LAYOUT = ("row", "col", "col_wrap", "groups", "groups_order", "grid_kwargs")
REQUEST = ("dt", "data", "predictive_group", "plot_data", "n_samples")
TITLES = {"posterior_predictive": "Posterior predictive", "prior_predictive": "Prior predictive"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """A plot before anything is computed: its layout without texts, what data it asks for, properties of its lines."""

    layout: Layout
    request: PredictiveRequest
    lines: dict[str, Any]

    def data(self, model: Any) -> PredictiveData:
        """The responses to show."""
        return predictive_data(model, self.request)

    def titled(self, **texts: Any) -> Layout:
        """The layout with the texts around it."""
        return replace(self.layout, **texts)


def open_plot(given: Mapping[str, Any], columns: tuple[str, ...] = (), **request: Any) -> Opening:
    """Check the options that plots share.

    Parameters
    ----------
    given : the plot's arguments by name, as ``locals()`` has them before anything else is done
    columns : those of them that name columns of the data, besides ``row``, ``col`` and ``groups``
    **request : fields of :class:`~hssm.plotting.data.PredictiveRequest` in place of arguments or beyond them
    """
    rest = dict(given["kwargs"])
    seed = one_seed(given["random_state"], rest.pop("random_seed", None))
    layout = {name: given[name] for name in LAYOUT}
    wanted = {name: given[name] for name in REQUEST if name in given}
    named = {name: given[name] for name in (*columns, "row", "col", "groups")}
    return Opening(
        layout=Layout(**{**layout, "grid_kwargs": layout["grid_kwargs"] or {}}, ax=rest.pop("ax", None)),
        request=PredictiveRequest(**{**wanted, "random_state": seed, "columns": used_columns(**named), **request}),
        lines=line_properties(rest),
    )
