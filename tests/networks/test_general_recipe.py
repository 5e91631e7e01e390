"""What every recipe must do: the right columns, finite answers and slopes everywhere, low values before ``t``.

And become an ONNX graph that gives the same answers, before anybody waits for layers to be trained.
"""

import jax
import numpy as np
import onnxruntime
import pytest

from hssm.models.registry import get_model
from hssm.networks.domain import training_box
from hssm.networks.export import export
from hssm.networks.general_recipe import DENSITY_RECIPES, general_recipe, recipe_for
from hssm.networks.outcome_recipes import OUTCOME_RECIPES
from hssm.networks.recipe import inputs_of
from hssm.networks.two_bounds import TWO_BOUNDS

GENERAL = (("ddm", "lan"), ("weibull", "lan"), ("ddm_sdv", "gonogo"), ("weibull", "cpn"), ("ddm_seq2_no_bias", "cpn"))
CASES = [(name, "lan") for name in TWO_BOUNDS if name != "angle_extended"] + list(OUTCOME_RECIPES) + list(GENERAL)


def cases():
    for model, kind in CASES:
        spec = get_model(model)
        box = training_box(spec)
        make = general_recipe if (model, kind) in GENERAL else recipe_for
        yield spec, kind, box, make(spec, kind, box)


def random_rows(spec, kind, box, n=500):
    rng = np.random.default_rng(3)
    columns = [rng.uniform(low, high, n) for low, high in box.values()]
    if kind != "cpn":
        columns.append(np.where(rng.random(n) < 0.3, rng.uniform(0, 2, n), 10 ** rng.uniform(-4, 2, n)))
    if kind == "lan":
        columns.append(rng.choice(spec.choices, n))
    return np.stack(columns, axis=1).astype(np.float32)


@pytest.mark.parametrize(("spec", "kind", "box", "recipe"), list(cases()), ids=lambda x: getattr(x, "name", None))
def test_finite_everywhere(spec, kind, box, recipe) -> None:
    rows = random_rows(spec, kind, box)
    assert recipe.inputs == inputs_of(spec, kind)
    assert rows.shape[1] == len(recipe.inputs)
    features, known = recipe.split(rows)
    assert np.isfinite(features).all()
    answer = recipe.finish(known)
    assert answer.shape == (len(rows), len(spec.choices) if kind == "cpn" else 1)
    assert np.isfinite(answer).all()
    slopes = jax.grad(lambda x: recipe.finish(recipe.split(x)[1]).sum() + recipe.split(x)[0].sum())(rows)
    assert np.isfinite(slopes).all()


@pytest.mark.parametrize("model", ["ddm", "ddm_sdv", "angle", "weibull"])
def test_nothing_before_the_non_decision_time(model) -> None:
    spec = get_model(model)
    box = training_box(spec)
    rows = random_rows(spec, "lan", box)
    n = len(box)
    place = spec.parameter_names.index("t")
    rows[:, place] = np.maximum(rows[:, place], 0.01)
    rows[:, n] = 0.9 * rows[:, place]
    known = recipe_for(spec, "lan", box).split(rows)[1]
    assert (known < -500).all()


def test_probabilities_of_choices_add_to_one() -> None:
    for spec, kind, box, recipe in cases():
        if kind == "cpn":
            log_p = recipe.finish(recipe.split(random_rows(spec, kind, box))[1])
            np.testing.assert_allclose(np.exp(log_p).sum(axis=1), 1.0, rtol=1e-5)


@pytest.mark.parametrize("model", [*DENSITY_RECIPES, "race_no_bias_angle_3"])
def test_a_recipe_becomes_a_graph(model, tmp_path) -> None:
    spec, path = get_model(model), tmp_path / "net.onnx"
    box = training_box(spec)
    recipe, rows = recipe_for(spec, "lan", box), random_rows(spec, "lan", box, n=60)

    def answer(rows):
        return recipe.answer(lambda features: 0.1 * features[:, :1] - 0.2 * features[:, 1:2], rows)

    export(answer, rows.shape[1], path, {"model": model})
    found = onnxruntime.InferenceSession(path).run(None, {"input": rows})[0]
    np.testing.assert_allclose(found, np.asarray(answer(rows)), rtol=1e-4, atol=1e-3)
