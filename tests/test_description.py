import numpy as np

import hssm
from tests.fitted import INCLUDE, hierarchical_frame, simple_frame


def section(text: str, name: str) -> list[str]:
    """The indented lines below ``name:``."""
    lines = text.split("\n")
    start = lines.index(f"{name}:") + 1
    return lines[start : start + next(i for i, line in enumerate(lines[start:]) if not line.startswith("    "))]


def test_a_simple_model():
    text = repr(hssm.HSSM(simple_frame(12)))
    header = text.split("Parameters:")[0]
    assert header.split("\n")[:2] == ["Hierarchical Sequential Sampling Model", "Model: ddm"]
    for line in ("Response variable: rt,response", "Likelihood: analytical", "Observations: 12"):
        assert line in header.split("\n")
    assert section(text, "a") == ["    Prior: HalfNormal(sigma: 2.0)", "    Explicit bounds: (0, inf)"]
    assert section(text, "z") == ["    Prior: Uniform(lower: 0.0, upper: 1.0)", "    Explicit bounds: (0, 1)"]
    assert "Lapse probability: 0.05\nLapse distribution: Uniform(lower: 0, upper: 20)" in text


def test_print_shows_the_same(capsys):
    model = hssm.HSSM(simple_frame(12))
    print(model)
    assert capsys.readouterr().out.strip() == repr(model).strip()


def test_regressions_show_formula_terms_links_and_centring(hierarchical_fit):
    text = repr(hierarchical_fit)
    drift, boundary = section(text, "v"), section(text, "a")
    assert drift[0] == "    Formula: v ~ 1 + x + (1 + x|participant_id)"
    assert "    Priors (natural scale):" in drift
    assert "    Link: identity" in drift
    group = next(line for line in drift if "v_x|participant_id ~" in line)
    assert "sigma: Weibull(alpha: 1.5, beta: 0.3)" in group
    assert group.endswith(f"[{hierarchical_fit.parameterization['v_x|participant_id']}]")
    assert "    Priors (log scale):" in boundary
    assert any("a_level ~ Normal(mu: 0.0, sigma: 0.25)" in line for line in boundary)
    assert "    Link: log" in boundary


def test_parameters_come_in_model_order(hierarchical_fit):
    text = repr(hierarchical_fit)
    places = [text.index(f"\n{name}:\n") for name in "vazt"]
    assert places == sorted(places)


def test_every_term_of_the_model_is_shown(hierarchical_fit):
    text = repr(hierarchical_fit)
    for name in ("v_Intercept", "v_x", "v_1|participant_id", "a_Intercept", "t_Intercept", "t_1|participant_id"):
        assert f"        {name} ~ " in text


def test_fixed_values_recoding_and_free_lapses():
    data = simple_frame(12)
    data["response"] = data["response"].map({-1: "no", 1: "yes"})
    model = hssm.HSSM(
        data,
        choices=["no", "yes"],
        z=0.5,
        a=np.linspace(1.0, 2.0, 12),
        p_outlier={"name": "Beta", "alpha": 2, "beta": 50},
        lapse={"name": "Exponential", "lam": 0.5},
    )
    text = repr(model)
    assert "Choices: 'no' -> -1, 'yes' -> 1" in text
    assert section(text, "z")[0] == "    Value: 0.5 (fixed)"
    assert section(text, "a")[0] == "    Value: fixed vector of 12 values in [1, 2]"
    assert section(text, "Lapse probability")[0] == "    Prior: Beta(alpha: 2.0, beta: 50.0)"
    assert "Lapse distribution: Exponential(lam: 0.5)" in text


def test_without_a_lapse_none_is_mentioned():
    assert "Lapse" not in repr(hssm.HSSM(simple_frame(12), p_outlier=None))


def test_the_users_bounds_and_links_are_shown():
    include = [{**INCLUDE[1], "bounds": (0.5, 3.0)}, {"name": "v", "formula": "v ~ 1 + hsgp(x, m=4, c=1.5)"}]
    text = repr(hssm.HSSM(hierarchical_frame(), include=include))
    assert "    Explicit bounds: (0.5, 3)" in section(text, "a")
    assert "    Link: gen_logit" in "\n".join(section(text, "a"))
    assert any("hsgp" in line and "ell" in line for line in section(text, "v"))


def test_lapses_of_choices_are_guesses():
    frame = hssm.simulate_data("softmax_inv_temperature_3", {"beta": 1, "logit1": 0, "logit2": 0}, 9, random_state=1)
    text = repr(hssm.HSSM(frame, model="softmax_inv_temperature_3", beta=1.0))
    assert "Lapse distribution: each choice with probability 1/3" in text
    assert "Uniform(lower: 0, upper: 20" not in text
