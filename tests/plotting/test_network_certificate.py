"""The certificate's plot shows every parameter's regions and the mean."""

import shutil

import pytest
from matplotlib import pyplot as plt

from hssm.networks import load
from hssm.plotting import plot_network_certificate


def test_bars_are_the_regions() -> None:
    grid = plot_network_certificate("ddm")
    judged = load("ddm").certificate
    for ax, (name, errors) in zip(grid.axes.flat, judged["regions"].items(), strict=True):
        assert ax.get_xlabel() == name
        assert [bar.get_height() for bar in ax.patches] == pytest.approx(errors)
    plt.close(grid.figure)


def test_without_a_certificate(tmp_path) -> None:
    shutil.copy(load("ddm").path, tmp_path / "ddm.onnx")
    with pytest.raises(ValueError, match=r"ddm\.json.*certify"):
        plot_network_certificate(load(tmp_path / "ddm.onnx"))
