"""ONNX graphs as JAX functions: read (``read``), one function per operator (``operators``), evaluated (``evaluate``).

Neither onnx nor jax loads before a network is read or evaluated. Operators: https://onnx.ai/onnx/operators/.
"""
