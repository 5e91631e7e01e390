"""Layers learn a known function, stop early, repeat with the seed, and say what is missing."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from hssm.networks.perceptron import Examples, cross_entropy, fit, huber_loss, training_stack
from hssm.networks.recipe import as_is, log_sigmoid


def examples(n, seed, probability=False):
    rng = np.random.default_rng(seed)
    features = rng.uniform(-2, 5, (n, 2)).astype(np.float32)
    target = np.sin(features[:, :1]) + 0.5 * features[:, 1:]
    labels = (1 / (1 + np.exp(-target))).astype(np.float32) if probability else target + 3.0
    known = np.full((n, 1), 0.0 if probability else 3.0, np.float32)
    return Examples(features=features, known=known, labels=labels, size=np.ones_like(known))


@pytest.mark.parametrize("probability", [False, True])
def test_learns_what_is_left(probability) -> None:
    loss = cross_entropy(log_sigmoid) if probability else huber_loss(as_is, 0.1)
    told = []
    layers, best = fit(
        examples(20_000, 1, probability),
        examples(2_000, 2, probability),
        loss,
        hidden=(32, 32),
        epochs=25,
        seed=1,
        report=lambda epoch, value: told.append(value),
    )
    test = examples(1_000, 3, probability)
    found = np.asarray(layers(test.features)) + test.known
    error = (1 / (1 + np.exp(-found)) if probability else found) - test.labels
    assert np.abs(error).mean() < 0.02
    assert best == min(told)


def test_equal_seeds_give_equal_layers_and_no_progress_stops() -> None:
    noise = np.random.default_rng(0).normal(size=(2000, 1)).astype(np.float32)
    data = Examples(features=noise, known=0 * noise, labels=noise[::-1].copy(), size=noise**0)
    runs = []
    for _ in range(2):
        told: dict[int, float] = {}
        options = {"hidden": (8,), "epochs": 60, "seed": 4, "report": told.__setitem__}
        layers, _ = fit(data, data_of_noise(), huber_loss(as_is, 0.1), **options)
        runs.append((layers, told))
    np.testing.assert_array_equal(runs[0][0].weights[0], runs[1][0].weights[0])
    losses = list(runs[0][1].values())
    assert len(losses) < 60
    assert len(losses) - 1 - int(np.argmin(losses)) == 15  # a quarter of the epochs


def data_of_noise():
    noise = np.random.default_rng(1).normal(size=(500, 2)).astype(np.float32)
    zeros = np.zeros((500, 1), np.float32)
    return Examples(features=noise[:, :1], known=zeros, labels=noise[:, 1:], size=zeros + 1.0)


def test_layers_answer_in_units_of_the_size() -> None:
    options = {"hidden": (16,), "epochs": 5, "seed": 1}
    layers = []
    for factor in (1.0, 100.0):
        parts = [examples(4_000, 1), examples(500, 2)]
        parts = [replace(each, labels=3.0 + (each.labels - 3.0) / factor, size=each.size / factor) for each in parts]
        layers.append(fit(*parts, huber_loss(as_is, 0.1 / factor), **options)[0](parts[0].features))
    np.testing.assert_allclose(*layers, atol=0.1)


def test_missing_packages_name_the_extra(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "flax.linen", None)
    with pytest.raises(ImportError, match=r"hssm\[train\]"):
        training_stack()
