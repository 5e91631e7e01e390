"""Public door: defaults of a model as a dict."""

from hssm.models.describe import get_default_model_config

__all__ = ["get_default_model_config"]
