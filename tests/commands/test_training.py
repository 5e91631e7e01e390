"""``hssm train``: files, printed figures, silence when quiet."""

from hssm import cli


def test_train(tmp_path, capsys) -> None:
    arguments = ["train", "ddm", "--kind", "cpn", "--simulations", "2000", "--epochs", "2", "--seed", "1"]
    assert cli.main([*arguments, "--out", str(tmp_path)]) == cli.DONE
    printed = capsys.readouterr().out
    assert "ddm_cpn: cpn of ddm, against exact reference" in printed
    assert "mass error" in printed
    assert {path.name for path in tmp_path.iterdir()} >= {"ddm_cpn.onnx", "ddm_cpn.json"}
    assert cli.main([*arguments, "--quiet", "--out", str(tmp_path)]) == cli.DONE
    assert capsys.readouterr().out == ""
