"""Partial centring: group effects on the scale on which the data and their own prior leave them standard normal.

The trials of a level say about its effect ``x`` roughly a normal likelihood with information ``i`` and pull ``h``
(information times favoured value, from :mod:`quick_fit`); the prior is Normal(mu, sigma). Given mu and sigma the effect
is then normal with

    variance s^2 = sigma^2 / (1 + i sigma^2),    mean m = (mu + h sigma^2) / (1 + i sigma^2),

and the sampler moves ``(x - m) / s``. Where the trials say nothing (i sigma^2 << 1) this is the non-centred form, where
they say everything the centred one, level by level, as sigma moves; it is exact whatever ``i`` and ``h`` are, because
the change of variables is accounted for. Cf. Papaspiliopoulos, Roberts & Skold (2007), Statistical Science 22, 59-73,
and Gorinova, Moore & Hoffman (2020), ICML, on partial centring.
"""

from __future__ import annotations

from typing import Any

import pytensor.tensor as pt
from pymc.logprob.transforms import Transform


class PartialCentering(Transform):
    """The transform of a Normal(mu, sigma) variable whose values the data inform about.

    Parameters
    ----------
    information, pull : tensor
        Of the variable's shape, in inverse squared and inverse units of the effect.
    """

    name = "partial"

    def __init__(self, information: Any, pull: Any) -> None:
        self.information, self.pull = information, pull

    def forward(self, value: Any, *inputs: Any) -> Any:
        mean, deviation = self._conditional(*inputs)
        return (value - mean) / deviation

    def backward(self, value: Any, *inputs: Any) -> Any:
        mean, deviation = self._conditional(*inputs)
        return mean + deviation * value

    def log_jac_det(self, value: Any, *inputs: Any) -> Any:
        _, deviation = self._conditional(*inputs)
        return pt.log(deviation) + pt.zeros_like(value)

    def _conditional(self, *inputs: Any) -> tuple[Any, Any]:
        """Mean and standard deviation of the effects given the arguments of their normal prior."""
        mu, sigma = inputs[-2:]
        variance = sigma**2
        ratio = 1 + self.information * variance
        return (mu + self.pull * variance) / ratio, sigma / pt.sqrt(ratio)


def with_witnesses(mean: Any, *data: Any) -> Any:
    """The mean of a variable, in a graph that also contains the data of its transform.

    PyMC lets a transform use only what is already in the graph of the variable it transforms. The added zero is
    removed when the graph is compiled.
    """
    return mean + 0.0 * sum(data)
