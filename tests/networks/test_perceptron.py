"""Layers learn a known function, stop early, repeat with the seed, and say what is missing."""

import sys

import numpy as np
import pytest

from hssm.networks.perceptron import Examples, cross_entropy, fit, huber_loss, training_stack
from hssm.networks.recipe import as_is, log_sigmoid


def examples(n, seed, probability=False):
    rng = np.random.default_rng(seed)
    features = rng.uniform(-2, 5, (n, 2)).astype(np.float32)
    target = np.sin(features[:, :1]) + 0.5 * features[:, 1:]
    labels = (1 / (1 + np.exp(-target))).astype(np.float32) if probability else target + 3.0
    return Examples(features=features, known=np.full((n, 1), 0.0 if probability else 3.0, np.float32), labels=labels)


@pytest.mark.parametrize("probability", [False, True])
def test_learns_what_is_left(probability) -> None:
    loss = cross_entropy(log_sigmoid) if probability else huber_loss(as_is)
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
    data = Examples(features=noise, known=0 * noise, labels=noise[::-1].copy())
    runs = []
    for _ in range(2):
        told: dict[int, float] = {}
        options = {"hidden": (8,), "epochs": 60, "seed": 4, "report": told.__setitem__}
        layers, _ = fit(data, data_of_noise(), huber_loss(as_is), **options)
        runs.append((layers, told))
    np.testing.assert_array_equal(runs[0][0].weights[0], runs[1][0].weights[0])
    assert len(runs[0][1]) < 60


def data_of_noise():
    noise = np.random.default_rng(1).normal(size=(500, 2)).astype(np.float32)
    return Examples(features=noise[:, :1], known=np.zeros((500, 1), np.float32), labels=noise[:, 1:])


def test_missing_packages_name_the_extra(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "flax.linen", None)
    with pytest.raises(ImportError, match=r"hssm\[train\]"):
        training_stack()
