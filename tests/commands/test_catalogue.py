"""The list of models and one model in full."""

import pytest

import hssm
from hssm.commands.catalogue import show_models
from hssm.commands.screen import Screen, WrongUsageError


def test_all_models_with_their_kinds(capsys) -> None:
    show_models(Screen())
    printed = capsys.readouterr().out
    assert all(name in printed for name in hssm.list_models())
    assert "analytical, approx_differentiable, blackbox" in printed


def test_families_with_what_n_may_be(capsys) -> None:
    show_models(Screen())
    printed = capsys.readouterr().out
    races = ("lba{n}", "lba{n}_t", "racing_diffusion_{n}", "lnr{n}", "wald_race{n}", "race_no_bias_angle_{n}")
    patterns = (*races, "softmax_inv_temperature_{n}")
    assert all(pattern in printed for pattern in patterns)
    assert "2 to 10" in printed and "lnr3: Lognormal race with 3 accumulators" in printed


def test_only_models_of_a_kind(capsys) -> None:
    show_models(Screen(), kind="blackbox")
    assert "ddm_sdv" in capsys.readouterr().out
    with pytest.raises(WrongUsageError, match="analytical, approx_differentiable, blackbox"):
        show_models(Screen(), kind="exact")


def test_one_model_in_full(capsys) -> None:
    show_models(Screen(), "ddm", "analytical")
    assert capsys.readouterr().out.strip() == hssm.show_defaults("ddm", "analytical")
    with pytest.raises(WrongUsageError, match="Did you mean 'ddm'"):
        show_models(Screen(), "dmd")
