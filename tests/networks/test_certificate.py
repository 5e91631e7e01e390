"""Certificates: zero for the truth, the planted error for a network with one; and shipped networks keep theirs."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from hssm.models.registry import get_model
from hssm.networks import certificate, load
from hssm.networks.certificate import certify, density_figures
from hssm.networks.domain import training_box
from hssm.networks.network import shipped
from hssm.networks.reference import Exact
from hssm.networks.rows import draw_vectors, spaced_times

LIMITS = {"ddm": 0.010, "angle": 0.010, "ddm_sdv": 0.015, "weibull": 3e-4, "gamma_drift": 1e-3, "ornstein": 0.015}
OTHERS, MASS, DIVERGENCE = 0.025, 0.005, 0.002
N_VECTORS = 40
AGAIN = 2.0
"""Means over a tenth of the vectors may be twice the certificate's by chance."""

SOLVED, FEWER, AGAIN_OF_FEWER = ("weibull", "ornstein", "gamma_drift", "levy"), 10, 3.0
"""Where every vector has to be solved for: fewer vectors, more chance."""


class Planted:
    """Answers like the exact ddm, plus a constant."""

    def __init__(self, shift):
        self.shift = shift

    def __call__(self, rows):
        from hssm import log_density

        rows = np.asarray(rows, dtype=float)
        theta = dict(zip(("v", "a", "z", "t"), rows.T[:4], strict=True))
        found = np.maximum(log_density("ddm", {"rt": rows[:, 4], "response": rows[:, 5]}, theta), -1e3)
        return found[:, None] + self.shift


@pytest.mark.parametrize("shift", [0.0, 0.02])
def test_figures_find_the_planted_error(shift) -> None:
    spec, rng = get_model("ddm"), np.random.default_rng(1)
    theta = draw_vectors(rng, training_box(spec), 20)
    table = Exact(spec).table(theta, *spaced_times(rng, 20, 200))
    figures, per_vector = density_figures(Planted(shift), spec, theta, table)
    for name in ("mean_abs_error", "p95_abs_error", "max_abs_error"):
        assert figures[name] == pytest.approx(shift, abs=1e-3)
    assert figures["mass_error"] == pytest.approx(np.expm1(shift), abs=1e-4)
    assert figures["tv_median"] == pytest.approx(0.5 * np.expm1(shift), abs=1e-4)
    assert figures["kl"] == pytest.approx(0.0, abs=1e-4)
    assert per_vector.shape == (20,)


@pytest.mark.parametrize("name", shipped())
def test_shipped_networks_keep_their_certificates(name, monkeypatch) -> None:
    monkeypatch.setattr(certificate, "N_GRADIENT_VECTORS", 2)
    network = load(name)
    judged = network.certificate
    assert judged["mean_abs_error"] <= LIMITS.get(name, OTHERS)
    assert judged["mass_error"] <= MASS
    assert judged["kl"] <= DIVERGENCE
    assert judged["domain"] == {key: list(pair) for key, pair in network.domain.items()}
    n_vectors, again_at_most = (FEWER, AGAIN_OF_FEWER) if network.model in SOLVED else (N_VECTORS, AGAIN)
    again = certify(network, n_vectors=n_vectors, seed=11)
    assert again["mean_abs_error"] <= again_at_most * judged["mean_abs_error"] + 1e-4
    assert again["mass_error"] <= again_at_most * judged["mass_error"] + 1e-4


@pytest.mark.parametrize("name", shipped())
def test_shipped_networks_run_in_onnxruntime(name) -> None:
    network = load(name)
    rng = np.random.default_rng(1)
    columns = [rng.uniform(low, high, 300) for low, high in network.domain.values()]
    if network.kind != "cpn":
        columns.append(rng.uniform(0.0, 5.0, 300))
    if network.kind == "lan":
        columns.append(rng.choice(network.choices, 300))
    rows = np.stack(columns, axis=1).astype(np.float32)
    session = onnxruntime.InferenceSession(network.path)
    found = session.run(None, {session.get_inputs()[0].name: rows})[0]
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found, network(rows), rtol=1e-4, atol=1e-3)


def test_what_ships_is_small() -> None:
    assets = Path(load("ddm").path).parent
    assert sum(path.stat().st_size for path in assets.iterdir()) < 8e6
