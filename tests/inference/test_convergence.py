import warnings

import numpy as np
import pytest
import xarray as xr

from hssm.inference.convergence import convergence_problems, stuck_chains, warn_about_convergence
from hssm.inference.results import ASKED_FORMS
from hssm.inference.sample import diagnose

N_DRAWS = 400


def posterior(n_chains: int = 4, n_draws: int = N_DRAWS) -> xr.Dataset:
    """Independent draws, on which nothing is wrong."""
    rng = np.random.default_rng(1)
    shapes = {"v": (), "v_1|id": (3,)}
    return xr.Dataset(
        {
            name: (("chain", "draw", *(["id"] if shape else [])), rng.normal(size=(n_chains, n_draws, *shape)))
            for name, shape in shapes.items()
        },
        coords={"chain": np.arange(n_chains), "draw": np.arange(n_draws)},
    )


def tree(dataset: xr.Dataset, diverging: int = 0, **attributes: str) -> xr.DataTree:
    flags = np.zeros((dataset.sizes["chain"], dataset.sizes["draw"]), dtype=bool)
    flags.flat[:diverging] = True
    result = xr.DataTree.from_dict(
        {"posterior": dataset, "sample_stats": xr.Dataset({"diverging": (("chain", "draw"), flags)})}
    )
    result.attrs = attributes
    return result


def slow(dataset: xr.Dataset, name: str) -> xr.Dataset:
    """Random walks in place of independent draws: all chains in the same region, hardly any information."""
    steps = np.repeat(np.random.default_rng(2).normal(size=(4, N_DRAWS // 40)), 40, axis=1)
    return dataset.assign({name: (("chain", "draw"), steps)})


def test_good_draws_are_silent():
    assert convergence_problems(tree(posterior())) == []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        diagnose(tree(posterior()))


def test_divergences_are_counted():
    (problem,) = convergence_problems(tree(posterior(), diverging=7))
    assert problem.startswith("7 divergences")
    assert "target_accept" in problem
    assert "noncentered" not in problem


def test_forms_that_were_asked_for_are_named_with_divergences():
    asked = {ASKED_FORMS: str({"v_1|id": "centered"})}
    (problem,) = convergence_problems(tree(posterior(), diverging=1, **asked))
    assert problem.startswith("1 divergence after")
    assert "You chose the form of v_1|id (centered): `noncentered='auto'`" in problem


def test_chains_that_disagree_are_named():
    dataset = posterior()
    dataset["v_1|id"][0, :, 1] += 3
    problems = convergence_problems(tree(dataset))
    assert problems[0].startswith("R-hat above 1.01: v_1|id (")
    assert "v (" not in problems[0]


def test_few_effective_samples_are_named_with_the_limit():
    problems = convergence_problems(tree(slow(posterior(), "v")))
    bulk = [problem for problem in problems if problem.startswith("Bulk")]
    assert len(bulk) == 1
    assert "below 400 (100 per chain): v (" in bulk[0]


def test_tails_count_too():
    dataset = posterior()
    values = dataset["v"].values
    late = values[:, N_DRAWS // 2 :]
    late[np.abs(late) > 1] = 0  # the tails are visited in the first half only
    assert any(problem.startswith("Tail") for problem in convergence_problems(tree(dataset)))


def test_at_most_three_variables_are_listed_worst_first():
    dataset = xr.Dataset(coords={"chain": np.arange(4), "draw": np.arange(N_DRAWS)})
    for shift in (1, 2, 3, 4, 5):
        own = posterior()["v"].copy()
        own[0] += shift
        dataset[f"p{shift}"] = own
    rhat = convergence_problems(tree(dataset))[0]
    listed = [part.split(" ")[0] for part in rhat.split(": ")[1].split(", ")]
    assert listed == ["p5", "p4", "p3"]


def test_offsets_are_not_judged():
    dataset = posterior()
    dataset["v_1|id_offset"] = slow(posterior(), "v")["v"]
    assert convergence_problems(tree(dataset)) == []


def test_a_single_chain_is_said_to_be_one():
    (problem,) = convergence_problems(tree(posterior(1)))
    assert "single chain" in problem
    assert convergence_problems(tree(posterior(1), sampler="laplace")) == []
    assert convergence_problems(tree(posterior(1), sampler="vi")) == []


def test_each_problem_is_one_warning():
    dataset = posterior()
    dataset["v"][0] += 4
    found = tree(dataset, diverging=1)
    with pytest.warns(UserWarning) as caught:
        warn_about_convergence(found)
    assert [str(warning.message) for warning in caught] == convergence_problems(found)
    assert len(caught) >= 2


def test_constant_variables_are_no_reason_to_warn():
    dataset = posterior().assign(z=(("chain", "draw"), np.full((4, N_DRAWS), 0.5)))
    assert convergence_problems(tree(dataset)) == []


def test_a_stuck_chain_keeps_every_variable():
    dataset = posterior()
    dataset["v"][2] = 1.0
    assert stuck_chains(dataset) == []
    dataset["v_1|id"][2] = 0.3
    assert stuck_chains(dataset) == [2]
    assert stuck_chains(dataset.isel(draw=[0])) == []


def test_a_stuck_chain_is_an_error():
    dataset = posterior()
    dataset["v"][1], dataset["v_1|id"][1] = 1.0, 0.0
    with pytest.raises(RuntimeError, match=r"Chain\(s\) 1 never moved"):
        diagnose(tree(dataset))
