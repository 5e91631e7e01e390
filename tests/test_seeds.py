import numpy as np
import pytest

from hssm.seeds import as_generator, one_seed


@pytest.mark.parametrize("seed", [0, 7, np.int64(7), np.uint8(3), 2**40])
def test_an_integer_is_reproducible(seed):
    assert as_generator(seed).integers(2**62) == as_generator(seed).integers(2**62)


def test_different_integers_differ():
    assert as_generator(1).integers(2**62) != as_generator(2).integers(2**62)


def test_none_is_fresh():
    assert as_generator(None).integers(2**62) != as_generator().integers(2**62)


def test_a_generator_is_used_as_it_is():
    generator = np.random.default_rng(1)
    assert as_generator(generator) is generator


@pytest.mark.parametrize("seed", [True, np.True_, 1.5, "1", [1, 2], np.random.RandomState(1)])  # noqa: NPY002
def test_other_types_are_refused(seed):
    with pytest.raises(TypeError, match=r"A seed cannot be .*Allowed"):
        as_generator(seed)


def test_a_negative_integer_is_refused():
    with pytest.raises(ValueError, match="negative, got -3"):
        as_generator(-3)


def test_one_of_two_spellings():
    assert one_seed() is None
    assert one_seed(random_state=0) == 0
    assert one_seed(random_seed=0) == 0
    with pytest.raises(TypeError, match=r"two spellings.*\(0 and 1\)"):
        one_seed(random_state=0, random_seed=1)


def test_the_global_generator_is_left_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    as_generator(5).normal(size=10)
    as_generator(None).normal(size=10)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002
