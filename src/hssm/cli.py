"""The command line: reads arguments, calls one command, and turns failures into messages and exit codes.

Exit codes: 0 done; 1 the run failed or ended with failed diagnostics; 2 wrong usage. argparse loads at once, and a
command loads what it needs, so that ``hssm --help`` does not wait for a sampler.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

DONE, FAILED, WRONG_USAGE = 0, 1, 2
TRACEBACK = "HSSM_TRACEBACK"
"""Environment variable: when set, errors show where they come from."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; ``argv`` is the command line without the program's name."""
    try:
        options = _parser().parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    from hssm.commands.screen import FailedRunError, Screen, WrongUsageError, message_of

    screen = Screen(quiet=options.quiet)
    try:
        with screen.plain_warnings():
            options.run(options, screen)
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        known = isinstance(error, WrongUsageError | FailedRunError)
        hint = "" if known else f"\n(unexpected; set {TRACEBACK}=1 to see where it comes from)"
        screen.complain(f"hssm {options.command}: {str(error) if known else message_of(error)}{hint}")
        return WRONG_USAGE if isinstance(error, WrongUsageError) else FAILED
    except KeyboardInterrupt:
        screen.complain(f"hssm {options.command}: stopped.")
        return FAILED
    return DONE


def _parser() -> argparse.ArgumentParser:
    from hssm import __version__

    parser = argparse.ArgumentParser(
        prog="hssm", description="Hierarchical Bayesian sequential sampling models of choices and reaction times."
    )
    parser.add_argument("--version", action="version", version=f"hssm {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_quickstart(commands)
    _add_models(commands)
    _add_simulate(commands)
    _add_fit(commands)
    _add_recover(commands)
    _add_train(commands)
    return parser


def _command(commands: argparse._SubParsersAction, name: str, help: str, run: Callable) -> argparse.ArgumentParser:
    """A command with the options that all of them have."""
    parser = commands.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.")
    parser.add_argument("--seed", type=_natural, help="whole number: the same seed gives the same result")
    parser.add_argument("--quiet", action="store_true", help="print warnings and errors only")
    parser.set_defaults(run=run)
    return parser


def _add_quickstart(commands: argparse._SubParsersAction) -> None:
    parser = _command(commands, "quickstart", "simulate data, fit them, and compare with the truth", _run_quickstart)
    parser.add_argument("--trials", type=_positive, default=500, metavar="N", help="trials to simulate (500)")
    parser.add_argument("--out", type=Path, default=Path("hssm_quickstart"), metavar="DIR", help="folder for results")
    _add_sampling(parser)


def _add_models(commands: argparse._SubParsersAction) -> None:
    parser = _command(commands, "models", "list the models, or show the defaults of one", _run_models)
    parser.add_argument("name", nargs="?", metavar="NAME", help="a model")
    parser.add_argument("--kind", metavar="KIND", help="likelihood kind: analytical, approx_differentiable or blackbox")


def _add_simulate(commands: argparse._SubParsersAction) -> None:
    parser = _command(commands, "simulate", "write simulated data of a model to a CSV file", _run_simulate)
    parser.add_argument("model", metavar="MODEL", help="a name that `hssm models` lists")
    parser.add_argument("--theta", nargs="+", required=True, metavar="NAME=VALUE", help="parameters: v=0.5 a=1.5 …")
    parser.add_argument("--size", type=_positive, default=1000, metavar="N", help="trials (1000)")
    parser.add_argument("--deadline", type=float, metavar="S", help="seconds after which a response is omitted")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.csv")


def _add_fit(commands: argparse._SubParsersAction) -> None:
    parser = _command(commands, "fit", "fit a model to the trials in a CSV file", _run_fit)
    parser.add_argument("data", type=Path, metavar="DATA.csv", help="one row per trial, columns rt (s) and response")
    parser.add_argument("--model", metavar="M", help="a name that `hssm models` lists (ddm)")
    parser.add_argument(
        "--formula", action="append", default=[], metavar="F", help='"v ~ 1 + x"; repeat it for further parameters'
    )
    parser.add_argument("--choices", metavar="L,U", help='labels in the order of the model\'s codes: "left,right"')
    parser.add_argument("--config", type=Path, metavar="FILE", help="JSON or TOML with arguments of hssm.HSSM")
    parser.add_argument("--sampler", metavar="S", help="pymc, nutpie, numpyro, blackjax or laplace")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for results")
    _add_sampling(parser)


def _add_recover(commands: argparse._SubParsersAction) -> None:
    parser = _command(commands, "recover", "simulate, fit, and compare with the truth, many times", _run_recover)
    parser.add_argument("model", metavar="MODEL", help="a name that `hssm models` lists")
    parser.add_argument("--datasets", type=_positive, metavar="N", help="data sets (50; 200 with --sbc)")
    parser.add_argument("--trials", type=_positive, metavar="N", help="trials per participant (500; 100 with --sbc)")
    parser.add_argument("--participants", type=_positive, default=1, metavar="N", help="participants (1)")
    parser.add_argument(
        "--sbc", action="store_true", help="simulation-based calibration: ranks of truths from the prior"
    )
    parser.add_argument("--workers", type=_positive, metavar="N", help="processes (one per core)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for results; a rerun goes on")
    _add_sampling(parser, draws=500, tune=500, chains=2)


def _add_sampling(parser: argparse.ArgumentParser, draws: int = 1000, tune: int = 1000, chains: int = 4) -> None:
    """The numbers are what the defaults are, for the help."""
    parser.add_argument("--draws", type=_positive, metavar="N", help=f"draws to keep per chain ({draws})")
    parser.add_argument("--tune", type=_natural, metavar="N", help=f"draws to tune per chain ({tune})")
    parser.add_argument("--chains", type=_positive, metavar="N", help=f"chains ({chains})")


def _add_train(commands: argparse._SubParsersAction) -> None:
    parser = _command(commands, "train", "train a likelihood network of a model, and certify it", _run_train)
    parser.add_argument("model", metavar="MODEL", help="a name that `hssm models` lists")
    parser.add_argument("--kind", default="lan", choices=("lan", "cpn", "opn", "gonogo"), help="what it gives (lan)")
    parser.add_argument("--simulations", type=_positive, metavar="N", help="labelled rows to train on")
    parser.add_argument("--epochs", type=_positive, metavar="N", help="passes over the rows, at most")
    parser.add_argument("--workers", type=_positive, default=1, metavar="N", help="processes that make the rows (1)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for network and certificate")


def _natural(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"must not be negative, got {text}")
    return value


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, got {text}")
    return value


# argparse names these functions in its messages: "invalid whole number value: 'x'".
_natural.__name__ = _positive.__name__ = "whole number"


def _run_quickstart(options: argparse.Namespace, screen: object) -> None:
    from hssm.commands.quickstart import quickstart

    seed = 1 if options.seed is None else options.seed
    quickstart(screen, options.out, trials=options.trials, seed=seed, **_sampling(options))  # type: ignore[arg-type]


def _run_models(options: argparse.Namespace, screen: object) -> None:
    from hssm.commands.catalogue import show_models

    show_models(screen, options.name, options.kind)  # type: ignore[arg-type]


def _run_simulate(options: argparse.Namespace, screen: object) -> None:
    from hssm.commands.simulation import simulate

    simulate(
        screen,  # type: ignore[arg-type]
        options.model,
        options.theta,
        options.out,
        size=options.size,
        deadline=options.deadline,
        seed=options.seed,
    )


def _run_fit(options: argparse.Namespace, screen: object) -> None:
    from hssm.commands.fit import FitRequest, fit

    request = FitRequest(
        data=options.data,
        out=options.out,
        model=options.model,
        formulas=tuple(options.formula),
        choices=options.choices,
        config=options.config,
        sampler=options.sampler,
        seed=options.seed,
    )
    fit(screen, request, **_sampling(options))  # type: ignore[arg-type]


def _run_recover(options: argparse.Namespace, screen: object) -> None:
    from hssm.commands.recovery import RecoverRequest, recover

    request = RecoverRequest(
        model=options.model,
        out=options.out,
        sbc=options.sbc,
        datasets=options.datasets,
        trials=options.trials,
        participants=options.participants,
        workers=options.workers,
        seed=options.seed,
    )
    recover(screen, request, **_sampling(options))  # type: ignore[arg-type]


def _run_train(options: argparse.Namespace, screen: object) -> None:
    from hssm.commands.training import TrainingRequest, train

    request = TrainingRequest(
        model=options.model,
        kind=options.kind,
        simulations=options.simulations,
        epochs=options.epochs,
        workers=options.workers,
        out=options.out,
        seed=options.seed,
    )
    train(screen, request)  # type: ignore[arg-type]


def _sampling(options: argparse.Namespace) -> dict[str, int | None]:
    return {"draws": options.draws, "tune": options.tune, "chains": options.chains}


if __name__ == "__main__":
    sys.exit(main())
