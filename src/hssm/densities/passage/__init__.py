"""First passage of diffusions through moving bounds, by integral equations in time.

``symbols`` and ``trace`` turn a model's drift, bound, leak and start into compiled functions of time; ``mesh`` chooses
the times; ``march`` solves the integral equations on them; ``table`` reads the solution at any time; ``kernel`` does this
for every distinct set of parameters; ``op`` makes it a PyTensor operation and ``process`` a density of a model.
"""
