"""Trace plots as files, and which variables get a row."""

import numpy as np
import xarray as xr
from matplotlib import pyplot as plt

from hssm.plotting.traces import MOST_ROWS, save_figure, save_traces, trace_names, trace_plot


def posterior(n_members: int) -> xr.Dataset:
    generator = np.random.default_rng(3)
    dims = ("chain", "draw", "participant_id__factor_dim")
    variables = {"v_Intercept": (dims[:2], generator.normal(size=(2, 30)))}
    for i in range(n_members):
        variables[f"x{i}|participant_id"] = (dims, generator.normal(size=(2, 30, 3)))
        variables[f"x{i}|participant_id_sigma"] = (dims[:2], generator.normal(size=(2, 30)))
        variables[f"x{i}|participant_id_offset"] = (dims, generator.normal(size=(2, 30, 3)))
    return xr.Dataset(variables, coords={"chain": [0, 1], "draw": np.arange(30)})


def test_offsets_never_and_members_only_while_there_is_room() -> None:
    assert trace_names(posterior(2)) == [
        "v_Intercept", "x0|participant_id", "x0|participant_id_sigma", "x1|participant_id", "x1|participant_id_sigma",
    ]  # fmt: skip
    many = trace_names(posterior(8))
    assert "x0|participant_id" not in many
    assert len(trace_names(posterior(60))) == MOST_ROWS


class Sampled:
    """What a trace plot asks of a model."""

    traces = xr.DataTree.from_dict({"posterior": posterior(1)})

    def plot_trace(self, **kwargs):
        return trace_plot(self.traces, **kwargs)


def colors(plots) -> set[str]:
    """Colours of all lines of draws."""
    lines = [line for ax in plots.viz["figure"].item().axes for line in ax.get_lines()]
    return {line.get_color() for line in lines if len(line.get_xdata()) == 30}


def test_chains_are_told_apart_by_colour_unless_asked_otherwise() -> None:
    assert len(colors(trace_plot(Sampled.traces))) == 2
    by_variable = trace_plot(Sampled.traces, aes={"color": ["__variable__"]}, var_names=["v_Intercept"])
    assert len(colors(by_variable)) == 1


def test_figures_become_files_and_are_closed(tmp_path) -> None:
    open_before = plt.get_fignums()
    save_traces(Sampled(), tmp_path / "trace.png")
    _, ax = plt.subplots()
    save_figure(ax, tmp_path / "plot.png")
    for name in ("trace.png", "plot.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")
    assert plt.get_fignums() == open_before
