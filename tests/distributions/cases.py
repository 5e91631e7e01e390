"""The likelihood of a ddm without lapses, and a point of its parameters."""

from functools import lru_cache

from hssm.likelihoods.assemble import assemble
from hssm.models.registry import get_model
from hssm.spec import Likelihood

PARAMETERS = {"v": 0.7, "a": 1.2, "z": 0.5, "t": 0.2}
VALUES = tuple(PARAMETERS.values())


@lru_cache
def ddm_likelihood() -> Likelihood:
    spec = get_model("ddm")
    return assemble(spec, spec.likelihood("analytical"), bounds=spec.bounds("analytical"), lapse=None)
