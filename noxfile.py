"""Every check of the project by name; the same sessions run by hand and in CI.

``uv run nox`` runs lint, types and tests in the environment that ``uv run`` has just made; no session builds its own.
"""

import os
from pathlib import Path

import nox

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


@nox.session
def tests(session: nox.Session) -> None:
    session.run("pytest", *session.posargs, env=HEADLESS)


@nox.session
def slow(session: nox.Session) -> None:
    session.run("pytest", "-m", "slow", *session.posargs, env=HEADLESS)


@nox.session
def docs(session: nox.Session) -> None:
    run_with_docs(session, "mkdocs", "build", "--strict", *session.posargs)


@nox.session
def tutorials(session: nox.Session) -> None:
    for script in scripts(session, "tutorials"):
        run_with_docs(session, "python", script)


@nox.session
def bench(session: nox.Session) -> None:
    for script in scripts(session, "benchmarks"):
        session.run("python", script, env=HEADLESS)
