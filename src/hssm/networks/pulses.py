"""The recipe of ``gamma_drift``: a pulse of drift changes the log density by cumulants along paths.

By Girsanov's theorem the density is that of motion without drift times the mean of exp(int g dX - 1/2 int g^2 dt) over
paths X that end at the right bound at the right time. A constant part of the drift g is exact; of the pulse the recipe
takes the first three cumulants of int g dX. For the first it needs the mean path. For the second, paths are Gaussian
about that and drawn back to it, the more the closer the end: then the variance is int (g - h)^2 dt, where h(t) is the
mean of what is to come of g, weighted by what paths will still know of t. The third is there because they are drawn
back by more on one side than on the other. The layers learn the rest, which grows with that variance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np

from hssm.networks.race_choices import mills
from hssm.networks.recipe import Columns, Recipe, as_is, column, soft
from hssm.networks.two_bounds import hit, log_passage

_STEPS = 16
_EVEN = np.linspace(0.0, 1.0, _STEPS + 1)[None, :]
_EDGES = (_EVEN * (1.0 + _EVEN * (1.0 - _EVEN))).astype(np.float32)
"""Of the time until the trial ends, or the pulse: closer before the end, where paths turn down as a root does."""


def _middles(values: Columns) -> Columns:
    return 0.5 * (values[:, 1:] + values[:, :-1])


def _differences(values: Columns) -> Columns:
    return values[:, 1:] - values[:, :-1]


def _simpson(edges: Columns, middles: Columns) -> Columns:
    """Average over every step from values at its edges and in its middle."""
    return (_middles(edges) + 2.0 * middles) / 3.0


def _total(values: Columns) -> Columns:
    return jnp.sum(values, axis=1, keepdims=True)


_EARLY, _EARLIEST_ONLY = 0.27, 0.4
"""Where two forms of the mean path meet, and until when the early one is asked."""


def _mean_path(passed: Columns, end: Columns, w: Columns) -> Columns:
    """Mean distance from the bound that is hit at the end, of motion without drift from w, to 0.002."""
    share = 1.0 / (1.0 + (end / _EARLY) ** 8)
    early = _early_path(passed, jnp.minimum(end, _EARLIEST_ONLY), w)
    return share * early + (1.0 - share) * _late_path(passed * end, end - passed * end, end, w)


def _early_path(passed: Columns, end: Columns, w: Columns) -> Columns:
    """From the start, and from its image at the other bound."""
    image = (2.0 - w) * jnp.exp(-2.0 * (1.0 - w) / end)
    return (w * _folded(passed, end, w) - image * _folded(passed, end, 2.0 - w)) / (w - image)


def _folded(passed: Columns, end: Columns, w: Columns) -> Columns:
    """Mean of a three-dimensional Bessel bridge from w to 0 that is folded at 1, as if it were Gaussian there."""
    ahead = 1.0 - passed
    straight, noise = w * ahead, passed * ahead * end + 1e-9
    square = straight * straight
    near = 0.546 * noise / (noise + 0.5 * square)
    mean, sd = jnp.sqrt(square + (2.0 + near) * noise), jnp.sqrt((1.0 - near) * noise)
    short = (1.0 - mean) / sd
    size = jnp.abs(short)
    tail = jnp.exp(-0.5 * size * size) * jnp.maximum(1.0 - size * mills(size), 0.0) / math.sqrt(2.0 * math.pi)
    return mean - 2.0 * sd * (tail + jnp.maximum(-short, 0.0))


def _cosine(x: Columns) -> Columns:
    """Of pi x between 0 and 1, to 1.2e-4: polynomials are vectorised where cosines are not."""
    side = 1.0 - 2.0 * x
    return side * (1.5706 - side * side * (0.6432 - 0.0727 * side * side))


def _sine(x: Columns) -> Columns:
    """Of pi x between 0 and 1, to a share of 4e-5."""
    both = x * (1.0 - x)
    return both * (3.1417 + both * (3.13407 + 1.19487 * both))


def _late_path(times: Columns, left: Columns, end: Columns, w: Columns) -> Columns:
    """By the slowest waves: from the start to the middle, and from there to the bound."""
    cosine = _cosine(w)
    faded = 0.36025 * cosine * jnp.exp(-_SECOND * times)
    started = 0.5 - faded + (w - 0.5 + 0.36025 * cosine) * jnp.exp(-_FOURTH * times)
    return started * jnp.sqrt(_leaving(left) / _leaving(end))


_SECOND, _FOURTH = 1.5 * math.pi**2, 7.5 * math.pi**2
"""Rates of the second and the fourth wave, above that of the first."""


def _leaving(left: Columns) -> Columns:
    """Square of the mean, over 1/4, of paths long under way at a time before they leave."""
    return 1.0 - 1.441 * jnp.exp(-_SECOND * left) + 0.441 * jnp.exp(-25.3 * left) + 1e-6


_REPELLED, _DRAWN, _DRAWN_UNTIL, _CURVED = 1.56, 1.06, 13.2, 1.7
"""Paths are repelled by both bounds, and drawn to the end while that is near. Factors are fitted to exact cumulants."""


def _kept(path: Columns, times: Columns, left: Columns) -> Columns:
    """Which part of a displacement paths keep over every step."""
    near, ahead = _sine(_middles(path)), _middles(left)
    rate = _REPELLED * math.pi**2 * ahead / (near * near) + _DRAWN * jnp.exp(-_DRAWN_UNTIL * ahead)
    return jnp.exp(-rate * jnp.log(1.0 + _differences(times) / left[:, 1:]))


def _later(columns: Columns, apart: int) -> Columns:
    """Those of so many steps later, 0 where there are none: made of columns, as a graph knows no number of rows."""
    return jnp.concatenate([columns[:, apart:], 0.0 * columns[:, :apart]], axis=1)


def _joined(kept: Columns) -> list[Columns]:
    """What is kept over one step, two, four and eight."""
    joined = [kept]
    for apart in (1, 2, 4):
        joined.append(joined[-1] * _later(joined[-1], apart))
    return joined


def _backwards(joined: list[Columns], added: Columns) -> Columns:
    """At every edge what is kept of the next, plus what is added, and ends in 0: steps are joined two by two."""
    for factor, apart in zip(joined, (1, 2, 4, 8), strict=True):
        added = added + factor * _later(added, apart)
    return jnp.concatenate([added, 0.0 * added[:, :1]], axis=1)


def _to_come(push: Columns, last: Columns, joined: list[Columns]) -> Columns:
    """What paths will still know of, at every edge, from averages over steps and the last push."""
    return last + _backwards(joined, (1.0 - joined[0]) * (push - last))


def _skewness(slope: Columns, path: Columns, joined: list[Columns], steps: Columns) -> Columns:
    """A sixth of the third cumulant: slopes, in a path's place, of what is to come, times those of half its variance.

    Repulsion is stronger closer to a bound, which bends what is to come.
    """
    middle, kept = _middles(path), joined[0]
    near = _sine(middle)
    bend = _CURVED * 2.0 * math.pi**3 * _cosine(middle) / (near * near * near) * slope * steps
    curve = _middles(_backwards([factor * factor for factor in joined], bend * kept))
    spread = _middles(_backwards(joined, slope * curve * steps * jnp.sqrt(kept)))
    return _total(slope * spread * steps)


@dataclass(frozen=True, kw_only=True)
class _Pulse:
    """A pulse until a trial ends or, if sooner, until it is over, in units of the distance of the bounds.

    ``height`` is signed, away from the bound that is hit; ``push`` is the drift at edges ``times``, and ``middle``
    between them.
    """

    height: Columns
    peak: Columns
    over: Columns
    times: Columns
    push: Columns
    middle: Columns


def _pulse(height: Columns, power: Columns, scale: Columns, end: Columns) -> _Pulse:
    peak = power * scale
    over = jnp.minimum(end, peak + scale * (2.5 + 5.0 * jnp.sqrt(power + 1.0)))
    times = over * _EDGES

    def push(at: Columns) -> Columns:
        ratio = jnp.maximum(at / peak, 1e-12)
        return height * jnp.exp(power * (jnp.log(ratio) + 1.0 - ratio))

    return _Pulse(height=height, peak=peak, over=over, times=times, push=push(times), middle=push(_middles(times)))


def _along_paths(pulse: _Pulse, end: Columns, w: Columns) -> tuple[Columns, Columns, Columns, Columns, Columns]:
    """Integral of the push; its mean and variance along paths; half the latter less the integral of the square.

    And a sixth of the third cumulant.
    """
    steps, push = _differences(pulse.times), _simpson(pulse.push, pulse.middle)
    path = _mean_path(pulse.times / end, end, w)
    joined = _joined(_kept(path, pulse.times, jnp.maximum(end - pulse.times, 1e-6 * end)))
    ahead = _to_come(push, pulse.push[:, -1:], joined)
    between, mean = _middles(ahead), _total(push * _differences(path))
    slope, middle = pulse.push - ahead, pulse.middle - between
    spread = _total(_simpson(slope * slope, middle * middle) * steps)
    half = _simpson(ahead * (0.5 * ahead - pulse.push), between * (0.5 * between - pulse.middle))
    return _total(push * steps), mean, spread, _total(half * steps), _skewness(push - between, path, joined, steps)


_NAMES = ("v", "a", "z", "t", "shape", "scale", "c")


def _gamma_drift(rows: Columns) -> tuple[Columns, Columns, Columns]:
    tau, lost, distance, w, drift = hit(rows, _NAMES)
    area, pull, power = distance * distance, drift * distance, column(rows, 4) - 1.0
    end = jnp.minimum(tau / area, 1e4)
    pulse = _pulse(-column(rows, 8) * column(rows, 6) * distance, power, column(rows, 5) / area, end)
    pushed, mean, spread, cost, skewness = _along_paths(pulse, end, w)
    known = log_passage(jnp.minimum(end, 40.0), w) + mean + cost + skewness - 2.0 * jnp.log(distance) + lost
    known = known - pull * w - 0.5 * pull * pull * end - pull * pushed
    size = jnp.sqrt(spread + 1e-8)
    constant = -w * pushed / end - 0.5 * pushed * pushed / end
    seen = [soft(mean), mean / (3.0 + 0.3 * jnp.abs(mean)), soft(cost), cost / (3.0 + 0.3 * jnp.abs(cost))]
    seen += [soft(spread), soft(size), soft(3.0 * (mean + cost - constant))]
    seen += [soft(10.0 * skewness), soft(100.0 * skewness)]
    features = [*_of_time(end, w), *_of_pulse(pulse, power, end), *_of_push(pushed, end, w), *seen]
    return jnp.concatenate(features, axis=1), known, 0.05 * soft(size) + 0.0002


def _of_time(end: Columns, w: Columns) -> list[Columns]:
    return [
        w,
        w * (1.0 - w),
        jnp.log(1.0 + 4.0 * end),
        1.0 / (1.0 + 10.0 * end),
        jnp.exp(-8.0 * end),
        jnp.exp(-2.0 * (1.0 - w) / end),
        0.1 * jnp.log(end),
    ]


def _of_pulse(pulse: _Pulse, power: Columns, end: Columns) -> list[Columns]:
    last = pulse.push[:, -1:]
    return [
        0.1 * jnp.log(pulse.peak),
        0.2 * jnp.log(end / pulse.peak),
        end / (end + pulse.peak),
        0.1 * power,
        pulse.over / (pulse.over + 0.1),
        pulse.height / 18.0,
        soft(0.3 * pulse.height),
        last / 18.0,
        soft(0.3 * last),
        soft(2.0 * pulse.height * pulse.peak),
    ]


def _of_push(pushed: Columns, end: Columns, w: Columns) -> list[Columns]:
    root = jnp.sqrt(end)
    ends = [soft((w + pushed) / root), soft((w - 1.0 + pushed) / root)]
    return [pushed / 3.0, soft(pushed), soft(0.3 * pushed / end), *ends]


PULSED: dict[str, Recipe] = {
    "gamma_drift": Recipe(inputs=(*_NAMES, "rt", "response"), split=_gamma_drift, finish=as_is, huber=0.003),
}
