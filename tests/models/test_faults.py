import pytest

from hssm.models.faults import Faults, is_names, quoted


def test_all_faults_are_reported_in_one_error() -> None:
    faults = Faults("Model 'x' is wrong")
    assert faults.value(True, "first")
    assert not faults.value(False, "never")
    assert faults.type(True, "second")
    with pytest.raises(ValueError, match="^Model 'x' is wrong: second; first.$"):
        faults.raise_if_any()


def test_only_wrong_types_are_a_type_error() -> None:
    faults = Faults("Input")
    faults.raise_if_any()
    faults.type(True, "not a list")
    with pytest.raises(TypeError, match="not a list"):
        faults.raise_if_any()


def test_names_are_lists_of_strings() -> None:
    assert is_names(["a", "b"])
    assert is_names(("a",))
    assert not is_names("ab")
    assert not is_names(["a", 1])
    assert not is_names(None)
    assert quoted(["a", 1]) == "'a', 1"
    assert quoted([]) == "none"
