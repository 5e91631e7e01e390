"""Every check of the project by name; the same sessions run by hand and in CI.

``uv run nox`` runs lint, types and tests in the environment that ``uv run`` has just made; no session builds its own.
"""

import os
from pathlib import Path

import nox
from nox.command import CommandFailed

nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "types", "tests"]

UV = os.environ.get("UV", "uv")
HEADLESS = {"MPLBACKEND": "Agg", "NO_MKDOCS_2_WARNING": "1"}


def run_with_docs(session: nox.Session, *command: str) -> None:
    """Run a command in this environment with the ``docs`` extra added to it."""
    session.run(UV, "run", "--extra", "docs", *command, external=True, env=HEADLESS)


def scripts(session: nox.Session, folder: str) -> list[str]:
    """The scripts of a folder, or only those whose names were given after ``--``; names with ``_`` are helpers."""
    found = sorted(path for path in Path(folder).glob("*.py") if not path.name.startswith("_"))
    if session.posargs:
        found = [path for path in found if path.stem in session.posargs]
    if not found:
        session.error(f"No script in {folder}/ matches {session.posargs or 'anything'}.")
    return [str(path) for path in found]


@nox.session
def lint(session: nox.Session) -> None:
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    session.run("mypy", *session.posargs)


PARTS = (
    ("tests/densities/passage", "tests/densities/special"),
    ("tests/densities/test_[a-l]*.py",),
    ("tests/densities/test_[m-s]*.py",),
    ("tests/densities/test_[t-z]*.py", "tests/simulators"),
    ("tests/models",),
    ("tests/inference",),
    ("tests/distributions", "tests/likelihoods"),
    ("tests/bambi_bridge", "tests/recovery"),
    ("tests/networks",),
)
"""What is tested in processes of its own, as patterns of paths; the rest of ``tests`` is the last part."""


@nox.session
def tests(session: nox.Session) -> None:
    """Every part in two new processes, or whatever is given after ``--``.

    Most of the time is compilation, and numba takes the longer over each function the more a process has compiled.
    """
    parts = [sorted(str(path) for pattern in part for path in Path().glob(pattern)) for part in PARTS]
    rest = ["tests", *(f"--ignore={path}" for part in parts for path in part)]
    failed = []
    for part in [session.posargs] if session.posargs else [*parts, rest]:
        try:
            session.run("pytest", "-n", "2", "--dist", "loadgroup", *part, env=HEADLESS)
        except CommandFailed:
            failed.append(" ".join(part))
    if failed:
        session.error(f"Tests failed in {'; '.join(failed)}.")


@nox.session
def slow(session: nox.Session) -> None:
    session.run("pytest", "-m", "slow", *session.posargs, env=HEADLESS)


@nox.session
def docs(session: nox.Session) -> None:
    run_with_docs(session, "mkdocs", "build", "--strict", *session.posargs)


def data_home() -> Path | None:
    """The folder of real data sets: ``HSSM_DATA_HOME``, else ``shared/data`` beside the checkout, or None."""
    named = os.environ.get("HSSM_DATA_HOME")
    folder = Path(named) if named else Path("..") / "shared" / "data"
    return folder.resolve() if folder.is_dir() else None


NEEDED_DATA = {"01_hierarchical_cavanagh": "cavanagh_theta.csv"}
"""Data sets that are not bundled, by the tutorial that reads them."""


@nox.session
def tutorials(session: nox.Session) -> None:
    """Run the lessons with few draws (``HSSM_TUTORIAL_DRAWS``); what they write goes to a temporary folder."""
    home = data_home()
    env = HEADLESS | {"HSSM_TUTORIAL_DRAWS": os.environ.get("HSSM_TUTORIAL_DRAWS", "100")}
    env |= {"HSSM_DATA_HOME": str(home)} if home else {}
    found = [Path(script).resolve() for script in scripts(session, "tutorials")]
    session.chdir(session.create_tmp())
    for script in found:
        needed = NEEDED_DATA.get(script.stem)
        if needed and not (home and (home / needed).is_file()):
            session.warn(
                f"{script.name} is left out: {needed} is not there. Set HSSM_DATA_HOME to the folder that holds it."
            )
            continue
        session.run(UV, "run", "--extra", "docs", "python", str(script), external=True, env=env)


@nox.session
def bench(session: nox.Session) -> None:
    """A short run of all benchmarks, of the peer too if HSSM_PEER_PYTHON is set; options after ``--`` replace it."""
    home = data_home()
    env = HEADLESS | ({"HSSM_DATA_HOME": str(home)} if home else {})
    session.run("python", "benchmarks/run_all.py", *(session.posargs or ["--short"]), env=env)
