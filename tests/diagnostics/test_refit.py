import numpy as np
import pytest

import hssm
from hssm.diagnostics import compare, loo, refit_high_k
from hssm.diagnostics import refit as refits
from tests.fitted import SHORT, quietly, simple_frame
from tests.tolerances import SAME_NUMERICS

OUTLIER = 5
FIT = {**SHORT, "draws": 300, "tune": 300}


@pytest.fixture(scope="module")
def with_outlier():
    """Trials without lapses, one of them far slower than the model can be: its Pareto k is high."""
    frame = simple_frame(40)
    frame.loc[OUTLIER, "rt"] = 25.0
    model = hssm.HSSM(frame, p_outlier=None, a={"name": "Uniform", "lower": 0.5, "upper": 1.5}, z=0.5, t=0.3)
    quietly(model, **FIT)
    return model


def test_the_outlier_is_scored_by_a_fit_without_it(with_outlier):
    before = loo(with_outlier)
    assert before.unreliable[OUTLIER]
    after = refit_high_k(with_outlier, **FIT)
    assert after.n_unreliable == 0
    assert after.refitted.sum() == before.n_unreliable
    assert "refitted" in after.reliability
    frame = simple_frame(40)
    frame.loc[OUTLIER, "rt"] = 25.0
    by_hand = hssm.HSSM(
        frame.drop(OUTLIER), p_outlier=None, a={"name": "Uniform", "lower": 0.5, "upper": 1.5}, z=0.5, t=0.3
    )
    quietly(by_hand, **FIT)
    scored = by_hand.log_likelihood(data=frame.iloc[[OUTLIER]], inplace=False)["log_likelihood"]["rt,response"]
    exact = float(np.log(np.exp(scored).mean()))
    assert float(after.elpd_i[OUTLIER]) == pytest.approx(exact, abs=1e-9)
    kept = ~before.unreliable
    np.testing.assert_array_equal(after.elpd_i.values[kept], before.elpd_i.values[kept])
    assert compare({"exact": after, "approximate": before}).loc["exact", "unreliable"] == 0


def test_too_many_refits_are_refused(with_outlier):
    with pytest.raises(ValueError, match=r"more than `at_most`=0 refits.*misspecified"):
        refit_high_k(with_outlier, at_most=0)


def test_whole_groups_are_left_out(hierarchical_fit):
    """Effects of a group that is left out are drawn from the group distribution."""
    left_out = refits._rows_of(hierarchical_fit, "participant_id", loo(hierarchical_fit, "participant_id").elpd_i, 0)
    assert left_out.sum() == 12
    score = refits._log_score(hierarchical_fit, left_out, {**SHORT, "idata_kwargs": {"log_likelihood": False}})
    assert -60 < score < 0


def test_rows_of_known_members_are_scored_without_chance(hierarchical_fit):
    frame = hierarchical_fit.given.frame.iloc[:12]
    scores = [refits.joint_score(hierarchical_fit, frame, np.random.default_rng(seed)) for seed in (1, 2)]
    scored = hierarchical_fit.log_likelihood(data=frame, inplace=False)["log_likelihood"]["rt,response"]
    by_hand = np.log(np.exp(scored.sum("__obs__")).mean())
    np.testing.assert_allclose(scores, float(by_hand), rtol=SAME_NUMERICS.relative)


def test_new_members_are_scored_by_many_draws_of_their_effects(hierarchical_fit, monkeypatch):
    frame = hierarchical_fit.given.frame.iloc[:12].assign(participant_id=999)

    def spread(effect_draws):
        monkeypatch.setattr(refits, "EFFECT_DRAWS", effect_draws)
        return np.std([refits.joint_score(hierarchical_fit, frame, np.random.default_rng(s)) for s in range(12)])

    assert 0 < spread(refits.EFFECT_DRAWS) < 0.5 * spread(1)  # 1/sqrt(20) = 0.22 in expectation


def test_fixed_vectors_cannot_be_refitted():
    model = hssm.HSSM(simple_frame(12), z=np.full(12, 0.5))
    with pytest.raises(ValueError, match="z is a fixed vector"):
        refit_high_k(model)


def test_draws_alone_cannot_be_refitted(simple_fit):
    with pytest.raises(TypeError, match="needs a model"):
        refit_high_k(simple_fit.traces)
