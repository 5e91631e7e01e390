"""Training: a Flax multilayer perceptron on features, with Optax; early stopping on rows it never saw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

BATCH, SMALLEST_BATCH, STEPS_PER_EPOCH = 1024, 64, 100
"""Few rows are taken in smaller batches, so that an epoch still has its steps."""

PEAK_RATE, LAST_RATE = 2e-3, 2e-7
WARM_UP = 0.05
PATIENCE, SHARE_WAITED = 8, 0.25
"""Epochs without progress after which training stops, and their share of all: in a long schedule steps shrink slowly,
and while they are large the loss goes up and down for long.
"""


@dataclass(frozen=True, kw_only=True)
class Examples:
    """Features (n, F) and what is to be learned of them, remainders (n, K) or probabilities; ``known`` (n, K).

    What the layers say of features is multiplied by ``size`` (n, 1).
    """

    features: np.ndarray
    known: np.ndarray
    labels: np.ndarray
    size: np.ndarray

    def at(self, places: np.ndarray) -> Examples:
        """Some of them."""
        return Examples(**{name: part[places] for name, part in vars(self).items()})


@dataclass(frozen=True, kw_only=True)
class Layers:
    """Weights (inputs, outputs) and biases, first layer first; tanh between them."""

    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]

    def __call__(self, features: Any) -> Any:
        import jax.numpy as jnp

        out = features
        for place, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            out = jnp.matmul(out, weight) + bias[None, :]
            out = out if place == len(self.weights) - 1 else jnp.tanh(out)
        return out


def training_stack() -> tuple[Any, Any]:
    """Flax's linen and Optax.

    Raises
    ------
    ImportError
        Naming the extra that brings them.
    """
    try:
        import flax.linen
        import optax
    except ImportError as error:
        raise ImportError(
            f"Training a network needs {error.name!r}, which is not installed. Install the extra: "
            'pip install "hssm[train]".'
        ) from error
    return flax.linen, optax


def huber_loss(finish: Callable[[Any], Any], width: float) -> Callable[[Any, Any], Any]:
    """For labels that are log densities: linear in errors beyond ``width``."""
    _, optax = training_stack()
    return lambda answer, label: optax.huber_loss(finish(answer), label, delta=width).mean()


def cross_entropy(finish: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    """For labels that are probabilities of every outcome (n, K), or of one outcome (n, 1)."""
    import jax.numpy as jnp

    def loss(answer: Any, label: Any) -> Any:
        log_p = finish(answer)
        if label.shape[1] > 1:
            return -(label * log_p).sum(axis=1).mean()
        other = jnp.minimum(-answer, 0.0) - jnp.log1p(jnp.exp(-jnp.abs(answer)))
        return -(label * log_p + (1.0 - label) * other).mean()

    return loss


def fit(
    train: Examples,
    validation: Examples,
    loss: Callable[[Any, Any], Any],
    *,
    hidden: tuple[int, ...],
    epochs: int,
    seed: int,
    report: Callable[[int, float], None] = lambda epoch, value: None,
) -> tuple[Layers, float]:
    """The layers with the smallest loss on the validation rows, and that loss.

    ``report`` is told the number and the validation loss of every finished epoch.
    """
    import jax
    import jax.numpy as jnp

    linen, optax = training_stack()
    mean, sd = train.features.mean(axis=0), train.features.std(axis=0) + 1e-6
    model = linen.Sequential(
        [part for width in hidden for part in (linen.Dense(width), jnp.tanh)]
        + [linen.Dense(train.known.shape[1], kernel_init=linen.initializers.normal(0.01))]
    )
    features = jnp.asarray((train.features - mean) / sd)
    data = (features, *_outside(train))
    held_out = (jnp.asarray((validation.features - mean) / sd), *_outside(validation))
    batch = min(BATCH, max(SMALLEST_BATCH, len(features) // STEPS_PER_EPOCH), len(features))
    per_epoch = len(features) // batch
    schedule = _schedule(optax, per_epoch * epochs)
    optimiser = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(schedule))

    def loss_of(weights: Any, rows: Any) -> Any:
        return loss(rows[1] + rows[3] * model.apply(weights, rows[0]), rows[2])

    @partial(jax.jit, donate_argnums=(0,))
    def one_epoch(state: Any, order: Any) -> Any:
        def step(state: Any, places: Any) -> Any:
            weights, moments = state
            gradient = jax.grad(loss_of)(weights, tuple(part[places] for part in data))
            updates, moments = optimiser.update(gradient, moments)
            return (optax.apply_updates(weights, updates), moments), None

        return jax.lax.scan(step, state, order)[0]

    weights = model.init(jax.random.key(seed), features[:1])
    state = (weights, optimiser.init(weights))
    judge = jax.jit(loss_of)
    rng = np.random.default_rng(seed)
    best, since, kept = np.inf, 0, jax.tree.map(np.asarray, weights)
    for epoch in range(epochs):
        order = rng.permutation(len(features))[: per_epoch * batch].reshape(per_epoch, batch)
        state = one_epoch(state, jnp.asarray(order))
        value = float(judge(state[0], held_out))
        report(epoch, value)
        if value < best:
            best, since, kept = value, 0, jax.tree.map(np.array, state[0])
        else:
            since += 1
        if since >= max(PATIENCE, SHARE_WAITED * epochs):
            break
    return _layers(kept, mean, sd), best


def _outside(examples: Examples) -> tuple[Any, ...]:
    """What the layers do not see."""
    import jax.numpy as jnp

    return tuple(map(jnp.asarray, (examples.known, examples.labels, examples.size)))


def _schedule(optax: Any, steps: int) -> Any:
    return optax.warmup_cosine_decay_schedule(
        PEAK_RATE / 20, PEAK_RATE, max(1, int(WARM_UP * steps)), max(steps, 2), LAST_RATE
    )


def _layers(weights: Any, mean: np.ndarray, sd: np.ndarray) -> Layers:
    """Layers that take features as they are: the scaling is folded into the first one."""
    parts = sorted(weights["params"].items(), key=lambda item: int(item[0].split("_")[1]))
    kernels = [np.asarray(part["kernel"], dtype=np.float64) for _, part in parts]
    biases = [np.asarray(part["bias"], dtype=np.float64) for _, part in parts]
    biases[0] = biases[0] - (mean / sd) @ kernels[0]
    kernels[0] = kernels[0] / sd[:, None]
    return Layers(
        weights=tuple(kernel.astype(np.float32) for kernel in kernels),
        biases=tuple(bias.astype(np.float32) for bias in biases),
    )
