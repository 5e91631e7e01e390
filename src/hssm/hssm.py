"""HSSM: one model of one data set. The constructor runs the stages of the package; methods are thin verbs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from hssm.construct import construct
from hssm.inference import aliases, intervention, point, predictive, variational
from hssm.inference.log_likelihood import pointwise_log_likelihood
from hssm.inference.prior import prior_predictive_tree
from hssm.inference.results import root_attributes
from hssm.inference.sample import SampleRequest, assemble_tree, diagnose, resolve_start, run
from hssm.inference.samplers import choose_sampler
from hssm.model_output import ModelOutput
from hssm.saving.arguments import snapshot
from hssm.seeds import as_generator, one_seed

_log = logging.getLogger(__name__)


class HSSM(ModelOutput):
    """A hierarchical Bayesian sequential sampling model.

    Construction validates every argument, builds the model, and changes nothing that it is given.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per trial: ``rt`` in seconds, ``response`` in the model's codes (or map labels with ``choices``),
        and the columns that formulas use.
    model : str or ModelSpec
        A name of :func:`hssm.list_models`, a model of :func:`hssm.diffusion_model`, or a new name together with
        ``loglik``, ``loglik_kind``, ``model_config``.
    choices : list or dict, optional
        Labels in the order of the model's codes, or ``{label: code}``.
    include : list of dict or Param, optional
        Specification of single parameters: ``{"name": "v", "formula": "v ~ 1 + x + (1|participant_id)"}``.
    model_config : ModelConfig or dict, optional
        Changes to a built-in model, or the description of a new one.
    loglik, loglik_kind : optional
        A likelihood of your own; ``"analytical"``, ``"approx_differentiable"`` or ``"blackbox"``.
    p_outlier : float, prior or dict, default 0.05
        Probability of a lapse; None or 0 for none.
    lapse : prior, optional
        Density of rt in a lapse; Uniform(0, 20) unless given.
    global_formula : str, optional
        Right-hand side for every parameter without a specification of its own.
    link_settings : {None, "identity", "log_logit"}
        None: links by bounds for regressions without coefficient priors.
    prior_settings : {"safe", None}
        None: Bambi's automatic priors.
    extra_namespace : dict, optional
        Functions and values for formulas.
    missing_data : bool or number, default False
        True allows trials without rt (NaN or -999); a number is the code of a missing rt.
    deadline : bool, str or number, default False
        Time in seconds after which a response was not recorded: True for the column ``deadline``, another column, or
        one number for all trials. Trials without rt are omissions.
    loglik_missing_data : callable, optional
        Your own log probability of an omission (or of a choice without rt): a JAX function of one trial.
    process_initvals : bool, default True
        Data-driven starting values.
    initval_jitter : float, default 0.01
        Half-width of the uniform jitter between chains' starting values.
    noncentered : {"auto", True, False} or dict
        Parameterisation of group-specific terms.
    nogo : label, optional
        The choice that is expressed by withholding the response.
    censored : bool or str, optional
        Column that says whether rt is known only to lie below ("left") or above ("right") the number in it.
    truncation : (low, high), optional
        Only trials with an rt in this window, in seconds, were recorded; None for an open end.
    **kwargs
        Shortcuts by parameter name (``a=1.5``, ``t={"name": "HalfNormal", "sigma": 0.3}``) and Bambi's
        ``categorical``, ``potentials``, ``dropna``, ``auto_scale``, ``center_predictors``.

    Examples
    --------
    >>> data = hssm.simulate_data("ddm", {"v": 0.5, "a": 1.5, "z": 0.5, "t": 0.3}, size=500, random_state=1)
    >>> model = hssm.HSSM(data)
    >>> traces = model.sample(random_seed=1)
    """

    def __init__(  # noqa: PLR0913, PLR0917  (the public constructor)
        self,
        data: Any,
        model: Any = "ddm",
        choices: Any = None,
        include: Any = None,
        model_config: Any = None,
        loglik: Any = None,
        loglik_kind: str | None = None,
        p_outlier: Any = 0.05,
        lapse: Any = None,
        global_formula: str | None = None,
        link_settings: str | None = None,
        prior_settings: str | None = "safe",
        extra_namespace: dict[str, Any] | None = None,
        missing_data: Any = False,
        deadline: Any = False,
        loglik_missing_data: Any = None,
        process_initvals: bool = True,
        initval_jitter: float = 0.01,
        *,
        noncentered: Any = "auto",
        nogo: Any = None,
        censored: Any = None,
        truncation: Any = None,
        **kwargs: Any,
    ) -> None:
        arguments = {
            key: value for key, value in locals().items() if key not in ("self", "data", "kwargs", "__class__")
        }
        self._given = snapshot(data, {**arguments, **kwargs})
        self._construction = construct(data, {**arguments, "keywords": kwargs})
        self._jitter = initval_jitter
        self._noted: dict[str, Any] = {}

    # ------------------------------------------------------------------ fitting

    def sample(
        self,
        sampler: str | None = None,
        init: str | None = None,
        initvals: Any = None,
        include_response_params: bool = False,
        **kwargs: Any,
    ) -> xr.DataTree:
        """Draw from the posterior.

        Parameters
        ----------
        sampler : {"pymc", "numpyro", "nutpie", "blackjax", "laplace"}, optional
            None or "auto" takes the fastest measured route for the likelihood.
        init : str, optional
            As in ``pymc.sample``; ``"adapt_diag"`` unless given.
        initvals : dict or "map", optional
            Starting values by variable name (see ``initvals``), or the posterior mode.
        include_response_params : bool
            Also store trial-wise natural-scale parameters.
        **kwargs
            ``draws=1000, tune=1000, chains=4, cores, random_seed, target_accept, progressbar, step,
            idata_kwargs, nuts, compile_kwargs, mp_ctx, chain_method``.

        Returns
        -------
        xarray.DataTree
            Also stored as ``traces``.
        """
        kwargs["random_seed"] = one_seed(kwargs.pop("random_state", None), kwargs.pop("random_seed", None))
        seed = kwargs.pop("random_seed")
        chosen = choose_sampler(sampler, self._built, kwargs.get("step"))
        _log.info("sampler: %s", chosen.name)
        request = SampleRequest(
            sampler=chosen,
            start=resolve_start(self._built, initvals, self.initvals),
            jitter=self._jitter,
            random_seed=seed,
            log_likelihood=(kwargs.pop("idata_kwargs", None) or {}).get("log_likelihood"),
            used_columns=self._used_columns,
            attributes=self._attributes | {"sampler": chosen.name, "random_seed": seed},
            options={**kwargs, "init": init},
        )
        tree = run(self._built, request)
        if include_response_params:
            predictive.add_parameters(self._built, tree)
        self._store_traces(tree)
        diagnose(tree, self._built)
        return tree

    def find_MAP(self, **kwargs: Any) -> dict[str, np.ndarray]:  # noqa: N802  (PyMC's name)
        """Values at the posterior mode; stored as ``map``."""
        mode = point.find_mode(self._built, self.initvals, **kwargs)
        self._noted["map"] = point.as_reported(self._built, mode)
        return self._noted["map"]

    def vi(
        self,
        method: str = "advi",
        niter: int = 10000,
        draws: int = 1000,
        return_idata: bool = True,
        ignore_mcmc_start_point_defaults: bool = False,
        random_seed: Any = None,
        **vi_kwargs: Any,
    ) -> Any:
        """Variational fit: ``advi``, ``fullrank_advi``, ``svgd`` or ``asvgd``.

        Returns a DataTree with one chain (stored as ``vi_idata``), or the approximation (``vi_approx``).
        """
        seed = one_seed(vi_kwargs.pop("random_state", None), random_seed)
        variational.require_count("draws", draws)
        start = None if ignore_mcmc_start_point_defaults else self.initvals
        approximation = variational.fit_variational(self._built, method, niter, start, random_seed=seed, **vi_kwargs)
        self._noted["vi_approx"] = approximation
        raw = variational.draw_variational(self._built, approximation, draws, seed)
        attributes = self._attributes | {"sampler": "vi", "method": method, "random_seed": seed}
        tree = assemble_tree(self._built, raw["posterior"].to_dataset(), self._used_columns, attributes)
        tree["sample_stats"] = raw["sample_stats"].copy()
        self._noted["vi_idata"] = tree
        aliases.rename(self._noted["vi_idata"], self._aliases)
        return self._noted["vi_idata"] if return_idata else approximation

    # ------------------------------------------------------------------ after the fit

    def log_likelihood(
        self,
        dt: xr.DataTree | None = None,
        data: Any = None,
        inplace: bool = True,
        keep_likelihood_params: bool = False,
    ) -> xr.DataTree | None:
        """Add the group ``log_likelihood`` (chain, draw, __obs__), in row order."""
        tree = self._tree(dt)
        target = tree if inplace else tree.copy()
        frame = None if data is None else self.prepare_data(data, with_response=True)
        likelihood = None if frame is None else self.likelihood_for(frame)
        dataset = pointwise_log_likelihood(self._built, tree["posterior"].to_dataset(), frame, likelihood=likelihood)
        target["log_likelihood"] = xr.DataTree(dataset)
        if keep_likelihood_params:
            predictive.add_parameters(self._built, target)
        return None if inplace else target

    def add_likelihood_parameters_to_datatree(self, dt: xr.DataTree | None = None, inplace: bool = False) -> Any:
        """Add trial-wise natural-scale parameters (chain, draw, __obs__) to ``posterior``."""
        tree = self._tree(dt)
        target = tree if inplace else tree.copy()
        predictive.add_parameters(self._built, target)
        return target

    def sample_posterior_predictive(  # noqa: PLR0913  (public, documented as one table of options)
        self,
        dt: xr.DataTree | None = None,
        data: Any = None,
        inplace: bool = True,
        include_group_specific: bool = True,
        kind: str = "response",
        draws: Any = None,
        safe_mode: bool = True,
        *,
        random_seed: Any = None,
        sample_new_groups: bool = False,
        random_state: Any = None,
    ) -> xr.DataTree | None:
        """Predict responses (group ``posterior_predictive``) or trial-wise parameters.

        Parameters
        ----------
        dt : DataTree, optional
            Draws to predict from; ``traces`` unless given.
        data : DataFrame, optional
            New covariates, any number of rows; no rt needed.
        inplace : bool
            True adds to the tree and returns None; False returns a copy with the prediction. Trial-wise parameters
            replace those that the posterior has; they need all draws to stand beside the others.
        include_group_specific : bool
            False predicts for a typical member: zero deviations, or a free group mean. ``data`` need no columns then
            that only tell groups apart.
        kind : {"response", "response_params"}
        draws : int, float or sequence, optional
            That many draws per chain at random, a proportion, or draw positions.
        safe_mode : bool
            Kept for compatibility: memory is always bounded by predicting in chunks.
        random_seed : int or Generator, optional
        sample_new_groups : bool
            Draw effects of unseen groups from their group distribution.
        """
        request = predictive.PredictionRequest(
            kind=kind,
            draws=draws,
            frame=None if data is None else self.prepare_data(data, without_groups=not include_group_specific),
            include_groups=include_group_specific,
            sample_new_groups=sample_new_groups,
        )
        rng = as_generator(one_seed(random_state, random_seed))
        target = predictive.add_prediction(self._built, self._tree(dt), request, rng, inplace)
        return None if inplace else target

    def sample_prior_predictive(
        self,
        draws: int = 500,
        var_names: Any = None,
        omit_offsets: bool = True,
        random_seed: Any = None,
        random_state: Any = None,
    ) -> xr.DataTree:
        """Draws of the prior and the responses they predict; joined to ``traces`` once sampled."""
        seed = one_seed(random_state, random_seed)
        tree = prior_predictive_tree(self._built, draws, as_generator(seed), var_names, omit_offsets)
        tree.attrs = root_attributes(self._built, **self._attributes, random_seed=seed)
        aliases.rename(tree, self._aliases)
        self._noted["prior_tree"] = tree
        self._join_prior()
        return tree

    def sample_do(
        self,
        params: Mapping[str, Any],
        draws: Any = 100,
        return_model: bool = False,
        *,
        source: str = "prior",
        dt: xr.DataTree | None = None,
        random_seed: Any = None,
        random_state: Any = None,
    ) -> Any:
        """Predict under an intervention: variables of the model, or columns of the data, are set from outside.

        Parameters
        ----------
        params : dict
            Coefficients, simple or trial-wise parameters, or covariates, to their values.
        draws : int
            Number of draws (per chain of the posterior).
        return_model : bool
            Also return the PyMC model in which the variables are set.
        source : {"prior", "posterior"}
            Groups ``prior`` and ``prior_predictive``, or ``posterior`` and ``posterior_predictive``: what is not set
            keeps what was learned from the data.
        dt : DataTree, optional
            Posterior to use in place of ``traces``.
        random_seed : int or Generator, optional

        Raises
        ------
        ValueError
            A name that is neither variable nor covariate, a value of wrong shape, or an unknown level.
        """
        rng = as_generator(one_seed(random_state, random_seed))
        chosen = intervention.read_intervention(self._built, params, self._used_columns)
        if intervention.is_posterior(source, return_model):
            posterior = self._tree(dt)["posterior"].to_dataset()
            return intervention.intervene_on_posterior(self._built, posterior, chosen, draws, rng)
        tree, model = intervention.intervene_on_prior(self._built, chosen, draws, rng)
        return (tree, model) if return_model else tree

    def predict(self, dt: xr.DataTree | None = None, **kwargs: Any) -> xr.DataTree:
        """Bambi's name for :meth:`sample_posterior_predictive`; takes ``idata=`` and returns a new tree."""
        tree = kwargs.pop("idata", dt)
        kwargs.setdefault("kind", "response_params")
        target = self.sample_posterior_predictive(tree, inplace=False, **kwargs)
        return self._tree(tree) if target is None else target
