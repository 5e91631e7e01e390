import math
from dataclasses import replace

import numpy as np
import onnx
import pytensor.tensor as pt
import pytest

from hssm.likelihoods.outcome_networks import beside
from hssm.likelihoods.outcome_sources import with_outcome_functions
from hssm.likelihoods.sources import model_likelihood
from hssm.models.config import resolve_model
from hssm.models.sources import ShippedNetwork
from hssm.spec import Recording
from tests.likelihoods import network_toy as toy
from tests.likelihoods.onnx.graphs import mlp
from tests.tolerances import OTHER_RUNTIME

LOST = Recording(missing=-999.0)
LATE = replace(LOST, deadline="deadline")
NOGO = replace(LOST, nogo=-1)
RATE, Q, T = 1.5, 0.3, 0.25
D = np.array([0.75, 1.25])
S = np.exp(-RATE * (D - T))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):  # type: ignore[no-untyped-def]
    place = tmp_path_factory.mktemp("networks")
    for name, made in (("", toy.lan()), ("_cpn", toy.cpn()), ("_opn", toy.opn()), ("_gonogo", toy.gonogo())):
        onnx.save(made, place / f"mine{name}.onnx")
    onnx.save(toy.lan(), place / "alone.onnx")
    return place


def sourced(path, recording: Recording, given=None):  # type: ignore[no-untyped-def]
    resolved = resolve_model("mine", loglik=path, loglik_kind="approx_differentiable", model_config=toy.CONFIG)
    own = model_likelihood(resolved.spec, resolved.likelihood)
    return with_outcome_functions(own, resolved.spec, resolved.likelihood, recording, given)


def value(function, rt, response=-1.0):  # type: ignore[no-untyped-def]
    theta = {"rate": pt.constant(RATE), "q": pt.constant(Q), "t": pt.constant(T)}
    observed = {"rt": pt.as_tensor_variable(rt), "response": pt.constant(np.broadcast_to(response, np.shape(D)))}
    return np.broadcast_to(function(observed, theta).eval(), D.shape)


def close(expected):  # type: ignore[no-untyped-def]
    return pytest.approx(np.broadcast_to(expected, D.shape), rel=OTHER_RUNTIME.relative, abs=OTHER_RUNTIME.absolute)


def test_networks_beside_a_likelihood_are_found(folder) -> None:
    lost = sourced(folder / "mine.onnx", LOST)
    assert value(lost.log_cdf, math.inf) == close(math.log(Q))
    assert value(lost.log_cdf, math.inf, 1.0) == close(math.log(1 - Q))
    late = sourced(str(folder / "mine.onnx"), LATE)
    assert value(late.log_survival, D) == close(np.log(S))
    assert beside(ShippedNetwork("no_such_model"), "cpn") is None
    assert beside(toy.lan(), "cpn") is None


def test_withheld_responses(folder) -> None:
    ever = sourced(folder / "mine.onnx", NOGO)
    assert value(ever.log_withheld, math.inf) == close(math.log(Q))
    other = sourced(folder / "mine.onnx", replace(NOGO, nogo=1))
    assert value(other.log_withheld, math.inf) == close(math.log(1 - Q))
    limited = sourced(folder / "mine.onnx", replace(NOGO, deadline="deadline"))
    assert value(limited.log_withheld, D) == close(np.log(Q + (1 - Q) * S))
    mixed = value(limited.log_withheld, np.array([D[0], math.inf]))
    assert mixed == close(np.log([Q + (1 - Q) * S[0], Q]))
    wrong = sourced(folder / "mine.onnx", replace(NOGO, nogo=1, deadline="deadline"))
    assert wrong.log_withheld is None, "that network is about the other choice"


def test_without_networks_there_are_no_functions(folder) -> None:
    bare = sourced(folder / "alone.onnx", LATE)
    assert bare.log_cdf is None and bare.log_survival is None and bare.log_withheld is None
    censored = sourced(folder / "mine.onnx", replace(LOST, censored="side"))
    assert censored.log_cdf is None, "choice probabilities are no distribution function"


def test_a_users_networks(folder) -> None:
    path = folder / "alone.onnx"
    assert value(sourced(path, LATE, folder / "mine_opn.onnx").log_survival, D) == close(np.log(S))
    assert value(sourced(path, LOST, toy.cpn(both=False)).log_cdf, math.inf, 1.0) == close(math.log(1 - Q))
    assert value(sourced(path, NOGO, toy.cpn()).log_withheld, math.inf) == close(math.log(Q))
    with pytest.raises(ValueError, match=r"takes 3 numbers per trial; expected 4: rate, q, t, deadline"):
        sourced(path, LATE, toy.cpn())
    with pytest.raises(ValueError, match=r"returns 3 numbers.*expected 1 or 2: the log probability.*\(-1, 1\)"):
        sourced(path, LOST, mlp([3, 4, 3]))
