"""Log densities, distribution functions and survivors of the models: PyTensor, NumPy and numba only."""
