"""``hssm fit``: a model of the data in a CSV file, from options or a configuration file."""

from __future__ import annotations

import inspect
import json
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from hssm.commands import results
from hssm.commands.screen import FailedRunError, Screen, user_input
from hssm.suggest import close_matches


@dataclass(frozen=True, kw_only=True, slots=True)
class FitRequest:
    """What to fit: the files, and the options that go over the configuration's."""

    data: Path
    out: Path
    model: str | None = None
    formulas: Sequence[str] = ()
    choices: str | None = None
    config: Path | None = None
    sampler: str | None = None
    seed: int | None = None


def fit(screen: Screen, request: FitRequest, **sampling: Any) -> None:
    """Build, sample, show and save.

    Raises
    ------
    WrongUsageError
        Data, configuration or an option cannot be used.
    FailedRunError
        Sampling failed, or ended with failed diagnostics (the files are there all the same).
    """
    began = time.perf_counter()
    with user_input():
        data = read_data(request.data)
        arguments = model_arguments(request)
    folder = results.make_folder(request.out)
    from hssm.hssm import HSSM

    with user_input():
        model = HSSM(data, **arguments)
    screen.say(repr(model))
    screen.say()
    screen.say(f"Sampling the posterior ({results.sampling_words(sampling)}) …")
    tree, problems = results.run_sampler(screen, model, sampler=request.sampler, random_seed=request.seed, **sampling)
    table = results.summary_table(model)
    files = results.save_tables(model, table, folder)
    results.show_summary(screen, table)
    results.show_diagnosis(screen, problems)
    files += results.save_plots(model, folder, request.seed)
    screen.say(f"Time: {time.perf_counter() - began:.1f} s, of which sampling {tree.attrs['sampling_time']:.1f} s.")
    results.show_files(screen, folder, files)
    if problems:
        raise FailedRunError("The fit finished with failed diagnostics (above).")


def read_data(path: Path) -> pd.DataFrame:
    """The table in a CSV file."""
    if not path.is_file():
        raise FileNotFoundError(f"No data file {str(path)!r}. Give the path of a CSV file with one row per trial.")
    try:
        return pd.read_csv(path)
    except (UnicodeDecodeError, pd.errors.EmptyDataError, pd.errors.ParserError) as error:
        raise ValueError(f"{str(path)!r} is no readable CSV file: {error}") from error


def model_arguments(request: FitRequest) -> dict[str, Any]:
    """Arguments of the constructor: the configuration's, then those of the command line over them."""
    arguments = read_config(request.config) if request.config is not None else {}
    if request.model is not None:
        arguments["model"] = request.model
    if request.choices is not None:
        arguments["choices"] = [_label(text) for text in request.choices.split(",")]
    for formula in request.formulas:
        arguments["include"] = _with_formula(arguments.get("include", []), formula)
    return arguments


def read_config(path: Path) -> dict[str, Any]:
    """A JSON or TOML file with arguments of ``HSSM``, checked for names it does not know.

    Names of parameters are allowed too (``a = 1.5``); whether the model has them, the constructor says.
    """
    if not path.is_file():
        raise FileNotFoundError(f"No configuration file {str(path)!r}.")
    readers = {".json": json.loads, ".toml": tomllib.loads}
    if path.suffix.lower() not in readers:
        raise ValueError(f"A configuration file ends in .json or .toml, got {path.name!r}.")
    try:
        found = readers[path.suffix.lower()](path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{str(path)!r} cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise ValueError(f"{str(path)!r} must hold one table of arguments, got a {type(found).__name__}.")
    if "data" in found:
        raise ValueError(f"{str(path)!r} sets 'data', which is the first argument of the command.")
    known = [name for name in constructor_arguments() if name not in ("data", "kwargs")]
    for name in found:
        hint = close_matches(name, known)
        if name not in known and hint:
            raise ValueError(f"{str(path)!r} sets {name!r}, which is no argument of HSSM.{hint}")
    return found


def constructor_arguments() -> list[str]:
    """Names of the arguments of ``HSSM``."""
    from hssm.hssm import HSSM

    return [name for name in inspect.signature(HSSM.__init__).parameters if name != "self"]


def _with_formula(include: Any, formula: str) -> list[Any]:
    """``include`` with this formula for its parameter, replacing an earlier one of that parameter."""
    name, tilde, right = formula.partition("~")
    name = name.strip()
    if not tilde or not name or not right.strip():
        raise ValueError(f'`--formula` must read like "v ~ 1 + x", got {formula!r}.')
    entries = [entry for entry in include if not (isinstance(entry, dict) and entry.get("name") == name)]
    earlier = next((e for e in include if isinstance(e, dict) and e.get("name") == name), {})
    return [*entries, {**earlier, "name": name, "formula": formula}]


def _label(text: str) -> int | str:
    """A choice as it is in the file: a whole number where it looks like one."""
    text = text.strip()
    return int(text) if text.lstrip("-").isdigit() else text
