"""Likelihood approximation networks: train, certify, load.

``train`` makes a network of a model, ``certify`` measures one, ``load`` and ``list_networks`` find those that ship.
"""

from hssm.networks.certificate import certify
from hssm.networks.network import Network, list_networks, load


def __getattr__(name: str) -> object:
    if name == "train":
        from hssm.networks.training import train

        return train
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = ["Network", "certify", "list_networks", "load", "train"]
