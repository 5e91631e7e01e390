"""What a model is and what was found with it: the names under which both can be inspected."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import xarray as xr

from hssm.construct import Construction, likelihood_of, prepare_new_data
from hssm.description import describe_model
from hssm.inference import aliases
from hssm.inference.storage import read_traces, require_tree
from hssm.parameters.formula import formula_names
from hssm.saving.arguments import Given


class ModelInfo:
    """View of a :class:`~hssm.construct.Construction` and of the results so far; the base of every model class."""

    _construction: Construction
    _given: Given
    _noted: dict[str, Any]

    @property
    def _built(self) -> Any:
        return self._construction.built

    @property
    def built(self) -> Any:
        """The built model as every stage after it takes it (:class:`~hssm.spec.BuiltModel`)."""
        return self._construction.built

    @property
    def construction(self) -> Construction:
        """Everything that was made on the way to the built model (:class:`~hssm.construct.Construction`)."""
        return self._construction

    @property
    def given(self) -> Given:
        """The frame and the arguments from which the model was built, as they were given."""
        return self._given

    @property
    def has_traces(self) -> bool:
        """Whether ``traces`` can be asked for."""
        return "traces" in self._noted

    def prepare_data(self, data: Any, with_response: bool = False, without_groups: bool = False) -> Any:
        """New data, checked and coded as those of the fit.

        ``with_response`` if they must hold responses, ``without_groups`` if they need not tell groups apart.
        """
        return prepare_new_data(
            self._construction, data, self._used_columns, with_response=with_response, without_groups=without_groups
        )

    def likelihood_for(self, frame: Any) -> Any:
        """The likelihood of prepared new data: they may have outcomes that the data of the fit have not."""
        return likelihood_of(self._construction, frame)

    @property
    def data(self) -> Any:
        """A validated copy of the data, rows in the given order, responses in model codes."""
        return self._construction.observations.frame.copy()

    @property
    def model_name(self) -> str:
        return self._construction.model.spec.name

    @property
    def model_config(self) -> Any:
        """The model as data: parameters, choices, likelihoods, simulator."""
        return self._construction.model.spec

    @property
    def loglik_kind(self) -> str:
        return self._construction.model.likelihood.kind

    @property
    def loglik(self) -> Any:
        return self._construction.model.likelihood.source

    @property
    def choices(self) -> list[int]:
        return list(self._construction.model.spec.choices)

    @property
    def n_choices(self) -> int:
        return len(self.choices)

    @property
    def response(self) -> list[str]:
        return list(self._construction.observations.response)

    @property
    def response_str(self) -> str:
        return self._construction.observations.response_str

    @property
    def response_c(self) -> str:
        return f"c({', '.join(self.response)})"

    @property
    def extra_fields(self) -> list[str]:
        return list(self._construction.model.likelihood.covariates)

    @property
    def is_choice_only(self) -> bool:
        return self._construction.model.spec.is_choice_only

    @property
    def missing_data(self) -> bool:
        """Whether rows may have no rt."""
        return self._construction.observations.recording.missing is not None

    @property
    def deadline(self) -> bool:
        """Whether trials have a deadline; its column is ``deadline_name``."""
        return self.deadline_name is not None

    @property
    def deadline_name(self) -> str | None:
        return self._construction.observations.recording.deadline

    @property
    def nogo(self) -> Any:
        """The choice that is expressed by withholding the response, as the user labels it; None without one."""
        code = self._construction.observations.recording.nogo
        return None if code is None else self._construction.observations.labels.get(code, code)

    @property
    def list_params(self) -> list[str]:
        """Parameter names in model order, ``p_outlier`` last if a lapse is active."""
        return list(self._construction.params)

    @property
    def params(self) -> Mapping[str, Any]:
        """Every parameter as it was resolved: prior, formula, link, bounds."""
        return MappingProxyType(dict(self._construction.params))

    @property
    def p_outlier(self) -> Any:
        """The lapse probability: a number, a prior, or None without a lapse."""
        param = self._construction.params.get("p_outlier")
        if param is None:
            return None
        return param.fixed_value if param.is_fixed else param.prior

    @property
    def lapse(self) -> Any:
        return self._construction.lapse

    @property
    def pymc_model(self) -> Any:
        return self._built.pymc_model

    @property
    def model(self) -> Any:
        """Bambi's description of the model (formulas, terms, priors)."""
        return self._built.bambi_model

    @property
    def family(self) -> Any:
        return self._built.bambi_model.family

    @property
    def formula(self) -> Any:
        return self._built.bambi_model.formula

    @property
    def model_distribution(self) -> Any:
        return self._built.distribution

    @property
    def initvals(self) -> dict[str, np.ndarray]:
        """Starting value of every free variable."""
        return {name: np.array(value) for name, value in self._construction.initvals.items()}

    @property
    def parameterization(self) -> dict[str, str]:
        """Group-specific term to ``"centered"`` or ``"noncentered"``."""
        return dict(self._built.parameterization)

    def __repr__(self) -> str:
        return describe_model(self._construction)

    @property
    def used_columns(self) -> tuple[str, ...]:
        """Columns of the data that formulas and the likelihood use, besides the responses."""
        return self._used_columns

    @cached_property
    def _used_columns(self) -> tuple[str, ...]:
        names = [n for p in self.params.values() if p.formula for n in sorted(formula_names(p.formula, p.name))]
        return tuple(dict.fromkeys((*names, *self.extra_fields)))

    @property
    def _attributes(self) -> dict[str, Any]:
        from hssm import __version__

        return {"hssm_version": __version__, "model": self.model_name, "loglik_kind": self.loglik_kind}

    # ------------------------------------------------------------------ what was found

    def _found(self, key: str, method: str) -> Any:
        if key not in self._noted:
            raise ValueError(f"There is no `{key}` yet: call `{method}()` first.")
        return self._noted[key]

    @property
    def traces(self) -> xr.DataTree:
        return self._found("traces", "sample")

    @property
    def vi_idata(self) -> xr.DataTree:
        return self._found("vi_idata", "vi")

    @property
    def vi_approx(self) -> Any:
        return self._found("vi_approx", "vi")

    @property
    def map(self) -> dict[str, np.ndarray]:
        return self._found("map", "find_MAP")

    def _tree(self, dt: xr.DataTree | None) -> xr.DataTree:
        return self.traces if dt is None else require_tree(dt)

    def _store_traces(self, tree: xr.DataTree) -> None:
        if "traces" in self._noted:
            warnings.warn("The traces of the last fit are replaced.", UserWarning, stacklevel=3)
        aliases.rename(tree, self._aliases)
        self._noted["traces"] = tree
        self._join_prior()

    def _join_prior(self) -> None:
        if "traces" in self._noted and "prior_tree" in self._noted:
            for group in ("prior", "prior_predictive"):
                self._noted["traces"][group] = self._noted["prior_tree"][group].copy()

    @property
    def _aliases(self) -> dict[str, str]:
        return self._noted.get("aliases", {})

    def set_alias(self, names: Mapping[str, str]) -> None:
        """Rename variables in results: those that are here and those to come.

        ``names`` maps variables to their new names and replaces earlier aliases; ``{}`` takes them all back.
        """
        self._noted["aliases"] = aliases.check_aliases(self._built, names)
        for key in ("traces", "vi_idata", "prior_tree"):
            if key in self._noted:
                aliases.rename(self._noted[key], self._aliases)

    def restore_traces(self, traces: Any) -> None:
        """Take traces of an earlier fit of this model: a DataTree or the path of a netCDF file."""
        self._noted["traces"] = read_traces(traces, self._built)

    def restore_vi_traces(self, traces: Any) -> None:
        """Take draws of an earlier variational fit: a DataTree, an approximation or the path of a netCDF file."""
        if hasattr(traces, "sample") and not isinstance(traces, xr.DataTree):
            self._noted["vi_approx"] = traces
        else:
            self._noted["vi_idata"] = read_traces(traces, self._built)
