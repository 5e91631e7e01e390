"""How every predictive plot begins: seed, layout and data from the options that all of them share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hssm.plotting.data import PredictiveData, PredictiveRequest, predictive_data, used_columns
from hssm.plotting.facets import Layout
from hssm.plotting.style import line_properties
from hssm.seeds import one_seed

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


def open_plot(
    layout: Mapping[str, Any],
    request: Mapping[str, Any],
    keywords: Mapping[str, Any],
    *,
    random_state: Any = None,
    **columns: Any,
) -> Opening:
    """Check the options that plots share.

    Parameters
    ----------
    layout : ``row``, ``col``, ``col_wrap``, ``groups``, ``groups_order``, ``grid_kwargs``
    request : fields of :class:`~hssm.plotting.data.PredictiveRequest`
    keywords : the further keywords of the plot: ``ax``, ``random_seed`` and properties of lines
    random_state : seed
    **columns : columns of the data that further arguments name
    """
    rest = dict(keywords)
    seed = one_seed(random_state, rest.pop("random_seed", None))
    ax = rest.pop("ax", None)
    panels = {name: layout.get(name) for name in ("row", "col", "groups")}
    return Opening(
        layout=Layout(**{**layout, "grid_kwargs": layout.get("grid_kwargs") or {}}, ax=ax),
        request=PredictiveRequest(**request, random_state=seed, columns=used_columns(**columns, **panels)),
        lines=line_properties(rest),
    )
