import numpy as np
import pytest

import hssm
from hssm.inference.unconstrained import log_density_of_rows, sampled_values, unconstrained_matrix
from tests.fitted import INCLUDE, TINY, hierarchical_frame, quietly, simple_frame
from tests.tolerances import OTHER_ALGORITHM


@pytest.mark.parametrize("noncentered", ["auto", True, False])
def test_the_density_at_reported_draws_is_what_the_sampler_saw(noncentered):
    """Through intercepts at predictors 0, effects as deviations, offsets and transforms: the sampler's own ``lp``."""
    model = hssm.HSSM(hierarchical_frame(), include=INCLUDE, noncentered=noncentered)
    posterior = quietly(model, **TINY)["posterior"].to_dataset()
    values = sampled_values(model.built, posterior)
    rows = unconstrained_matrix(model.built, values)
    found = log_density_of_rows(model.built, values)(rows)
    expected = model.traces["sample_stats"]["lp"].values.ravel()
    np.testing.assert_allclose(found, expected, rtol=OTHER_ALGORITHM.relative)
    offsets = [name for name in posterior.data_vars if str(name).endswith("_offset")]
    again = sampled_values(model.built, posterior.drop_vars(offsets))
    np.testing.assert_allclose(
        unconstrained_matrix(model.built, again), rows, rtol=OTHER_ALGORITHM.relative, atol=OTHER_ALGORITHM.absolute
    )


def test_the_prior_alone(simple_fit):
    values = sampled_values(simple_fit.built, simple_fit.traces["posterior"].to_dataset())
    rows = unconstrained_matrix(simple_fit.built, values)[:5]
    whole, prior = (log_density_of_rows(simple_fit.built, values, prior_only=flag)(rows) for flag in (False, True))
    likelihood = simple_fit.traces["log_likelihood"]["rt,response"].sum("__obs__").values.ravel()[:5]
    np.testing.assert_allclose(whole - prior, likelihood, rtol=OTHER_ALGORITHM.relative)


def test_what_is_missing_is_named(simple_fit):
    posterior = simple_fit.traces["posterior"].to_dataset().drop_vars("t")
    with pytest.raises(ValueError, match="lacks t, which"):
        sampled_values(simple_fit.built, posterior)


def test_slice_sampling_has_log_densities_too():
    model = hssm.HSSM(simple_frame(20), loglik_kind="blackbox", z=0.5, t=0.2)
    tree = quietly(model, **TINY)
    values = sampled_values(model.built, tree["posterior"].to_dataset())
    rows = unconstrained_matrix(model.built, values)
    expected = log_density_of_rows(model.built, values)(rows)
    np.testing.assert_allclose(tree["sample_stats"]["lp"].values.ravel(), expected, rtol=OTHER_ALGORITHM.relative)
    prior = log_density_of_rows(model.built, values, prior_only=True)(rows)
    likelihood = tree["log_likelihood"]["rt,response"].sum("__obs__").values.ravel()
    np.testing.assert_allclose(expected - prior, likelihood, rtol=OTHER_ALGORITHM.relative)
