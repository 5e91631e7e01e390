from hssm.progress import progress


def test_a_bar_counts_and_a_hidden_one_says_nothing(capsys):
    with progress("refits", 3, done=1) as advance:
        advance()
        advance()
    assert "refits" in (shown := capsys.readouterr().out)
    assert "3/3" in shown
    with progress("refits", 3, shown=False) as advance:
        advance()
    assert capsys.readouterr().out == ""
