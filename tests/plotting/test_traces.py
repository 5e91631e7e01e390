"""Trace plots as files, and which variables get a row."""

import arviz as az
import numpy as np
import xarray as xr
from matplotlib import pyplot as plt

from hssm.plotting.traces import MOST_ROWS, save_figure, save_traces, trace_names


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
        return az.plot_trace_dist(self.traces, **kwargs)


def test_figures_become_files_and_are_closed(tmp_path) -> None:
    open_before = plt.get_fignums()
    save_traces(Sampled(), tmp_path / "trace.png")
    _, ax = plt.subplots()
    save_figure(ax, tmp_path / "plot.png")
    for name in ("trace.png", "plot.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")
    assert plt.get_fignums() == open_before
