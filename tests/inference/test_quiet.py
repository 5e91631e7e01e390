import logging

import pytest

from hssm.inference.quiet import quiet_pymc


def test_pymc_is_quiet_inside_and_heard_again_outside(caplog):
    logger = logging.getLogger("pymc.sampling.forward")
    before = logging.getLogger("pymc").level
    with quiet_pymc():
        logger.info("Sampling: [a]")
        logger.error("lost")
    logger.warning("heard")
    assert [record.message for record in caplog.records] == ["lost", "heard"]
    assert logging.getLogger("pymc").level == before


def test_an_error_leaves_nothing_silent():
    before = logging.getLogger("pymc").level
    with pytest.raises(ZeroDivisionError), quiet_pymc():
        1 / 0  # noqa: B018
    assert logging.getLogger("pymc").level == before
