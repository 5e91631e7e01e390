"""A number beside another: the same number and slope, in a graph from which the other can be had."""

import pytensor
import pytensor.tensor as pt
import pytest

from hssm.parameters.beside import beside, company


def test_it_is_the_number_itself() -> None:
    x, other = pt.dscalar("x"), pt.dscalar("other")
    value = beside(x, other)
    slopes = pytensor.grad(value * value, [x, other], disconnected_inputs="ignore")
    found = pytensor.function([x, other], [value, *slopes], mode="FAST_COMPILE")(3.0, 7.0)
    assert [float(each) for each in found] == [3.0, 6.0, 0.0]


def test_the_other_comes_along() -> None:
    x, other = pt.dscalar("x"), pt.dscalar("other")
    assert company((pt.dscalar("mu"), 2.0 * beside(x, other))) is other


def test_no_company_is_an_error() -> None:
    with pytest.raises(ValueError, match="No variable was put beside"):
        company((pt.dscalar("mu"),))
