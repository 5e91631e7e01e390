"""What a model is: one file per model or family, holding data and references only.

The registry finds every file of this folder; ``config`` turns what a user gives into a
:class:`~hssm.spec.ModelSpec`; ``describe`` prints one. Nothing here loads PyTensor.
"""

from hssm.models.registry import get_model, list_models, register_model

__all__ = ["get_model", "list_models", "register_model"]
