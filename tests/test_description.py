"""``print(model)`` says everything that was decided."""

import hssm
from tests.evaluation import make_frame


def lines_of(model: hssm.HSSM) -> list[str]:
    return [line.strip() for line in repr(model).splitlines()]


def test_a_default_model() -> None:
    lines = lines_of(hssm.HSSM(make_frame()))
    assert lines[:2] == ["Hierarchical Sequential Sampling Model", "Model: ddm"]
    for line in ("Response variable: rt,response", "Likelihood: analytical", "Observations: 60", "Parameters:"):
        assert line in lines
    for name in ("v", "a", "z", "t"):
        assert f"{name}:" in lines
    assert "Explicit bounds: (0, inf)" in lines
    assert "Prior: HalfNormal(sigma: 2.0)" in lines
    assert "Lapse probability: 0.05" in lines
    assert any(line.startswith("Lapse distribution: Uniform") for line in lines)
    assert not any(line.startswith("Choices") for line in lines)


def test_regressions_terms_links_and_centring() -> None:
    include = [
        {"name": "v", "formula": "v ~ 1 + x + offset(y) + (1|participant_id) + hsgp(x, m=4, c=1.5)"},
        {"name": "a", "formula": "a ~ 0 + g"},
    ]
    lines = lines_of(hssm.HSSM(make_frame(), include=include, noncentered=True))
    assert "Formula: v ~ 1 + x + offset(y) + (1|participant_id) + hsgp(x, m=4, c=1.5)" in lines
    assert "Priors (natural scale):" in lines
    assert "Priors (log scale):" in lines
    assert "Link: identity" in lines
    assert "Link: log" in lines
    assert "v_x ~ Normal(mu: 0.0, sigma: 0.25)" in lines
    (group,) = (line for line in lines if line.startswith("v_1|participant_id"))
    assert group.endswith("[noncentered]")
    assert "Weibull" in group
    assert not any("offset(y) ~" in line for line in lines)
    assert any(line.startswith("v_hsgp(x, m=4, c=1.5) ~") for line in lines)


def test_labels_fixed_values_and_a_free_lapse_probability() -> None:
    frame = make_frame()
    frame["response"] = frame["response"].map({-1: "no", 1: "yes"})
    prior = {"name": "Beta", "alpha": 2.0, "beta": 40.0}
    model = hssm.HSSM(frame, choices=["no", "yes"], z=0.5, t=frame["y"].to_numpy() / 10, p_outlier=prior)
    lines = lines_of(model)
    assert "Choices: 'no' -> -1, 'yes' -> 1" in lines
    assert "Value: 0.5 (fixed)" in lines
    assert any(line.startswith("Value: fixed vector of 60 values in [") for line in lines)
    assert lines[lines.index("Lapse probability:") + 1] == "Prior: Beta(alpha: 2.0, beta: 40.0)"


def test_without_lapses_nothing_is_said_of_them() -> None:
    assert "Lapse" not in repr(hssm.HSSM(make_frame(), p_outlier=None))
