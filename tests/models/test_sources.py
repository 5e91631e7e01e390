import pytest

from hssm.models.faults import Faults
from hssm.models.sources import check_source, find_network, is_onnx_model, is_own
from hssm.spec import Density, Reference


def test_a_path_belongs_to_networks_only(tmp_path) -> None:
    faults = Faults("x")
    check_source(str(tmp_path / "ddm.onnx"), "blackbox", faults)
    with pytest.raises(ValueError, match="only the kind 'approx_differentiable' takes, not 'blackbox'"):
        faults.raise_if_any()


def test_a_missing_network_names_both_places(tmp_path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere.onnx.*on disk.*ships with.*assets"):
        check_source(tmp_path / "nowhere.onnx", "approx_differentiable", Faults("x"))


def test_a_network_on_disk_is_found(tmp_path) -> None:
    path = tmp_path / "mine.onnx"
    path.touch()
    assert find_network(str(path)) == path


def test_other_types_are_refused() -> None:
    faults = Faults("x")
    check_source(3, "analytical", faults)
    with pytest.raises(TypeError, match="PyTensor or JAX function.*got int"):
        faults.raise_if_any()


def test_own_mathematics_and_parsed_networks_are_recognised() -> None:
    class ModelProto:
        pass

    assert is_own(Density(log_density=print))
    assert is_own(Reference("math:pi"))
    assert not is_own(print)
    assert is_onnx_model(ModelProto())
    faults = Faults("x")
    check_source(ModelProto(), "approx_differentiable", faults)
    faults.raise_if_any()
