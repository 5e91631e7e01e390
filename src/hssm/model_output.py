"""What comes out of a model: tables, plots and functions of the model; the verbs that look and do not fit."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import xarray as xr

from hssm import plotting
from hssm.inference import results
from hssm.inference.expert import draw_graph, value_point
from hssm.model_info import ModelInfo


def renamed(old: str, new: str) -> None:
    """The FutureWarning of a method under its old name."""
    warnings.warn(f"`{old}` is an old name: use `{new}`.", FutureWarning, stacklevel=3)


class ModelOutput(ModelInfo):
    """Verbs that look at a model and its results; :class:`~hssm.hssm.HSSM` adds those that fit and predict."""

    # ------------------------------------------------------------------ looking at it

    def summary(self, dt: xr.DataTree | None = None, **kwargs: Any) -> Any:
        """ArviZ's summary of all variables but offsets, as a DataFrame."""
        import arviz as az

        tree = self._tree(dt)
        return az.summary(tree, **{**kwargs, "var_names": results.chosen_names(tree, kwargs.get("var_names"))})

    def plot_trace(self, dt: xr.DataTree | None = None, **kwargs: Any) -> Any:
        """ArviZ's trace plot of all variables but offsets."""
        import arviz as az

        tree = self._tree(dt)
        names = results.chosen_names(tree, kwargs.get("var_names"))
        return az.plot_trace_dist(tree, **{**kwargs, "var_names": names})

    def plot_predictive(self, **kwargs: Any) -> Any:
        return plotting.plot_predictive(self, **kwargs)

    def plot_quantile_probability(self, cond: str, **kwargs: Any) -> Any:
        return plotting.plot_quantile_probability(self, cond, **kwargs)

    def graph(
        self,
        formatting: str = "plain",
        name: str | None = None,
        figsize: Any = None,
        dpi: int = 300,
        fmt: str = "png",
    ) -> Any:
        """The model's structure as a ``graphviz.Digraph``; written to ``<name>.<fmt>`` if a name is given."""
        return draw_graph(self.pymc_model, formatting, name, figsize, dpi, fmt)

    # ------------------------------------------------------------------ for experts

    def compile_logp(
        self, keep_transformed: bool = False, vars: Any = None, jacobian: bool = True, sum: bool = True
    ) -> Any:
        """A function from a dict of unconstrained values to the model's log density."""
        function = self.pymc_model.compile_logp(vars=vars, jacobian=jacobian, sum=sum)
        if keep_transformed:
            return function
        return lambda values: function(value_point(self.pymc_model, values))

    def initial_point(self, transformed: bool = False) -> dict[str, np.ndarray]:
        """The model's starting point: free variables, or their unconstrained values by PyMC's names."""
        return value_point(self.pymc_model, self.initvals) if transformed else self.initvals
