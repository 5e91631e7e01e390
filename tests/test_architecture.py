"""The shape of the house, read from the syntax trees: layers, cycles, sizes, mirror tree, and a light ``import hssm``.

Nothing here runs the package except the last tests, which import it in a new process.
"""

import ast
import io
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
SOURCE = TESTS.parent / "src" / "hssm"

LAYERS = {
    "spec": 0,
    "seeds": 0,
    "suggest": 0,
    "lazy": 0,
    "collector": 0,
    "precision": 1,
    "light_bambi": 2,
    "densities": 1,
    "simulators": 1,
    "models": 2,
    "data": 2,
    "likelihoods": 2,
    "parameters": 3,
    "distributions": 3,
    "learning": 3,
    "networks": 3,
    "progress": 3,
    "bambi_bridge": 4,
    "inference": 5,
    "saving": 5,
    "reporting": 5,
    "plotting": 5,
    "diagnostics": 5,
    "construct": 6,
    "description": 6,
    "hssm": 6,
    "model_info": 6,
    "model_output": 6,
    "rlssm": 6,
    "addm": 6,
    "recovery": 7,
    "cli": 7,
    "commands": 7,
    # Doors for users: they re-export under the contract's names, and nothing inside comes in through them.
    "": 7,
    "config": 7,
    "defaults": 7,
    "distribution_utils": 7,
    "evaluate": 7,
    "likelihoods.analytical": 7,
    "likelihoods.blackbox": 7,
    "modelconfig": 7,
    "param": 7,
    "rl": 7,
    "utils": 7,
}

THIRD_PARTY = {
    0: {"numpy"},
    1: {"jax", "llvmlite", "numba", "pytensor", "scipy", "ssms"},
    # google: protobuf, which onnx reads files with
    # pymc, inside functions: lapse densities, and likelihoods given as PyMC distributions
    2: {"google", "onnx", "pandas", "platformdirs", "pooch", "pymc"},
    3: {"bambi", "flax", "formulae", "optax", "rich", "xarray"},
    4: set(),
    5: {"arviz", "graphviz", "matplotlib"},
    6: set(),
    7: set(),
}
"""Distributions that a layer adds to those below it; layers 5 and above may use anything."""

ANYTHING_FROM = 5
LAZY = {"arviz", "bambi", "jax", "matplotlib", "numpyro", "onnx", "pymc", "torch"}
"""At layers 0 to 2 these load inside functions only."""

NOT_AT_IMPORT = ("arviz", "bambi", "jax", "matplotlib", "numpyro", "onnx", "pymc", "pytensor", "torch")
IMPORT_SECONDS = 0.7

MAX_FILE_LINES = 400
MAX_BODY_LINES = 60
MAX_PARAMETERS = 8
MIRROR_FROM_LINES = 20

WIDE_PUBLIC = {
    "hssm.data.simulate.simulate_data",
    "hssm.distribution_utils.dist.make_distribution",
    "hssm.hssm.HSSM.__init__",
    "hssm.likelihoods.analytical.logp_ddm_sdv",
    "hssm.models.diffusion.diffusion_model",
    "hssm.hssm.HSSM.sample_posterior_predictive",
    "hssm.rlssm.RLSSM.__init__",
    "hssm.addm.aDDM.__init__",
    "hssm.recovery.parameter_recovery",
    "hssm.recovery.plan",
    "hssm.recovery.sbc",
    "hssm.networks.training.train",
}
"""The contract gives these more than eight parameters; plots (``plot_*`` of hssm.plotting) too."""

TESTED_ELSEWHERE: dict[str, str] = {
    "hssm.models.lognormal_race": "models/test_family.py",
    "hssm.models.wald_race": "models/test_family.py",
    "hssm.likelihoods.onnx.elementwise": "likelihoods/onnx/test_operators.py",
    "hssm.likelihoods.onnx.reductions": "likelihoods/onnx/test_operators.py",
    "hssm.likelihoods.onnx.shapes": "likelihoods/onnx/test_operators.py",
    "hssm.simulators.diffusion": "models/test_every_model.py",
}
"""Modules without a test file of their own -> the file that tests them."""

DESCRIBED_MODELS = "models/test_every_model.py"
"""Tests every file that declares MODEL or MODELS, by table x property."""


def module_name(path: Path) -> str:
    return ".".join(("hssm", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__")


PATHS = {module_name(path): path for path in sorted(SOURCE.rglob("*.py"))}
TREES = {name: ast.parse(path.read_text()) for name, path in PATHS.items()}


def package_of(module: str) -> str:
    """The row of the layer table a module belongs to: its own, else that of its package."""
    inner = module.partition(".")[2]
    return inner if inner in LAYERS else inner.split(".")[0]


def layer(module: str) -> int:
    return LAYERS.get(package_of(module), max(LAYERS.values()))


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def import_statements(node: ast.AST, *, inside_functions: bool) -> Iterator[ast.Import | ast.ImportFrom]:
    """Every import that can run; those for the type checker alone are left out."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif is_type_checking(child):
            continue
        elif inside_functions or not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from import_statements(child, inside_functions=inside_functions)


def targets(module: str, statement: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """Absolute names that an import statement asks for; submodules rather than their package where it names them."""
    if isinstance(statement, ast.Import):
        yield from (alias.name for alias in statement.names)
        return
    here = module.split(".") if PATHS[module].name == "__init__.py" else module.split(".")[:-1]
    base = here[: len(here) - statement.level + 1] if statement.level else []
    origin = ".".join([*base, statement.module] if statement.module else base)
    for alias in statement.names:
        inner = f"{origin}.{alias.name}"
        if inner != "hssm.__version__":  # a constant, set before anything else is loaded
            yield inner if inner in TREES else origin


def imports(module: str, *, inside_functions: bool = True) -> set[str]:
    statements = import_statements(TREES[module], inside_functions=inside_functions)
    return {target for statement in statements for target in targets(module, statement)}


def own(names: set[str]) -> set[str]:
    return {name for name in names if name.split(".")[0] == "hssm"}


def functions(module: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Qualified name and node of every function, nested ones included."""

    def walk(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{prefix}.{child.name}", child
            named = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            yield from walk(child, f"{prefix}.{child.name}" if named else prefix)

    return walk(TREES[module], module)


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    statements = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return function.end_lineno - statements[0].lineno + 1 if statements else 0


def parameter_count(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return sum(argument.arg not in ("self", "cls") for argument in arguments)


def may_be_wide(name: str) -> bool:
    package, _, short = name.rpartition(".")
    listed = name in WIDE_PUBLIC or any(
        short == wide.rpartition(".")[2] and package.startswith(wide.rpartition(".")[0] + ".") for wide in WIDE_PUBLIC
    )
    return listed or (name.startswith("hssm.plotting.") and short.startswith("plot_"))


def code_lines(path: Path) -> int:
    """Lines with code on them: neither blank, comment nor docstring."""
    docstrings = {
        line
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for line in range(node.lineno, node.end_lineno + 1)
    }
    silent = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text()).readline)
    lines = {line for t in tokens if t.type not in silent for line in range(t.start[0], t.end[0] + 1)}
    return len(lines - docstrings)


def declares_model(module: str) -> bool:
    assigned = [node for node in TREES[module].body if isinstance(node, ast.Assign | ast.AnnAssign)]
    names = {ast.unparse(t) for node in assigned for t in getattr(node, "targets", None) or [node.target]}
    return package_of(module) == "models" and not names.isdisjoint({"MODEL", "MODELS"})


def expected_test(module: str) -> str:
    parts = module.split(".")[1:]
    if declares_model(module):
        return DESCRIBED_MODELS
    return TESTED_ELSEWHERE.get(module, "/".join([*parts[:-1], f"test_{parts[-1]}.py"]))


@pytest.mark.parametrize("module", PATHS)
def test_every_module_has_a_layer(module: str) -> None:
    assert package_of(module) in LAYERS, f"{module} is in no row of LAYERS: say there what it may import."


@pytest.mark.parametrize("module", PATHS)
def test_imports_point_down_the_layers(module: str) -> None:
    upward = {name for name in own(imports(module)) if layer(name) > layer(module)}
    assert not upward, f"{module} (layer {layer(module)}) imports {sorted(upward)} from above."


@pytest.mark.parametrize("module", PATHS)
def test_third_party_imports_belong_to_the_layer(module: str) -> None:
    if layer(module) >= ANYTHING_FROM:
        return
    allowed = {"hssm", *sys.stdlib_module_names}.union(*(THIRD_PARTY[n] for n in range(layer(module) + 1)))
    foreign = {name.split(".")[0] for name in imports(module)} - allowed
    assert not foreign, f"{module} (layer {layer(module)}) imports {sorted(foreign)}."


@pytest.mark.parametrize("module", PATHS)
def test_low_layers_load_heavy_packages_inside_functions(module: str) -> None:
    if layer(module) > LAYERS["data"]:
        return
    heavy = {name.split(".")[0] for name in imports(module, inside_functions=False)} & LAZY
    assert not heavy, f"{module} loads {sorted(heavy)} at import."


def test_no_import_cycles() -> None:
    graph = {module: own(imports(module)) & set(TREES) - {module} for module in TREES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"Import cycle: {' <- '.join(error.args[1])}")


@pytest.mark.parametrize("module", PATHS)
def test_files_are_short(module: str) -> None:
    assert len(PATHS[module].read_text().splitlines()) <= MAX_FILE_LINES


@pytest.mark.parametrize("module", PATHS)
def test_functions_are_short(module: str) -> None:
    long = {name: body_lines(node) for name, node in functions(module) if body_lines(node) >= MAX_BODY_LINES}
    assert not long


@pytest.mark.parametrize("module", PATHS)
def test_functions_take_few_parameters(module: str) -> None:
    wide = {name: parameter_count(node) for name, node in functions(module) if parameter_count(node) > MAX_PARAMETERS}
    assert not {name: count for name, count in wide.items() if not may_be_wide(name)}


@pytest.mark.parametrize("module", [name for name, path in PATHS.items() if path.name != "__init__.py"])
def test_every_module_has_its_test_file(module: str) -> None:
    if code_lines(PATHS[module]) >= MIRROR_FROM_LINES:
        assert (TESTS / expected_test(module)).is_file(), f"{module} wants tests/{expected_test(module)}."


def test_test_folders_are_packages() -> None:
    folders = {path.parent for path in TESTS.rglob("test_*.py")}
    assert not [folder for folder in folders if not (folder / "__init__.py").is_file()]


def in_new_process(code: str) -> str:
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout


def test_import_is_silent_and_light() -> None:
    heavy = in_new_process(f"import sys, hssm; print(*(name for name in {NOT_AT_IMPORT} if name in sys.modules))")
    assert heavy.split() == []
    assert in_new_process("import hssm") == ""


def test_import_adds_no_log_handler() -> None:
    code = "import logging, hssm; print(len(logging.getLogger('hssm').handlers), len(logging.root.handlers))"
    assert in_new_process(code).split() == ["0", "0"]


def test_import_is_fast() -> None:
    code = "import time; start = time.perf_counter(); import hssm; print(time.perf_counter() - start)"
    assert min(float(in_new_process(code)) for _ in range(3)) < IMPORT_SECONDS
