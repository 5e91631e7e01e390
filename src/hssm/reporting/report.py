"""``HSSM.report``: everything a reader needs to judge a fit, on one page that needs no network and no other file."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from hssm.bambi_bridge.names import is_natural
from hssm.data.checks import choice_column, time_column
from hssm.diagnostics.checking import Diagnosis, check
from hssm.inference.results import reported_names
from hssm.reporting.page import Section, page

MOST_VARIABLES = 12
"""Variables with pictures of their chains; group effects come after population parameters."""

MOST_ROWS = 300
FILE = "report.html"


def write_report(model: Any, path: Any, dt: xr.DataTree | None = None, random_state: Any = None) -> Path:
    """Write the page and return where it is.

    Parameters
    ----------
    model : HSSM
        A sampled model.
    path : path
        A file ending in ``.html``, or a folder for ``report.html``.
    dt : DataTree, optional
        Draws to use in place of ``traces``.
    random_state : int or Generator, optional
        For predictions that are not in the draws.
    """
    tree = model.traces if dt is None else dt
    target = Path(path)
    target = target if target.suffix.lower() in (".html", ".htm") else target / FILE
    with quiet_figures():
        diagnosis = check(model, tree)
        sections = [
            overview(tree, diagnosis),
            model_section(model),
            data_section(model),
            prior_section(model),
            diagnosis_section(diagnosis),
            chain_section(tree),
            posterior_section(diagnosis, tree),
            prediction_section(model, tree, random_state),
        ]
    attributes = tree.attrs
    footer = f"hssm {attributes.get('hssm_version', '')}, fitted {attributes.get('created_at', 'at an unknown time')}"
    document = page(f"Report of a fit: {model.model_name}", _subtitle(model, tree), sections, footer)
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.writing")
    unfinished.write_text(document, encoding="utf-8")
    os.replace(unfinished, target)
    return target


@contextmanager
def quiet_figures() -> Iterator[None]:
    """Draw without windows, and close every figure that was opened; those of the user stay."""
    from matplotlib import pyplot as plt

    before = set(plt.get_fignums())
    try:
        with plt.ioff(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of ArviZ and Matplotlib, about layouts
            yield
    finally:
        for number in set(plt.get_fignums()) - before:
            plt.close(number)


def _subtitle(model: Any, tree: xr.DataTree) -> str:
    sizes = tree["posterior"].sizes
    sampler = tree.attrs.get("sampler", "unknown sampler")
    return (
        f"{len(model.data)} trials; {sizes['chain']} chains of {sizes['draw']} draws by {sampler}; "
        f"{model.loglik_kind} likelihood"
    )


def overview(tree: xr.DataTree, diagnosis: Diagnosis) -> Section:
    """The verdict, and what was run."""
    section = Section("Overview")
    section.verdict(str(diagnosis).splitlines()[0], is_good=diagnosis.ok)
    wanted = ("model", "loglik_kind", "sampler", "random_seed", "tuning_steps", "sampling_time", "links", "choices")
    known = {name: tree.attrs[name] for name in wanted if tree.attrs.get(name) not in (None, "", "{}", "None")}
    if "sampling_time" in known:
        known["sampling_time"] = f"{float(known['sampling_time']):.1f} s"
    known = {name.replace("_", " "): str(value).strip("{}[]").replace("'", "") for name, value in known.items()}
    section.table(pd.DataFrame({"value": known}).rename_axis("setting"))
    return section


def model_section(model: Any) -> Section:
    """The model in words, as ``print(model)`` shows it."""
    section = Section("Model")
    if model.model_config.description:
        section.text(model.model_config.description)
    if model.model_config.equation:
        section.verbatim(model.model_config.equation)
    section.verbatim(repr(model))
    return section


def data_section(model: Any) -> Section:
    """Counts and reaction times by choice."""
    section = Section("Data")
    frame, labels = model.data, model.built.observations.labels
    choice, time = choice_column(model.response), time_column(model.response)
    table = pd.DataFrame({"trials": frame.groupby(choice).size()})
    table["share"] = table["trials"] / len(frame)
    if time is not None:
        quantiles = frame.groupby(choice)[time].quantile([0.1, 0.5, 0.9]).unstack()  # noqa: PD010
        table["mean rt (s)"] = frame.groupby(choice)[time].mean()
        table[["10 %", "median", "90 %"]] = quantiles.to_numpy()
    table.index = pd.Index([str(labels.get(code, code)) for code in table.index], name="response")
    section.table(table)
    used = [name for name in model.used_columns if name in frame]
    if used:
        section.heading("Covariates")
        section.table(pd.DataFrame([_covariate(frame[name]) for name in used], index=pd.Index(used, name="column")))
    return section


def _covariate(column: pd.Series) -> dict[str, Any]:
    is_number = pd.api.types.is_numeric_dtype(column.dtype)
    levels = [] if is_number and column.nunique() > 12 else sorted(map(str, column.unique()))
    return {
        "kind": "number" if is_number else "levels",
        "distinct": column.nunique(),
        "mean": float(column.mean()) if is_number else np.nan,
        "sd": float(column.std()) if is_number else np.nan,
        "values": ", ".join(levels[:12]) + (" …" if len(levels) > 12 else ""),
    }


def prior_section(model: Any) -> Section:
    """Priors, links and bounds of every parameter as a table."""
    section = Section("Priors")
    rows = {}
    for name, param in model.params.items():
        for term, prior in _terms(model, name, param):
            rows[term] = {
                "prior": prior,
                "link": str(param.link) if param.is_regression else "–",
                "bounds": str(param.bounds),
            }
    section.table(pd.DataFrame.from_dict(rows, orient="index").rename_axis("variable"))
    return section


def _terms(model: Any, name: str, param: Any) -> Iterator[tuple[str, str]]:
    if param.is_fixed:
        value = np.asarray(param.fixed_value)
        yield name, f"fixed at {float(value):g}" if value.ndim == 0 else f"fixed vector of {value.size}"
    elif not param.is_regression:
        yield name, str(param.prior)
    else:
        for term in model.built.predictors[name].terms:
            if term.prior is not None:
                yield term.variable, str(term.prior)


def diagnosis_section(diagnosis: Diagnosis) -> Section:
    """The checks with their limits and advice."""
    section = Section("Diagnostics")
    section.verdict(str(diagnosis).splitlines()[0], is_good=diagnosis.ok)
    section.table(diagnosis.table, marked="status")
    return section


def chain_section(tree: xr.DataTree) -> Section:
    """Pictures of the chains: traces, ranks, autocorrelation, effective samples over draws, energy."""
    import arviz as az

    from hssm.plotting.traces import trace_plot

    section = Section("Chains")
    names = shown_names(tree)
    one = {"var_names": names, "backend": "matplotlib"}
    rows = _n_rows(tree, names)
    tall = {"figure_kwargs": {"figsize": (9.0, 1.0 + 1.5 * len(names)), "layout": "constrained"}}
    wide = {"col_wrap": 4, "figure_kwargs": {"figsize": (11.0, 0.6 + 2.4 * -(-rows // 4)), "layout": "constrained"}}
    pictures: list[tuple[str, Callable[[], Any]]] = [
        (
            "Traces: densities and draws of every chain, a colour each; divergences marked",
            lambda: trace_plot(tree, **one, **tall),
        ),
        ("Autocorrelation of the draws", lambda: az.plot_autocorr(tree, **one, **wide)),
        (
            "Effective sample size as draws accumulate: bulk (blue) and tail (orange)",
            lambda: az.plot_ess_evolution(tree, **one, **wide),
        ),
    ]
    if tree["posterior"].sizes["chain"] > 1:
        words = (
            "Ranks of each chain's draws among all, against uniform ranks; lines near zero mean that the chains agree"
        )
        pictures.insert(1, (words, lambda: az.plot_rank(tree, **one, **wide)))
    if "sample_stats" in tree.children and "energy" in tree["sample_stats"]:
        words = "Energy: its marginal distribution and its changes between draws should be alike"
        pictures.append((words, lambda: energy_plot(tree)))
    for caption, draw in pictures:
        section.figure(draw().viz["figure"].item(), caption)
    return section


def energy_plot(tree: xr.DataTree) -> Any:
    """ArviZ's plot; chains are counted in whole numbers."""
    import arviz as az
    from matplotlib.ticker import MaxNLocator

    plots = az.plot_energy(tree, backend="matplotlib")
    for ax in plots.viz["figure"].item().axes:
        if ax.get_ylabel() == "Chain":
            ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    return plots


def shown_names(tree: xr.DataTree) -> list[str]:
    """Variables whose chains are shown: those of the population before those of single members."""
    posterior = tree["posterior"].to_dataset()
    names = [name for name in reported_names(tree) if not is_natural(name)]
    population = [n for n in names if not any(str(d).endswith("__factor_dim") for d in posterior[n].dims)]
    return (population or names)[:MOST_VARIABLES]


def _n_rows(tree: xr.DataTree, names: list[str]) -> int:
    posterior = tree["posterior"].to_dataset()
    sample = posterior.sizes["chain"] * posterior.sizes["draw"]
    return sum(posterior[name].size // sample for name in names)


def posterior_section(diagnosis: Diagnosis, tree: xr.DataTree) -> Section:
    """The table of every number in the posterior."""
    section = Section("Posterior")
    table = posterior_table(diagnosis, tree)
    if len(table) > MOST_ROWS:
        section.text(f"The first {MOST_ROWS} of {len(table)} numbers; model.summary() has them all.")
    section.table(table.head(MOST_ROWS))
    return section


def posterior_table(diagnosis: Diagnosis, tree: xr.DataTree) -> pd.DataFrame:
    """Mean, sd, central 95 % interval, R-hat and effective samples of every number."""
    posterior = tree["posterior"].to_dataset()[reported_names(tree)]
    quantiles = []
    for values in posterior.data_vars.values():
        array = values.transpose("chain", "draw", ...).to_numpy()
        flat = array.reshape(array.shape[0] * array.shape[1], -1)
        quantiles.append(np.quantile(flat, [0.025, 0.975], axis=0))
    low, high = np.concatenate(quantiles, axis=1)
    table = diagnosis.variables.copy()
    table.insert(2, "2.5 %", low)
    table.insert(3, "97.5 %", high)
    return table


def prediction_section(model: Any, tree: xr.DataTree, random_state: Any) -> Section:
    """Posterior predictive checks, and the process that was found."""
    from hssm import plotting
    from hssm.plotting.processes import process_of

    section = Section("Predictions")
    if model.model_config.simulator is None:
        section.text("The model has no simulator, so it cannot predict responses.")
        return section
    options = {"dt": tree, "random_state": random_state}
    section.figure(plotting.plot_predictive(model, **options).figure, "Predicted and observed responses, all trials")
    try:
        process_of(model.model_config)
    except ValueError:
        return section
    drawn = plotting.plot_model_cartoon(model, n_trajectories=5, **options)
    section.figure(
        drawn.figure, "The process: boundaries, drift, starting point and non-decision time, means over trials"
    )
    return section
