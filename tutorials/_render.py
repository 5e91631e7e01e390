"""Run a lesson and write it as a page of the documentation: text, code, what the code printed, and its pictures.

``python tutorials/_render.py 02_first_fit`` runs ``tutorials/02_first_fit.py`` with its default settings in a temporary
folder and writes ``docs/tutorials/02_first_fit.md``. Pages are kept in the repository, so building the site needs no
data and no minutes.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
import tempfile
import traceback
import warnings
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGES = HERE.parent / "docs" / "tutorials"


def cells(text: str) -> Iterator[tuple[bool, str]]:
    """Whether it is text, and its source, for each cell of a script in percent format; the header is left out."""
    for part in text.split("\n# %%")[1:]:
        kind, _, source = part.partition("\n")
        if "[markdown]" in kind:
            yield True, "\n".join(line.removeprefix("#").removeprefix(" ") for line in source.strip().splitlines())
        else:
            yield False, source.strip()


def run(source: str, namespace: dict[str, object]) -> str:
    """What a cell prints, warnings included, progress messages of the samplers not."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default", UserWarning)
        exec(compile(source, "<lesson>", "exec"), namespace)
    said = [f"UserWarning: {w.message}" for w in caught if issubclass(w.category, UserWarning)]
    return "\n".join([*said, printed.getvalue().rstrip()]).strip("\n")


def render(name: str) -> Path:
    """Write the page of one lesson and return its path."""
    script = HERE / f"{name}.py"
    lines = []
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        namespace: dict[str, object] = {"__name__": "__main__"}
        pictures: set[Path] = set()
        for is_text, source in cells(script.read_text()):
            if is_text:
                lines += [source, ""]
                continue
            printed = run(source, namespace)
            lines += ["```python", source, "```", ""]
            lines += ["```text", printed, "```", ""] if printed else []
            new = sorted(set(Path(folder).glob("*.png")) - pictures)
            pictures |= set(new)
            for picture in new:
                shutil.copy(picture, PAGES / picture.name)
                lines += [f"![What the lines above draw]({picture.name})", ""]
    page = PAGES / f"{name}.md"
    page.write_text("\n".join([*lines, f"The whole lesson as a script: `tutorials/{script.name}`.", ""]))
    return page


if __name__ == "__main__":
    os.environ.setdefault("MPLBACKEND", "Agg")
    names = sys.argv[1:] or sorted(path.stem for path in HERE.glob("[0-9]*.py"))
    for lesson in names:
        try:
            print(render(lesson))
        except Exception:
            traceback.print_exc()
            sys.exit(1)
