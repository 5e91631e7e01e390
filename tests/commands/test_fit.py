"""Options and configuration files become the constructor's arguments."""

from pathlib import Path

import pytest

from hssm.commands.fit import FitRequest, model_arguments, read_config, read_data


def request(**options) -> FitRequest:
    return FitRequest(data=Path("data.csv"), out=Path("out"), **options)


def test_options() -> None:
    assert model_arguments(request()) == {}
    found = model_arguments(request(model="ddm_sdv", formulas=("v ~ 1 + x", "a ~ 1"), choices="left, right"))
    assert found == {
        "model": "ddm_sdv",
        "choices": ["left", "right"],
        "include": [{"name": "v", "formula": "v ~ 1 + x"}, {"name": "a", "formula": "a ~ 1"}],
    }
    assert model_arguments(request(choices="0,1"))["choices"] == [0, 1]


@pytest.mark.parametrize("formula", ["v", "~ 1 + x", "v ~ "])
def test_no_formula(formula) -> None:
    with pytest.raises(ValueError, match="--formula"):
        model_arguments(request(formulas=(formula,)))


def test_configurations_in_two_notations(tmp_path) -> None:
    (tmp_path / "one.toml").write_text(
        'p_outlier = 0.1\na = 1.5\n[[include]]\nname = "v"\nformula = "v ~ 1"\nlink = "identity"\n'
    )
    (tmp_path / "two.json").write_text(
        '{"p_outlier": 0.1, "a": 1.5, "include": [{"name": "v", "formula": "v ~ 1", "link": "identity"}]}'
    )
    one, two = read_config(tmp_path / "one.toml"), read_config(tmp_path / "two.json")
    assert one == two
    assert one["a"] == 1.5
    over = model_arguments(request(config=tmp_path / "one.toml", formulas=("v ~ 1 + x",)))
    assert over["include"] == [{"name": "v", "formula": "v ~ 1 + x", "link": "identity"}]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("c.yaml", "a: 1", "json or .toml"),
        ("c.json", "{", "cannot be read"),
        ("c.json", "[1]", "one table"),
        ("c.toml", "data = 'x.csv'", "first argument"),
        ("c.toml", "p_outliers = 0.1", "Did you mean 'p_outlier'"),
    ],
)
def test_no_configuration(tmp_path, name, text, message) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=message):
        read_config(tmp_path / name)


def test_files_that_are_not_there_or_empty(tmp_path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        read_config(tmp_path / "nowhere.toml")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        read_data(tmp_path / "nowhere.csv")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(ValueError, match="empty.csv"):
        read_data(tmp_path / "empty.csv")
