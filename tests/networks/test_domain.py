"""Training boxes: the table, the user's ranges, and what is missing."""

import pytest

from hssm.models.registry import get_model, list_models
from hssm.networks.domain import BOXES, training_box


@pytest.mark.parametrize("name", sorted(BOXES))
def test_boxes_fit_the_models(name) -> None:
    if name not in list_models():
        pytest.skip("not a model of this registry")
    spec = get_model(name)
    box = training_box(spec)
    assert list(box) == list(spec.parameter_names)
    for parameter in spec.parameters:
        low, high = box[parameter.name]
        assert parameter.bounds[0] <= low < high <= parameter.bounds[1]


def test_own_ranges_replace_those_of_the_table() -> None:
    box = training_box(get_model("ddm"), {"v": [0, 1]})
    assert box["v"] == (0.0, 1.0)
    assert box["a"] == (0.3, 2.5)


@pytest.mark.parametrize(
    ("model", "domain", "said"),
    [
        ("ddm", {"drift": (0, 1)}, "'drift'.*v, a, z, t"),
        ("ddm", {"v": (1, 0)}, "'v'.*low < high"),
        ("ddm", {"v": 3}, "'v'.*pair"),
        ("lba2", None, "finite range.*A.*domain="),
    ],
)
def test_faults_are_told(model, domain, said) -> None:
    with pytest.raises(ValueError, match=said):
        training_box(get_model(model), domain)
