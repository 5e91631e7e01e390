"""Names of variables and dimensions, as users find them in results."""

from hssm.bambi_bridge import names
from tests.bambi_bridge.cases import make_model


def test_names() -> None:
    assert names.variable("a", "1|p") == "a_1|p"
    assert names.natural("a_Intercept") == "a_Intercept_natural"
    assert names.response_dim("rt,response") == "rt,response_dim"
    assert names.common_dim("v_g") == "v_g_dim"
    assert names.factor_dim("participant_id") == "participant_id__factor_dim"
    assert names.expression_dim("v_g|p") == "v_g|p__expr_dim"


def test_names_of_a_model() -> None:
    model = make_model("1 + x + g + (1 + g|p)", noncentered=True).pymc_model
    dims = {name: model.named_vars_to_dims.get(name, ()) for name in model.named_vars}
    own = {name: tuple(found) for name, found in dims.items() if name.startswith("v_") and "data" not in name}
    own = {name: found for name, found in own.items() if not name.endswith(("_index", "_design"))}
    assert own == {
        "v_Intercept": (),
        "v_x": (),
        "v_g": ("v_g_dim",),
        "v_1|p_sigma": (),
        "v_1|p_offset": ("p__factor_dim",),
        "v_1|p": ("p__factor_dim",),
        "v_g|p_sigma": ("v_g|p__expr_dim",),
        "v_g|p_offset": ("p__factor_dim", "v_g|p__expr_dim"),
        "v_g|p": ("p__factor_dim", "v_g|p__expr_dim"),
    }
    assert tuple(dims["v"]) == ("__obs__",)
    assert tuple(dims["rt,response"]) == ("__obs__", "rt,response_dim")
