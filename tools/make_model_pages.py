"""Write the reference page and the picture of every model from the registry.

    uv run python tools/make_model_pages.py              # all pages, pictures, and the list in mkdocs.yml
    uv run python tools/make_model_pages.py lba3 --text  # the picture of lba3 is left as it is

Pages go to ``docs/reference/models/``; nothing in them is written by hand, so change the model's file instead.
``tests/test_model_pages.py`` fails when a page no longer says what the registry says.
"""

from __future__ import annotations

import argparse
import math
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from model_examples import example_theta  # noqa: E402
from model_families import families, family_of  # noqa: E402

from hssm.models.registry import get_model, list_models  # noqa: E402
from hssm.parameters.default_priors import Defaults, defaults_for, within  # noqa: E402
from hssm.parameters.link import link_for_bounds  # noqa: E402
from hssm.parameters.prior import Prior  # noqa: E402
from hssm.spec import KINDS, Bounds, Density, LikelihoodSpec, ModelSpec, ParameterSpec, Reference  # noqa: E402

ROOT = Path(__file__).parents[1]
FOLDER = Path("docs/reference/models")
NAVIGATION = ROOT / "mkdocs.yml"
BEGIN, END = "      # Model pages: begin, written by tools/make_model_pages.py", "      # Model pages: end"
KIND_WORDS = {
    "analytical": "computed from the equations, with gradients",
    "approx_differentiable": "a network, with gradients",
    "blackbox": "NumPy, without gradients",
}
NOTICE = "<!-- Written by tools/make_model_pages.py from the registry: change the model, not this file. -->"


def paged_models() -> tuple[str, ...]:
    """Every model of the registry, and one member of each family that has none there."""
    listed = list_models()
    return (*listed, *(row.member for row in families() if row.member not in listed))


def pages() -> dict[Path, str]:
    """Every page by its path below the root of the repository."""
    written = {FOLDER / f"{name}.md": model_page(get_model(name)) for name in paged_models()}
    return {FOLDER / "index.md": index_page(), **written}


# ---------------------------------------------------------------------- one model


def model_page(spec: ModelSpec) -> str:
    """The page of one model."""
    blocks = [
        f"# {spec.name}",
        NOTICE,
        f"{spec.description}.",
        *([f"**Process.** {spec.equation}."] if spec.equation else []),
        f"**Response.** {_columns(spec)}. **Choices.** {_choices(spec)}.",
        *_family_note(spec),
        f"![Picture of {spec.name}](pictures/{spec.name}.svg)",
        f"*{caption(spec)}*",
        "## Parameters",
        *parameter_tables(spec),
        "## Likelihoods",
        likelihood_table(spec),
        _sampler(spec),
        "## Example",
        example(spec),
        *_references(spec),
    ]
    return "\n\n".join(blocks) + "\n"


def caption(spec: ModelSpec) -> str:
    """What the picture shows, and at which values."""
    values = ", ".join(f"{name} = {value:g}" for name, value in example_theta(spec).items())
    if spec.is_choice_only:
        return f"Probability of each choice at {values}."
    return f"Sketch at {values}: how evidence may run in a few trials, and the density of rt for each choice."


def parameter_tables(spec: ModelSpec) -> Iterator[str]:
    """Meaning and domain; then default priors, which depend on the likelihood only where its bounds do."""
    rows = [[f"`{p.name}`", p.description, _interval(p.bounds, p.closed), p.unit] for p in spec.parameters]
    yield _table(["name", "meaning", "domain", "unit"], rows)
    priors = {likelihood.kind: _prior_rows(spec, likelihood) for likelihood in spec.likelihoods}
    distinct: list[list[list[str]]] = []
    for rows in priors.values():
        if rows not in distinct:
            distinct.append(rows)
    for rows in distinct:
        kinds = " and ".join(f"`{kind}`" for kind, own in priors.items() if own == rows)
        yield "Default priors" + (f" with {kinds}:" if len(distinct) > 1 else ":")
        header = ["name", "simple parameter", "reference prior of a regression intercept", "link of a regression"]
        yield _table(header, rows)
    yield (
        "A parameter without a formula has the prior of a simple parameter. The intercept of a regression has the "
        "reference prior, carried to the scale of the link by its quantiles; see "
        "[Priors and links](../../explanation/priors_and_links.md). All priors are truncated to the bounds."
    )


def _prior_rows(spec: ModelSpec, likelihood: LikelihoodSpec) -> list[list[str]]:
    bounds = spec.bounds(likelihood.kind)
    return [_prior_row(p, defaults_for(spec, likelihood, p, bounds[p.name])) for p in spec.parameters]


def _prior_row(parameter: ParameterSpec, defaults: Defaults) -> list[str]:
    simple = defaults.simple
    stated = _prior(simple, defaults.bounds) if isinstance(simple, Prior) else f"{simple:g} (fixed)"
    link = link_for_bounds(defaults.bounds)
    return [f"`{parameter.name}`", stated, _prior(defaults.reference, defaults.bounds), _pretty(str(link))]


def _prior(prior: Prior, bounds: Bounds) -> str:
    # Digits beyond the fourth come from bounds such as pi/2 and would only be in the way.
    return re.sub(r"\d+\.\d+", lambda found: f"{float(found[0]):.4g}", str(within(prior, bounds)))


def likelihood_table(spec: ModelSpec) -> str:
    """Kinds of likelihood, with distribution function and survivor where known."""
    rows = []
    for likelihood in spec.likelihoods:
        density = likelihood.source
        density = density.load() if isinstance(density, Reference) else density
        known = density if isinstance(density, Density) else None
        default = " (default)" if likelihood is spec.likelihoods[0] else ""
        has = ["yes" if getattr(known, name, None) else "no" for name in ("log_cdf", "log_survival")]
        rows.append([f"`{likelihood.kind}`{default}", KIND_WORDS[likelihood.kind], *has, _box(spec, likelihood)])
    return _table(["kind", "what it is", "distribution function", "survivor", "valid within"], rows)


def _box(spec: ModelSpec, likelihood: LikelihoodSpec) -> str:
    """Bounds that a likelihood has for itself, or that it needs no others than the domain."""
    own = {name: bounds for name, bounds in likelihood.bounds.items() if bounds != spec.parameter(name).bounds}
    return ", ".join(f"`{name}` ({_number(lo)}, {_number(hi)})" for name, (lo, hi) in own.items()) or "the domain"


def _sampler(spec: ModelSpec) -> str:
    if spec.simulator is None:
        return "**Simulation.** None: this model can be fitted but not simulated."
    if spec.simulator.exact:
        return "**Simulation.** Exact: draws have no discretisation error."
    return "**Simulation.** In time steps (`delta_t`), so mean rt are biased by some milliseconds."


def example(spec: ModelSpec) -> str:
    """Simulate, build, sample."""
    theta = ", ".join(f'"{name}": {value:g}' for name, value in example_theta(spec).items())
    simulate = f'data = hssm.simulate_data("{spec.name}", theta={{{theta}}}, size=500, random_state=1)'
    lines = [
        "```python",
        "import hssm",
        "",
        *([simulate] if spec.simulator else []),
        f'model = hssm.HSSM(data, model="{spec.name}")',
        "traces = model.sample(random_seed=1)",
        "```",
    ]
    return "\n".join(lines)


def _references(spec: ModelSpec) -> list[str]:
    listed = "\n".join(f"* {reference}" for reference in spec.references)
    return ["## References", listed] if listed else []


def _family_note(spec: ModelSpec) -> list[str]:
    row = family_of(spec.name)
    if row is None:
        return []
    return [f"One of the family `{row.pattern}`, {row.span}: put the number of alternatives into the name."]


# ---------------------------------------------------------------------- all models


def index_page() -> str:
    """The table of all models and families."""
    listed = list_models()
    rows = [_index_row(get_model(name)) for name in listed]
    family_rows = [
        [f"[`{row.pattern}`]({row.member}.md)", get_model(row.member).description, row.span] for row in families()
    ]
    blocks = [
        "# Models",
        NOTICE,
        "Each page says what a model assumes, what its parameters mean and which priors they get. Which one to take: "
        "[Which model when](../../explanation/which_model.md).",
        _table(["model", "what it is", "parameters", "choices", "likelihoods", "exact sampler"], rows),
    ]
    if family_rows:
        blocks += [
            "## Families",
            "Models that differ only by a number in their name. Any member can be fitted and simulated by its name, "
            'such as `hssm.HSSM(data, model="' + families()[0].member + '")`, without being in the list above.',
            _table(["family", "an example", "numbers"], family_rows),
        ]
    blocks.append(
        "`hssm.list_models()` returns these names, `hssm.show_defaults(name)` prints what is on a page, and a "
        "[model of your own](../../contributing/add_a_model.md) joins them by `hssm.register_model`."
    )
    return "\n\n".join(blocks) + "\n"


def _index_row(spec: ModelSpec) -> list[str]:
    kinds = [likelihood.kind for likelihood in spec.likelihoods]
    return [
        f"[`{spec.name}`]({spec.name}.md)",
        spec.description,
        ", ".join(spec.parameter_names),
        _choices(spec),
        ", ".join(kind for kind in KINDS if kind in kinds),
        "yes" if spec.simulator and spec.simulator.exact else "no",
    ]


def navigation(text: str) -> str:
    """``mkdocs.yml`` with the present list of pages between its two marks."""
    links = [f"          - {name}: reference/models/{name}.md" for name in paged_models()]
    head, rest = text.split(BEGIN + "\n")
    return head + "\n".join([BEGIN, *links, END]) + rest.partition(END)[2]


# ---------------------------------------------------------------------- words


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _columns(spec: ModelSpec) -> str:
    return ", ".join(f"`{column}`" for column in spec.response)


def _choices(spec: ModelSpec) -> str:
    return ", ".join(str(choice).replace("-", "−") for choice in spec.choices)


def _interval(bounds: Bounds, closed: tuple[bool, bool]) -> str:
    (lower, upper), (left, right) = bounds, closed
    return f"{'[' if left else '('}{_number(lower)}, {_number(upper)}{']' if right else ')'}"


def _number(value: float) -> str:
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if math.isclose(abs(value), math.pi / 2):
        return "π/2" if value > 0 else "−π/2"
    return f"{value:g}".replace("-", "−")


def _pretty(text: str) -> str:
    return text.replace("inf", "∞").replace("-", "−").replace("1.5708", "π/2")


# ---------------------------------------------------------------------- writing


def write_pages(made: Mapping[Path, str]) -> None:
    """Write the pages and remove those of models that are gone."""
    (ROOT / FOLDER).mkdir(parents=True, exist_ok=True)
    for path, text in made.items():
        (ROOT / path).write_text(text, encoding="utf-8")
    wanted = {path.stem for path in made}
    found = [*(ROOT / FOLDER).glob("*.md"), *(ROOT / FOLDER / "pictures").glob("*.svg")]
    for path in found:
        if path.stem not in wanted:
            path.unlink()
    NAVIGATION.write_text(navigation(NAVIGATION.read_text(encoding="utf-8")), encoding="utf-8")


def main() -> None:
    """Write all pages; draw all pictures, or those of the named models."""
    parser = argparse.ArgumentParser(description="Write the reference pages of all models.")
    parser.add_argument("models", nargs="*", help="models whose pictures are drawn again; all unless given")
    parser.add_argument("--text", action="store_true", help="pages only, no pictures")
    options = parser.parse_args()
    write_pages(pages())
    if not options.text:
        from model_pictures import write_picture

        for name in options.models or paged_models():
            write_picture(get_model(name), ROOT / FOLDER / "pictures" / f"{name}.svg")


if __name__ == "__main__":
    main()
