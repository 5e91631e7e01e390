"""The reference pages in ``docs/`` say what the registry says: they are generated, and anew when it changes."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

import hssm
from hssm.models import registry
from hssm.models.registry import get_model

ROOT = Path(__file__).parents[1]
TOOLS = ROOT / "tools"
REMEDY = "Run: uv run python tools/make_model_pages.py"
LARGEST_PICTURE = 40_000


@pytest.fixture(scope="module", autouse=True)
def only_built_in_models() -> Iterator[None]:
    """Models that other tests registered in this process have no pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "_registered", {})
        yield


@pytest.fixture(scope="module")
def generator() -> Iterator[ModuleType]:
    """The generator, imported from the folder of tools as when it runs as a script."""
    sys.path.insert(0, str(TOOLS))
    import make_model_pages

    yield make_model_pages
    sys.path.remove(str(TOOLS))


@pytest.fixture(scope="module")
def made(generator: ModuleType) -> dict[Path, str]:
    return generator.pages()


@pytest.fixture(scope="module")
def folder(generator: ModuleType) -> Path:
    return ROOT / generator.FOLDER


def test_pages_are_what_the_generator_makes_now(made: dict[Path, str]) -> None:
    different = [
        str(path)
        for path, text in made.items()
        if not (ROOT / path).is_file() or (ROOT / path).read_text(encoding="utf-8") != text
    ]
    assert not different, f"Out of date: {', '.join(different)}. {REMEDY}"


def test_no_page_is_left_of_a_model_that_is_gone(made: dict[Path, str], folder: Path) -> None:
    assert {path.name for path in folder.glob("*.md")} == {path.name for path in made}, REMEDY


def test_every_model_has_a_page_and_a_place_in_the_navigation(made: dict[Path, str], generator: ModuleType) -> None:
    names = {path.stem for path in made}
    assert set(hssm.list_models()) <= names
    text = generator.NAVIGATION.read_text(encoding="utf-8")
    assert generator.navigation(text) == text, REMEDY


def test_every_page_shows_a_small_picture_that_is_there(made: dict[Path, str], folder: Path) -> None:
    for path, text in made.items():
        if path.stem == "index":
            continue
        shown = re.search(r"!\[[^\]]+\]\(([^)]+)\)", text)
        assert shown, path
        picture = folder / shown[1]
        assert picture.is_file(), f"{picture} is missing. {REMEDY}"
        assert picture.stat().st_size < LARGEST_PICTURE
        assert ElementTree.parse(picture).getroot().tag.endswith("svg")


def test_a_page_tells_every_parameter_choice_and_reference_of_its_model(made: dict[Path, str]) -> None:
    for path, text in made.items():
        if path.stem == "index":
            continue
        spec = get_model(path.stem)
        for parameter in spec.parameters:
            assert text.count(f"| `{parameter.name}` |") >= 2, (path, parameter.name)
            assert parameter.description in text
        for expected in (spec.description, spec.equation, *spec.references, *(k.kind for k in spec.likelihoods)):
            assert expected in text, (path, expected)


def test_examples_of_the_pages_run(generator: ModuleType, made: dict[Path, str]) -> None:
    """The line that simulates is in each page as it is here, and gives responses of the model."""
    for path, text in made.items():
        found = re.search(r"^data = (.*)$", text, re.MULTILINE)
        if path.stem == "index" or found is None:
            continue
        data = eval(found[1], {"hssm": hssm})
        spec = get_model(path.stem)
        assert list(data.columns) == list(spec.response)
        assert set(data["response"].unique()) <= set(spec.choices), path


def test_pictures_are_the_same_every_time(generator: ModuleType, tmp_path: Path) -> None:
    import model_pictures

    spec = get_model("ddm")
    texts = []
    for name in ("one.svg", "two.svg"):
        model_pictures.write_picture(spec, tmp_path / name)
        texts.append((tmp_path / name).read_text(encoding="utf-8"))
    assert texts[0] == texts[1]
    assert "<dc:date>" not in texts[0]
