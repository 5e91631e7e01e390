"""Loading networks: by name, by path, and what is said when there is none."""

import numpy as np
import pytest

import hssm
from hssm.networks import list_networks, load


def test_shipped_by_name_and_by_path() -> None:
    network = load("ddm")
    assert load(network.path).path == load("ddm.onnx").path == network.path
    assert network.parameters == ("v", "a", "z", "t")
    assert network.inputs == ("v", "a", "z", "t", "rt", "response")
    assert network.choices == (-1, 1)
    assert "mean |error|" in repr(network)
    assert hssm.networks.load is load


def test_table() -> None:
    table = list_networks()
    row = table.set_index("name").loc["ddm"]
    assert row["kind"] == "lan"
    assert row["domain"]["z"] == (0.05, 0.95)
    assert row["mean_abs_error"] <= 0.010


def test_faults() -> None:
    with pytest.raises(FileNotFoundError, match="'dmd'.*neither.*shipped.*ddm"):
        load("dmd")
    with pytest.raises(ValueError, match="6 columns.*v, a, z, t, rt, response"):
        load("ddm")(np.zeros((3, 5)))
