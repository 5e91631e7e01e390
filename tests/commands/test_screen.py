"""What is printed where, and which errors are the user's."""

import warnings

import pytest

from hssm.commands.screen import Screen, WrongUsageError, message_of, user_input


def test_quiet_says_nothing_but_complains(capsys) -> None:
    screen = Screen(quiet=True)
    screen.say("hello")
    screen.heading("hello")
    screen.table(["a"], [["1"]])
    screen.complain("trouble [v]")
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "trouble [v]\n"


def test_text_is_printed_as_it_is(capsys) -> None:
    Screen().say("v_1|participant_id[3] and [bold]brackets[/bold]")
    Screen().table(["name", "value"], [["v[0]", "1.5"]])
    printed = capsys.readouterr().out
    assert "v_1|participant_id[3] and [bold]brackets[/bold]" in printed
    assert "v[0]" in printed


def test_errors_of_the_package_are_wrong_usage() -> None:
    with pytest.raises(WrongUsageError, match="no such column"), user_input():
        raise ValueError("no such column")
    with pytest.raises(ZeroDivisionError), user_input():
        raise ZeroDivisionError


def test_messages_name_the_class_of_what_was_not_foreseen() -> None:
    assert message_of(ValueError("wrong")) == "wrong"
    assert message_of(KeyError("wrong")) == "KeyError: 'wrong'"
    assert message_of(ValueError()) == "ValueError"


def test_warnings_are_one_line_each(capsys) -> None:
    with Screen().plain_warnings():
        warnings.warn("rt looks like milliseconds", UserWarning, stacklevel=1)
    assert capsys.readouterr().err == "Warning: rt looks like milliseconds\n"
