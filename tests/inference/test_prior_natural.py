import numpy as np
import pytest

import hssm
from hssm.inference.prior_natural import QUANTILES, natural_prior, prior_table
from tests.fitted import INCLUDE, hierarchical_frame
from tests.tolerances import MONTE_CARLO, SAME_NUMERICS

N_DRAWS = 400


@pytest.fixture(scope="module")
def model():
    return hssm.HSSM(hierarchical_frame(), include=INCLUDE)


def test_every_free_parameter_for_whom_it_is(model):
    found = natural_prior(model.built, N_DRAWS, np.random.default_rng(1))
    assert list(found) == [
        ("v", "typical member"),
        ("v", "any member"),
        ("a", "typical trial"),
        ("z", "every trial"),
        ("t", "typical member"),
        ("t", "any member"),
    ]
    assert {values.shape for values in found.values()} == {(N_DRAWS,)}
    assert np.all(found["t", "any member"] > 0)


def test_the_prior_of_an_intercept_has_the_quantiles_that_defined_it(model):
    t = natural_prior(model.built, N_DRAWS, np.random.default_rng(1))["t", "typical member"]
    prior = model.params["t"].prior["Intercept"]
    errors = MONTE_CARLO.standard_errors / np.sqrt(N_DRAWS)
    assert abs(np.log(t).mean() - prior.args["mu"]) < errors * prior.args["sigma"]
    assert abs(np.log(t).std() / prior.args["sigma"] - 1) < errors / np.sqrt(2)


def test_members_spread_more_than_what_is_typical(model):
    found = natural_prior(model.built, N_DRAWS, np.random.default_rng(1))
    deviation = np.log(found["t", "any member"]) - np.log(found["t", "typical member"])
    assert np.std(deviation) > 0.05
    assert abs(deviation.mean()) < MONTE_CARLO.standard_errors * deviation.std() / np.sqrt(N_DRAWS)


def test_the_table_summarises_the_draws(model):
    table = model.prior_summary(draws=N_DRAWS, random_seed=1)
    assert list(table.columns) == ["mean", "sd", "5%", "50%", "95%"]
    assert table.index.names == ["parameter", "of"]
    found = natural_prior(model.built, N_DRAWS, np.random.default_rng(1))["z", "every trial"]
    row = table.loc["z", "every trial"]
    expected = [found.mean(), found.std(ddof=1), *np.quantile(found, QUANTILES)]
    np.testing.assert_allclose(row, expected, rtol=SAME_NUMERICS.relative)
    assert table.equals(prior_table(natural_prior(model.built, N_DRAWS, np.random.default_rng(1))))


def test_a_number_of_draws_is_a_number(model):
    with pytest.raises(ValueError, match="`draws` must be a positive integer, got 0"):
        model.prior_summary(draws=0)
