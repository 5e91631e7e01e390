"""First passage of diffusions through moving bounds, by integral equations in time.

``symbols`` and ``trace`` turn a model's drift, bound, leak and start into compiled functions of time; ``mesh``
chooses times; ``mean_path`` and ``march`` solve the equations on them, ``solve`` to a tolerance; ``table`` and
``distribution`` read the solution at any time; ``kernel`` does this for every distinct set of parameters; ``op``
makes it a PyTensor operation and ``process`` the density of a model.
"""
