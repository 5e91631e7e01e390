"""Does the method find the truth? Parameter recovery, simulation-based calibration, and planning of experiments."""

from __future__ import annotations

from typing import Any

from hssm.recovery.planning import Plan, run_plan
from hssm.recovery.results import Calibration, Recovery
from hssm.recovery.study import make_study, run_study
from hssm.seeds import one_seed

__all__ = ["Calibration", "Plan", "Recovery", "parameter_recovery", "plan", "sbc"]


def parameter_recovery(  # noqa: PLR0913  (public, documented as one table of options)
    model: str,
    n_datasets: int = 50,
    n_trials: int = 500,
    n_participants: int = 1,
    *,
    theta: Any = None,
    include: Any = None,
    p_outlier: Any = 0,
    hssm_kwargs: Any = None,
    sample_kwargs: Any = None,
    executor: Any = None,
    out: Any = None,
    random_state: Any = None,
    design: Any = None,
    progressbar: bool = True,
    random_seed: Any = None,
) -> Recovery:
    """Simulate data sets with known parameters, fit each, and compare.

    Parameters
    ----------
    model : str
        A name of :func:`hssm.list_models`.
    n_datasets : int
    n_trials : int
        Per participant.
    n_participants : int
        With more than one and no formulas, every parameter gets ``1 + (1|participant_id)``.
    theta : dict, optional
        True values by name; what is not named is drawn from the prior of the model that is fitted, once per data set.
        Parameters are on their natural scale (a regression's name stands for its intercept); coefficients
        (``v_x``) and group standard deviations (``v_1|participant_id_sigma``) as results report them.
    include, p_outlier
        As in :class:`hssm.HSSM`. Lapses are simulated as they are modelled.
    hssm_kwargs : dict, optional
        Further arguments of :class:`hssm.HSSM`, such as ``deadline=1.5``, ``noncentered``, or shortcuts (``a=1.5``).
    sample_kwargs : dict, optional
        Arguments of ``sample``; ``draws=500, tune=500, chains=2`` unless given. Without ``sampler``, one compiled
        nutpie sampler serves all data sets of a worker; any other sampler, and likelihoods in JAX, compile for each.
    executor : optional
        None for local processes, one per core; a number of them (1: no other process); or an executor with
        ``submit`` as in ``concurrent.futures`` (Dask: ``Client.get_executor()``). Results do not depend on it.
    out : path, optional
        Folder that keeps every finished data set. A rerun with the same settings goes on from there.
    random_state : int or Generator, optional
        ``random_seed`` is accepted as well.
    design : DataFrame or dict, optional
        Covariates: all trials as a frame, or columns by name, as levels that take turns within a participant
        (``{"condition": ["easy", "hard"]}``) or as one value per trial.
    progressbar : bool

    Returns
    -------
    Recovery
        With ``table``, ``summary()``, ``plot()``, ``failures``.

    Raises
    ------
    ValueError
        Settings that contradict each other or the folder ``out``.
    """
    study = make_study(
        "recovery",
        model,
        n_trials,
        n_participants,
        design=design,
        theta=theta,
        include=include,
        p_outlier=p_outlier,
        hssm_kwargs=hssm_kwargs,
        sample_kwargs=sample_kwargs,
    )
    seed = one_seed(random_state, random_seed)
    return Recovery(
        *run_study(study, n_datasets, executor=executor, out=out, random_state=seed, progressbar=progressbar)
    )


def sbc(  # noqa: PLR0913  (public, documented as one table of options)
    model: str,
    n_datasets: int = 200,
    n_trials: int = 100,
    n_participants: int = 1,
    *,
    include: Any = None,
    p_outlier: Any = 0,
    hssm_kwargs: Any = None,
    sample_kwargs: Any = None,
    executor: Any = None,
    out: Any = None,
    random_state: Any = None,
    design: Any = None,
    progressbar: bool = True,
    random_seed: Any = None,
) -> Calibration:
    """Simulation-based calibration: posteriors of data from the prior are where, and as wide as, they should be.

    Every data set is simulated at a draw of the model's own prior. The rank of the true value among independent
    posterior draws is then uniform if density, simulator, prior, transforms and sampler agree (Talts et al., 2018).
    Chains whose effective sample size is below 99 are drawn again, twice as long, up to three times; a data set
    whose chains do not mix even then counts as failed. This depends on the data and the sampler's random numbers alone,
    so that the ranks of the others stay uniform; the share of failures says how much of the prior the evidence covers.

    Parameters
    ----------
    model, n_datasets, n_trials, n_participants, include, p_outlier, hssm_kwargs, sample_kwargs
        As in :func:`parameter_recovery`, with fewer trials: a small data set tests more of the posterior.
    executor, out, random_state, design, progressbar
        As in :func:`parameter_recovery`.

    Returns
    -------
    Calibration
        With ``ranks``, ``table`` (p-values, largest ECDF deviations), ``plot()``, ``estimates``, ``summary()``.
    """
    study = make_study(
        "sbc",
        model,
        n_trials,
        n_participants,
        design=design,
        include=include,
        p_outlier=p_outlier,
        hssm_kwargs=hssm_kwargs,
        sample_kwargs=sample_kwargs,
    )
    seed = one_seed(random_state, random_seed)
    return Calibration(
        *run_study(study, n_datasets, executor=executor, out=out, random_state=seed, progressbar=progressbar)
    )


def plan(  # noqa: PLR0913  (public, documented as one table of options)
    model: str,
    include: Any = None,
    n_participants: Any = (20,),
    n_trials: Any = (50, 100, 200),
    *,
    theta: Any = None,
    n_datasets: int = 20,
    design: Any = None,
    p_outlier: Any = 0,
    hssm_kwargs: Any = None,
    sample_kwargs: Any = None,
    executor: Any = None,
    out: Any = None,
    random_state: Any = None,
    progressbar: bool = True,
    random_seed: Any = None,
) -> Plan:
    """Expected posterior sd and power of an experiment, for several numbers of participants and trials.

    A small recovery study of every design. Give the effects that you expect in ``theta``: what it leaves out is drawn
    from the prior, which is wider than most expectations.

    Parameters
    ----------
    model, include
        What will be fitted, as in :class:`hssm.HSSM`.
    n_participants, n_trials : list of int
        Designs: every combination is studied. Trials are per participant.
    theta, design, p_outlier, hssm_kwargs, sample_kwargs, executor, out, random_state, progressbar
        As in :func:`parameter_recovery`. ``design`` is a dict of levels that take turns within a participant.
    n_datasets : int
        Data sets per design: with 20, a power of 0.8 has a standard error of 0.09.

    Returns
    -------
    Plan
        ``table`` has ``n_participants``, ``n_trials``, ``parameter``, ``level``, ``true``, ``posterior_sd``, ``rmse``,
        ``power`` (share of data sets whose 95 % interval does not hold 0), ``power_error``, ``coverage``;
        ``plot(parameter)`` shows it, ``studies`` are the recovery studies.
    """
    settings = {
        "theta": theta,
        "design": design,
        "p_outlier": p_outlier,
        "hssm_kwargs": hssm_kwargs,
        "sample_kwargs": sample_kwargs,
    }
    running = {
        "n_datasets": n_datasets,
        "executor": executor,
        "out": out,
        "random_state": one_seed(random_state, random_seed),
        "progressbar": progressbar,
    }
    return run_plan(model, include, n_participants, n_trials, settings, running)
