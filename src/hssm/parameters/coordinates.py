"""Coordinates in which NUTS moves single parameters: PyMC transforms that keep posteriors round.

Chosen by ``coordinate_choice.py`` for parameters without a formula, where PyMC's own transform would leave a long tail,
a cliff or a forbidden corner. A prior means the same in any coordinate, so results do not depend on them; the number of
steps and divergences does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pymc.logprob.transforms import Transform

from hssm.parameters.beside import company

SOFTNESS = 0.05
"""Width of the bends of :class:`Shifted`, relative to the fastest response time."""
_FARTHEST = 300.0


class Bent(Transform):
    """A number from 0 to a top, both included, that is the coordinate itself but within a few ``width`` of the ends.

    For parameters to which values near 0 are nothing special: in their logarithm these are a long tail along which
    nothing changes. x = width (softplus(y / width) - softplus((y - top) / width)).

    Parameters
    ----------
    width : float
        Of the bends.
    upper : float
        The top, infinite if there is none.
    ceiling : callable, optional
        The top, if lower than ``upper``, as a function of the variable beside an argument of the prior.
    """

    name = "bent"

    def __init__(self, width: float, upper: float = np.inf, ceiling: Callable[[Any], Any] | None = None) -> None:
        self._width, self._upper, self._ceiling = width, upper, ceiling

    def under(self, ceiling: Callable[[Any], Any]) -> Bent:
        """The same coordinate below a function of the variable that will be beside an argument of the prior."""
        return Bent(self._width, self._upper, ceiling)

    def _top(self, inputs: tuple[Any, ...]) -> Any:
        """The top in units of ``width``; None if there is none."""
        if self._ceiling is None:
            return None if np.isinf(self._upper) else pt.constant(self._upper / self._width)
        top = self._ceiling(company(inputs))
        return (top if np.isinf(self._upper) else pt.minimum(top, self._upper)) / self._width

    def forward(self, value: Any, *inputs: Any) -> Any:
        top, x = self._top(inputs), value / self._width
        y = x + pt.log(-pt.expm1(-x))
        return self._width * (y if top is None else y - pt.log(-pt.expm1(x - top)))

    def backward(self, value: Any, *inputs: Any) -> Any:
        top, y = self._top(inputs), value / self._width
        return self._width * (pt.softplus(y) if top is None else pt.softplus(y) - pt.softplus(y - top))

    def log_jac_det(self, value: Any, *inputs: Any) -> Any:
        top, y = self._top(inputs), value / self._width
        low = -pt.softplus(-y)
        return low if top is None else low - pt.softplus(y - top) + pt.log(-pt.expm1(-top))


class BentSquare(Transform):
    """A number from 0 on whose square is the coordinate, but within a few ``width`` of 0 as in :class:`Bent`.

    For a standard deviation whose square, added to other variances, is what a likelihood depends on: the ridges along
    which other parameters make up for it are straight then. x = width sqrt(softplus(y)).
    """

    name = "bent_square"

    def __init__(self, width: float) -> None:
        self._width = width

    def forward(self, value: Any, *inputs: Any) -> Any:
        square = (value / self._width) ** 2
        return square + pt.log(-pt.expm1(-square))

    def backward(self, value: Any, *inputs: Any) -> Any:
        return self._width * pt.exp(0.5 * _log_softplus(value))

    def log_jac_det(self, value: Any, *inputs: Any) -> Any:
        return np.log(0.5 * self._width) - pt.softplus(-value) - 0.5 * _log_softplus(value)


def _log_softplus(y: Any) -> Any:
    """log(log(1 + exp(y))): far out on the left that is y, where softplus loses its digits and ends at 0."""
    near = pt.maximum(y, -_FARTHEST)
    return pt.log(pt.softplus(near)) + y - near


class Shifted(Transform):
    """A non-decision time t from 0 on, by the logarithm of its distance to the fastest response time.

    The density of a race changes with that logarithm. Beyond ``fastest``, where t makes lapses of the fastest trials,
    and near 0 the coordinate bends, without a step, however wrong ``fastest`` may be: t is the positive branch of a
    hyperbola in s = fastest - q + width^2 / q, and y = -log(q / fastest).
    """

    name = "shifted"

    def __init__(self, fastest: Any) -> None:
        self._fastest = fastest
        self._area = (SOFTNESS * fastest) ** 2

    def forward(self, value: Any, *inputs: Any) -> Any:
        q = _hyperbola(self._fastest - value + self._area / value, self._area)
        return -pt.log(q / self._fastest)

    def _straight(self, value: Any) -> tuple[Any, Any]:
        """The number s of the hyperbola, and its slope."""
        q = self._fastest * pt.exp(-pt.clip(value, -_FARTHEST, _FARTHEST))
        return self._fastest - q + self._area / q, q + self._area / q

    def backward(self, value: Any, *inputs: Any) -> Any:
        return _hyperbola(self._straight(value)[0], self._area)

    def log_jac_det(self, value: Any, *inputs: Any) -> Any:
        straight, slope = self._straight(value)
        bend = pt.log(_hyperbola(straight, self._area)) - 0.5 * pt.log(straight * straight + 4.0 * self._area)
        return bend + pt.log(slope)


class Before(Shifted):
    """A non-decision time between 0 and the fastest response time, from which on the likelihood is zero.

    In log(t) that is a cliff in front of which chains must turn, the steeper the closer t is to it; here it is
    infinitely far away. As :class:`Shifted`, but t = fastest h(s) / h(fastest) with s = fastest - q.
    """

    name = "before"
    _top = 0.5 * (1.0 + np.sqrt(1.0 + 4.0 * SOFTNESS**2))

    def forward(self, value: Any, *inputs: Any) -> Any:
        h = self._top * value
        return -pt.log((self._fastest - h + self._area / h) / self._fastest)

    def _straight(self, value: Any) -> tuple[Any, Any]:
        q = self._fastest * pt.exp(-pt.clip(value, -_FARTHEST, _FARTHEST))
        return self._fastest - q, q

    def backward(self, value: Any, *inputs: Any) -> Any:
        return super().backward(value, *inputs) / self._top

    def log_jac_det(self, value: Any, *inputs: Any) -> Any:
        return super().log_jac_det(value, *inputs) - np.log(self._top)


class Beyond(Transform):
    """A threshold b above the width A of the starting points below it, by the log of the geometric mean of b and b - A.

    These are the longest and the shortest way to the threshold. In log(b - A) alone a small gap, hence a late t, is a
    steep and bent valley of races; and b - A / 2, on which times depend most, is here smooth in A down to 0.

    Parameters
    ----------
    log_growth : callable, optional
        Of A: how the threshold grows with it, as in :class:`Along`.
    """

    name = "beyond"

    def __init__(self, log_growth: Callable[[Any], Any] | None = None) -> None:
        self._growth = log_growth

    def _log_growth(self, inputs: tuple[Any, ...]) -> Any:
        return 0.0 if self._growth is None else self._growth(inputs[-2])

    def forward(self, value: Any, *inputs: Any) -> Any:
        return 0.5 * (pt.log(value) + pt.log(value - inputs[-2])) - self._log_growth(inputs)

    def _middle(self, value: Any, inputs: tuple[Any, ...]) -> tuple[Any, Any]:
        """Squared geometric mean, and b - A / 2."""
        square = pt.exp(2.0 * (pt.clip(value, -_FARTHEST, _FARTHEST) + self._log_growth(inputs)))
        return square, pt.sqrt(square + 0.25 * inputs[-2] ** 2)

    def backward(self, value: Any, *inputs: Any) -> Any:
        square, middle = self._middle(value, inputs)
        return inputs[-2] + square / (middle + 0.5 * inputs[-2])

    def log_jac_det(self, value: Any, *inputs: Any) -> Any:
        square, middle = self._middle(value, inputs)
        return pt.log(square) - pt.log(middle)


class Along(Transform):
    """A number on a ridge on which it grows with one that stands beside its prior; a positive one by its logarithm.

    Parameters
    ----------
    log_growth : callable
        Of the number beside it.
    is_positive : bool
        Whether the number is.
    """

    name = "along"

    def __init__(self, log_growth: Callable[[Any], Any], is_positive: bool) -> None:
        self._growth, self._is_positive = log_growth, is_positive

    def _log_growth(self, inputs: tuple[Any, ...]) -> Any:
        return self._growth(company(inputs))

    def forward(self, value: Any, *inputs: Any) -> Any:
        growth = self._log_growth(inputs)
        return pt.log(value) - growth if self._is_positive else value * pt.exp(-growth)

    def backward(self, value: Any, *inputs: Any) -> Any:
        growth = self._log_growth(inputs)
        return pt.exp(value + growth) if self._is_positive else value * pt.exp(growth)

    def log_jac_det(self, value: Any, *inputs: Any) -> Any:
        growth = self._log_growth(inputs)
        return value + growth if self._is_positive else growth + pt.zeros_like(value)


def log_hypotenuse(width: Any, knee: Any) -> Any:
    """Log sqrt(1 + (width / knee)^2): how the numbers of a ballistic race grow with its start range.

    Times vary because drifts do (their standard deviation s is fixed) and because starting points do (A): the less of
    one, the more of the other. So all of a race's numbers grow along a ridge, with knee^2 = 12 s^2 rt^2, which is bent
    where A is small.
    """
    return 0.5 * pt.log1p((width / knee) ** 2)


def log_remaining(t: Any, time: Any) -> Any:
    """Log of what a non-decision time leaves of a typical response time, smoothly on beyond that.

    A decision time of which data fix mean and variance: the later it starts, the larger is its coefficient of
    variation.
    """
    return pt.log(_hyperbola(time - t, (SOFTNESS * time) ** 2))


class Tangent(Transform):
    """An angle by its tangent, the speed at which a boundary moves; near the ends of its range as :class:`Bent`.

    Where hardly any response ends at the other boundary, drift and speed make up for one another: a straight ridge.

    Parameters
    ----------
    lower, upper : float
        Ends of the range, more than -pi/2 and at most pi/2.
    width : float
        Of the bends, in speed.
    """

    name = "tangent"

    def __init__(self, lower: float, upper: float, width: float) -> None:
        self._slowest = np.tan(lower)
        self._bent = Bent(width, np.inf if upper >= np.pi / 2 else np.tan(upper) - self._slowest)

    def forward(self, value: Any, *inputs: Any) -> Any:
        return self._bent.forward(pt.tan(value) - self._slowest) + self._slowest

    def _speed(self, value: Any) -> Any:
        return self._slowest + self._bent.backward(value - self._slowest)

    def backward(self, value: Any, *inputs: Any) -> Any:
        return pt.arctan(self._speed(value))

    def log_jac_det(self, value: Any, *inputs: Any) -> Any:
        return self._bent.log_jac_det(value - self._slowest) - pt.log1p(self._speed(value) ** 2)


class Scaled(Transform):
    """A number by its product with a positive one, which stands beside an argument of its prior.

    For values of which responses depend on such products only: the likelihood is then flat along the positive number,
    where it was a valley that bends and narrows as the number grows.
    """

    name = "scaled"

    def forward(self, value: Any, *inputs: Any) -> Any:
        return value * company(inputs)

    def backward(self, value: Any, *inputs: Any) -> Any:
        return value / company(inputs)

    def log_jac_det(self, value: Any, *inputs: Any) -> Any:
        return -pt.log(company(inputs)) + pt.zeros_like(value)


def _hyperbola(x: Any, area: Any) -> Any:
    """The positive root h of h^2 - x h = area: x where that is large, and area / -x where -x is."""
    far = 0.5 * (pt.abs(x) + pt.sqrt(x * x + 4.0 * area))
    return pt.switch(pt.gt(x, 0.0), far, area / far)
