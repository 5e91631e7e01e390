"""Coordinates in which NUTS moves single parameters: PyMC transforms that keep posteriors round.

Used by ``bambi_bridge/build.py`` for parameters without a formula, where PyMC's own transform would leave a long tail,
a cliff or a forbidden corner. A prior means the same in any coordinate, so results do not depend on them; the number of
steps and divergences does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pymc.logprob.transforms import Transform

from hssm.parameters.beside import company
from hssm.parameters.prior import Prior, is_truncated
from hssm.parameters.quantiles import VARIABLE_OPTIONS, bounds_of, frozen_distribution, prior_median, support
from hssm.spec import Bounds, ResolvedParam

SOFTNESS = 0.05
"""Width of the bends of :class:`Shifted`, relative to the fastest response time."""
BEND = 0.2
"""Width of the bend of :class:`Bent`, relative to the median of the prior."""
_FARTHEST = 300.0


class Folded(Transform):
    """A width from the absolute value of an unconstrained number, up to ``upper``.

    For parameters in which likelihood and prior are even functions, such as the standard deviation of the drift: the
    log density is then smooth through 0. In log(width) 0 is infinitely far away, and where the data allow it chains
    wander off.
    """

    name = "folded"

    def __init__(self, upper: float = np.inf) -> None:
        self._upper = upper

    def forward(self, value: Any, *inputs: Any) -> Any:
        return value if np.isinf(self._upper) else 2.0 * pt.arctanh(value / self._upper)

    def backward(self, value: Any, *inputs: Any) -> Any:
        return pt.abs(value if np.isinf(self._upper) else self._upper * pt.tanh(0.5 * value))

    def log_jac_det(self, value: Any, *inputs: Any) -> Any:
        if np.isinf(self._upper):
            return pt.zeros_like(value)
        return np.log(2.0 * self._upper) - pt.abs(value) - 2.0 * pt.softplus(-pt.abs(value))


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
    """

    name = "beyond"

    def forward(self, value: Any, *inputs: Any) -> Any:
        return 0.5 * (pt.log(value) + pt.log(value - inputs[-2]))

    def _middle(self, value: Any, inputs: tuple[Any, ...]) -> tuple[Any, Any]:
        """Squared geometric mean, and b - A / 2."""
        square = pt.exp(2.0 * pt.clip(value, -_FARTHEST, _FARTHEST))
        return square, pt.sqrt(square + 0.25 * inputs[-2] ** 2)

    def backward(self, value: Any, *inputs: Any) -> Any:
        square, middle = self._middle(value, inputs)
        return inputs[-2] + square / (middle + 0.5 * inputs[-2])

    def log_jac_det(self, value: Any, *inputs: Any) -> Any:
        square, middle = self._middle(value, inputs)
        return pt.log(square) - pt.log(middle)


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


def coordinate_of(
    param: ResolvedParam,
    fastest: float | None,
    before: float | None = None,
    others: Mapping[str, ResolvedParam] | None = None,
) -> Transform | None:
    """The transform of a parameter without a formula; None for PyMC's own.

    Parameters
    ----------
    param : ResolvedParam
        The parameter, with one prior.
    fastest : float or None
        Fastest response time in seconds that bounds non-decision times from above but for lapses, if there is one.
    before : float or None
        The same, where the likelihood of later non-decision times is zero.
    others : mapping, optional
        All parameters of the model, by name.
    """
    prior = param.prior
    if prior.dist is not None or any(option in prior.args for option in VARIABLE_OPTIONS):
        return None
    coordinate = param.coordinate
    if coordinate == "start_range":
        coordinate = "folded" if prior.name == "HalfNormal" and _has_threshold(param, others or {}) else "bent"
    if coordinate in ("folded", "bent", "bent_square"):
        return _width_coordinate(coordinate, prior, param.bounds)
    if not _is_positive(prior, param.bounds):
        return None
    if param.name == "t" and before is not None:
        return Before(before)
    return Shifted(fastest) if coordinate == "shifted" and fastest is not None and fastest > 0.0 else None


def _width_coordinate(coordinate: str, prior: Prior, bounds: Bounds) -> Transform | None:
    """The transform of a number from 0 on; None if the prior is one for other numbers."""
    (low, high), (least, most) = support(prior), bounds_of(prior)
    if bounds[0] != 0.0 or np.any(np.asarray(low) != 0.0) or least > 0.0:
        return None
    upper = float(np.min([bounds[1], most, np.min(high)]))
    if coordinate == "folded":
        return Folded(upper) if prior.name == "HalfNormal" else None
    width = BEND * float(prior_median(prior))
    return BentSquare(width) if coordinate == "bent_square" and np.isinf(upper) else Bent(width, upper)


def factor_of(param: ResolvedParam, values: Mapping[str, Any]) -> Any:
    """The positive variable with which a parameter moves as a product; None if it moves alone.

    Parameters
    ----------
    param : ResolvedParam
        The parameter, with one prior.
    values : mapping
        Values of the parameters before it: numbers, variables or expressions by name.
    """
    other, prior = _shared(values, param.factor), param.prior
    if other is None or isinstance(other, float) or prior.dist is not None:
        return None
    everywhere = bool(np.all(np.array([*support(prior), *bounds_of(prior), *param.bounds]) == 3 * [-np.inf, np.inf]))
    return None if any(option in prior.args for option in VARIABLE_OPTIONS) or not everywhere else other


def ceiling_of(param: ResolvedParam, values: Mapping[str, Any]) -> tuple[Any, Callable[[Any], Any]] | None:
    """A variable or number, and the function of it that is the most that a parameter can be; None if there is none.

    Parameters
    ----------
    param : ResolvedParam
        The parameter, with one prior.
    values : mapping
        Values of the parameters before it: numbers, variables or expressions by name. One that differs between
        trials is no ceiling; there the likelihood is zero above the least.
    """
    if param.ceiling is None:
        return None
    name, most = param.ceiling
    other = _shared(values, name)
    return None if other is None else (other, most)


def _shared(values: Mapping[str, Any], name: str | None) -> Any:
    """The value of a parameter if all trials share it; None if it is trial-wise or absent."""
    other: Any = values.get(name) if name else None
    return None if np.ndim(other) > 0 else other


def _has_threshold(param: ResolvedParam, others: Mapping[str, ResolvedParam]) -> bool:
    """Whether a threshold above this width moves in :class:`Beyond`, which makes the likelihood even in the width."""
    return any(
        other.above == param.name and not other.is_regression and not other.is_fixed and _can_be_cut(other)
        for other in others.values()
    )


def floor_of(param: ResolvedParam, values: Mapping[str, Any]) -> Any:
    """What the prior of a parameter is cut off at because the parameter must exceed another one; None for nothing.

    Parameters
    ----------
    param : ResolvedParam
        The parameter, with one prior.
    values : mapping
        Values of the parameters before it: numbers, variables or expressions by name. One that differs between
        trials cuts nothing off; there the likelihood is zero where the order is wrong.
    """
    other = values.get(param.above) if param.above else None
    if other is None or np.ndim(other) > 0 or param.prior.dist is not None:
        return None
    lower = max(param.bounds[0], bounds_of(param.prior)[0])
    if isinstance(other, float):
        return other if other > lower else None
    return pt.maximum(other, lower) if _can_be_cut(param) else None


def _can_be_cut(param: ResolvedParam) -> bool:
    """Whether the prior of a parameter has mass beyond any number, of a known size."""
    if param.prior.dist is not None or frozen_distribution(param.prior) is None:
        return False
    return param.bounds[1] == np.inf and bool(np.all(np.asarray(support(param.prior)[1]) == np.inf))


def _is_positive(prior: Prior, bounds: Bounds) -> bool:
    """Whether a prior is one for all positive numbers."""
    return not is_truncated(prior) and bounds[0] == 0.0 and bool(np.all(np.array(support(prior)) == [0.0, np.inf]))
