"""A model whose every probability is known by heart, for tests of what is wrapped around it.

Two choices 0 and 1 with probabilities 1 - q and q; rt exponential with the same rate for both.
"""

import numpy as np
import pytensor.tensor as pt

from hssm.spec import Likelihood

RATE, Q = 1.3, 0.3
FOREVER = 1e3
THETA = {"rate": RATE, "q": Q}


def _log_share(observed, theta):
    return pt.switch(pt.gt(observed["response"], 0.5), pt.log(theta["q"]), pt.log1p(-theta["q"]))


def simulate(rng, theta, options):
    n = len(theta["rate"])
    return np.column_stack([rng.exponential(1 / theta["rate"]), (rng.random(n) < theta["q"]).astype(float)])


TOY = Likelihood(
    params=("rate", "q"),
    columns=("rt", "response"),
    choices=(0, 1),
    log_density=lambda o, th: _log_share(o, th) + pt.log(th["rate"]) - th["rate"] * o["rt"],
    log_cdf=lambda o, th: _log_share(o, th) + pt.log(-pt.expm1(-th["rate"] * pt.minimum(o["rt"], FOREVER))),
    log_survival=lambda o, th: -th["rate"] * pt.minimum(o["rt"], FOREVER),
    simulate=simulate,
)


def share(choice: int) -> float:
    return Q if choice == 1 else 1 - Q
