"""Deploys the contracts, grants their roles, and enrols those without whom nothing works."""

from scfin_chain.deploy.founding import Founders, found

__all__ = ["Founders", "found"]
