"""Games of any number of populations: replicator equations, rest, finite numbers, and what outcomes tell of payoffs."""

from scfin_chain.models.populations.finite import PairwiseComparison, drift, mean_change, simulate
from scfin_chain.models.populations.outcomes import EstimatedDynamics, RoundOutcomes, estimate_dynamics
from scfin_chain.models.populations.paths import PopulationPaths, population_paths
from scfin_chain.models.populations.payoffs import PopulationGame, fitness, mixes, of_two_parties
from scfin_chain.models.populations.replicator import eigenvalues, replicator_field
from scfin_chain.models.populations.rest import RestPoint, RestPoints, pure_rest_points, rest_points
from scfin_chain.models.populations.three_party import PREVENTING_CORE, CoreEnterprise, three_party_game

__all__ = [
    "PREVENTING_CORE",
    "CoreEnterprise",
    "EstimatedDynamics",
    "PairwiseComparison",
    "PopulationGame",
    "PopulationPaths",
    "RestPoint",
    "RestPoints",
    "RoundOutcomes",
    "drift",
    "eigenvalues",
    "estimate_dynamics",
    "fitness",
    "mean_change",
    "mixes",
    "of_two_parties",
    "population_paths",
    "pure_rest_points",
    "replicator_field",
    "rest_points",
    "simulate",
    "three_party_game",
]
