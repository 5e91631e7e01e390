"""What comes out of a model: tables, plots and functions of the model; the verbs that look and do not fit."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from hssm import diagnostics, plotting
from hssm.inference import contrasts, natural, prior_natural, results
from hssm.inference.expert import compile_density, draw_graph, value_point
from hssm.inference.start_table import start_table
from hssm.inference.storage import read_traces
from hssm.model_info import ModelInfo
from hssm.reporting.report import write_report
from hssm.saving import saved
from hssm.seeds import as_generator, one_seed


class ModelOutput(ModelInfo):
    """Verbs that look at a model and its results; :class:`~hssm.hssm.HSSM` adds those that fit and predict."""

    # ------------------------------------------------------------------ looking at it

    def summary(self, dt: xr.DataTree | None = None, **kwargs: Any) -> Any:
        """ArviZ's summary of all variables but offsets, as a DataFrame."""
        import arviz as az

        tree = self._tree(dt)
        return az.summary(
            tree,
            **{**kwargs, "var_names": results.chosen_names(tree, kwargs.get("var_names"), kwargs.get("filter_vars"))},
        )

    def diagnose(self, dt: xr.DataTree | None = None) -> Any:
        """Whether the draws can be trusted, in words and as a table; :func:`hssm.diagnostics.check` of this model."""
        return diagnostics.check(self, dt)

    def contrast_do(self, first: Mapping[str, Any], second: Mapping[str, Any], draws: Any = 200, **options: Any) -> Any:
        """Two interventions compared under the posterior: parameters, choices and times, with intervals.

        Parameters
        ----------
        first, second : dict
            What to set, as in :meth:`sample_do`; ``{}`` leaves everything as it is.
        draws : int
            Posterior draws per chain.
        **options
            ``by`` (columns within whose levels to compare), ``interval`` (0.95), ``dt``, ``random_seed``.

        Returns
        -------
        pandas.DataFrame
            One row per quantity: ``first``, ``second``, ``difference`` (second - first) with ``lower`` and ``upper``,
            and ``p_positive``, the posterior probability that the difference is positive.
        """
        seed = one_seed(options.pop("random_state", None), options.pop("random_seed", None))
        return contrasts.contrast_table(self, first, second, draws, random_seed=seed, **options)

    def plot_trace(self, dt: xr.DataTree | None = None, **kwargs: Any) -> Any:
        """ArviZ's trace plot of all variables but offsets, a colour for each chain; ArviZ's options override ours."""
        from hssm.plotting.traces import trace_plot

        return trace_plot(self._tree(dt), **kwargs)

    def natural_parameters(
        self, by: Any = None, dt: xr.DataTree | None = None, population: str = "median", random_seed: Any = None
    ) -> xr.Dataset:
        """Every parameter on its natural scale, for every combination of some columns of the data.

        Columns that are not named are held: numbers at their mean, categories at their reference level.

        Parameters
        ----------
        by : str, list of str or dict, optional
            Columns that formulas use, or ``{column: values}``. Grouping columns may be among them: then the values are
            those of each member. A number with more than 50 distinct values is evaluated at 50 points of its range.
        dt : DataTree, optional
            Draws to use in place of ``traces``.
        population : {"median", "mean"}
            Members that ``by`` does not name: with zero deviations (the median of the population), or the mean over
            their distribution, which differs where a link bends.
        random_seed : int or Generator, optional
            For means over distributions that are not normal.

        Returns
        -------
        xarray.Dataset
            A variable (chain, draw, *by) per parameter, with ``units``; parameters fixed trial by trial are left out.

        Raises
        ------
        ValueError
            A column or level that is not there, a column that no formula uses, an unknown ``population``.
        """
        posterior = self._tree(dt)["posterior"].to_dataset()
        return natural.natural_parameters(self._built, posterior, by, population, as_generator(random_seed))

    def prior_summary(self, draws: int = 2000, random_seed: Any = None) -> Any:
        """What the prior says about every free parameter on its natural scale, as a DataFrame.

        Mean, standard deviation and the 5, 50 and 95 % quantiles; for regressions with groups of the typical member
        (zero deviation) and of any member, predictors at their mean or reference level.
        """
        return prior_natural.prior_table(prior_natural.natural_prior(self._built, draws, as_generator(random_seed)))

    def find_start(self) -> Any:
        """Where the chains begin (but for their jitter), as a DataFrame; the same in every call.

        Columns ``variable``, ``coordinates``, ``value`` (as sampled) and ``natural`` (on the natural scale): a row per
        number of every free variable, then a row per member and regression, ``value`` on the link scale.
        """
        return start_table(self._built, self.initvals)

    def plot_prior(self, **kwargs: Any) -> Any:
        return plotting.plot_prior(self, **kwargs)

    def plot_predictive(self, **kwargs: Any) -> Any:
        return plotting.plot_predictive(self, **kwargs)

    def plot_quantile_probability(self, cond: str, **kwargs: Any) -> Any:
        return plotting.plot_quantile_probability(self, cond, **kwargs)

    def plot_model_cartoon(self, **kwargs: Any) -> Any:
        return plotting.plot_model_cartoon(self, **kwargs)

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

    def report(self, path: Any, dt: xr.DataTree | None = None, random_state: Any = None) -> Path:
        """Write one self-contained HTML page of model, data, priors, diagnostics, chains, posterior and predictions.

        ``path`` is a file ending in ``.html`` or a folder; returns the path of the page.
        """
        return write_report(self, path, None if dt is None else self._tree(dt), random_state)

    # ------------------------------------------------------------------ keeping it

    def save_model(
        self,
        model_name: str | None = None,
        allow_absolute_base_path: bool = False,
        base_path: Any = "hssm_models",
        save_traces_only: bool = False,
    ) -> Path:
        """Write the model, its data and its draws into the folder ``<base_path>/<model_name>``.

        The specification is JSON, data are parquet, draws netCDF; functions among the arguments, and nothing else,
        are pickled. A process that is killed while it writes leaves an earlier saved model as it was.

        Parameters
        ----------
        model_name : str, optional
            The model's name and the time unless given; spaces become underscores. A saved model of that name is
            replaced.
        allow_absolute_base_path : bool
            Whether ``base_path`` may be absolute.
        base_path : path
        save_traces_only : bool
            Write the draws without the specification and the data.

        Returns
        -------
        pathlib.Path
            The folder.

        Raises
        ------
        ValueError
            An absolute path without permission, a folder that is no saved model, arguments that cannot be saved.
        """
        target = saved.place_for(model_name, self.model_name, base_path, allow_absolute_base_path)
        trees = {name: self._noted[name] for name in saved.TRACES if name in self._noted}
        if save_traces_only and not trees:
            raise ValueError("There are no draws to save yet: call `sample()` or `vi()` first.")
        request = saved.SaveRequest(
            kind=type(self).__name__,
            version=self._attributes["hssm_version"],
            given=None if save_traces_only else self._given,
            used=(*self.response, *self._used_columns),
            trees=trees,
            remarks={"model": self.model_name, "parameterization": self.parameterization},
        )
        return saved.write_model(target, request)

    @classmethod
    def load_model(cls, path: Any, allow_pickle: bool = False) -> Any:
        """The model in a folder of :meth:`save_model` with its draws; the draws alone if nothing else was saved.

        Parameters
        ----------
        path : path
        allow_pickle : bool
            Whether to run the pickled functions of a model whose arguments hold functions.

        Raises
        ------
        FileNotFoundError
            Nothing was saved there.
        ValueError
            Pickled functions without ``allow_pickle``, a damaged folder, or one of HSSM 0.5 or a later version.
        """
        found = saved.read_saved(path, allow_pickle)
        if found.arguments is None:
            return saved.traces_of(found)
        if found.kind != cls.__name__:
            raise ValueError(f"The model in {str(path)!r} is an {found.kind}: call `hssm.{found.kind}.load_model`.")
        constructor: Any = cls
        model = constructor(found.frame, **found.arguments)
        for name, tree in found.trees.items():
            model._noted[name] = read_traces(tree, model.built)
        return model

    @staticmethod
    def load_model_traces(path: Any) -> xr.DataTree:
        """The draws in a folder of :meth:`save_model`, as ``idata_mcmc`` and ``idata_vi`` (those that were saved)."""
        return saved.traces_of(saved.read_saved(path, traces_only=True))

    # ------------------------------------------------------------------ for experts

    def add_likelihood_parameters_to_idata(self, *args: Any, **kwargs: Any) -> Any:
        """Old name of ``add_likelihood_parameters_to_datatree``."""
        new = "add_likelihood_parameters_to_datatree"
        warnings.warn(f"`add_likelihood_parameters_to_idata` is an old name: use `{new}`.", FutureWarning, stacklevel=2)
        return getattr(self, new)(*args, **kwargs)

    def compile_logp(
        self, keep_transformed: bool = False, vars: Any = None, jacobian: bool = True, sum: bool = True
    ) -> Any:
        """A function from a point (a dict by variable, as ``initial_point`` gives it) to the model's log density.

        Parameters
        ----------
        keep_transformed : bool
            Points hold unconstrained values under PyMC's names, as ``initial_point(transformed=True)`` gives them.
        vars : variable or list, optional
            Only the terms of these variables of ``pymc_model``.
        jacobian : bool
            Whether to add the log Jacobians of the transforms.
        sum : bool
            False returns the terms one by one.

        Raises
        ------
        ValueError
            When called: a point that lacks a variable, or has one that the model does not know.
        """
        return compile_density(self.pymc_model, not keep_transformed, vars=vars, jacobian=jacobian, sum=sum)

    def initial_point(self, transformed: bool = False) -> dict[str, np.ndarray]:
        """The model's starting point: free variables, or their unconstrained values by PyMC's names."""
        return value_point(self.pymc_model, self.initvals) if transformed else self.initvals
