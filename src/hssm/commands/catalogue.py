"""``hssm models``: the names and kinds of all models, or the defaults of one."""

from __future__ import annotations

from hssm.commands.screen import Screen, user_input
from hssm.models.family import FEWEST, MOST, NumberedFamily
from hssm.models.registry import families, get_model, list_models
from hssm.parameters.show import show_defaults
from hssm.spec import KINDS


def show_models(screen: Screen, name: str | None = None, kind: str | None = None) -> None:
    """List models that have a likelihood of ``kind`` (any if None), or describe the one called ``name``."""
    if name is not None:
        with user_input():
            screen.say(show_defaults(name, kind))
        return
    if kind is not None and kind not in KINDS:
        with user_input():
            raise ValueError(f"Unknown kind {kind!r}. Kinds: {', '.join(KINDS)}.")
    rows = []
    for model in list_models():
        spec = get_model(model)
        kinds = [likelihood.kind for likelihood in spec.likelihoods]
        if kind is None or kind in kinds:
            choices = ", ".join(map(str, spec.choices))
            rows.append([model, " ".join(spec.parameter_names), choices, ", ".join(kinds)])
    screen.table(["model", "parameters", "choices", "likelihoods (first is the default)"], rows)
    screen.table(["family", "n", "for example"], [_explained(family) for family in families()])
    screen.say("One model in full: hssm models NAME")


def _explained(family: NumberedFamily) -> list[str]:
    example = family.member(3)
    return [family.pattern, f"{FEWEST} to {MOST}", f"{example.name}: {example.description}"]
