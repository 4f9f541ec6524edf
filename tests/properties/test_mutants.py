"""Mutants: a property that holds of the ledger fails where its check is taken out of a contract.

given every property
    there is a mutant that breaks it
given a mutant
    what it changes stands in its contract once
    its property holds through its history on the ledger, and so does every other
    its property fails in that history on the mutant
"""

from collections.abc import Mapping

import pytest

from scfin_chain.artifacts import Artifact
from scfin_chain.compiler import collect
from tests.properties.invariants import AFTER_EACH_ACT, ALL, AT_THE_END
from tests.properties.mutants import MUTANTS, Mutant, live_through
from tests.properties.mutants.compiled import ROOT, compile_mutants, with_mutant
from tests.properties.run import Run, ask

each_mutant = pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))


@pytest.fixture(scope="session")
def compiled() -> Mapping[str, Artifact]:
    return compile_mutants(MUTANTS)


@pytest.fixture(scope="session")
def sources() -> Mapping[str, str]:
    return collect(ROOT)


@pytest.mark.parametrize("property_", ALL, ids=lambda property_: property_.__name__)
def test_a_mutant_breaks_every_property(property_):
    assert any(mutant.breaks is property_ for mutant in MUTANTS)


def test_no_two_mutants_are_of_one_name():
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


@each_mutant
def test_what_it_changes_stands_in_its_contract_once(mutant, sources):
    mutant.source(sources)


@pytest.mark.slow
@each_mutant
def test_the_ledger_holds_through_its_history(mutant: Mutant, run: Run):
    run.salt = mutant.salt
    run.start(mutant.stage)
    for act in mutant.acts:
        run.take(act)
        ask(run, AFTER_EACH_ACT)
    ask(run, AT_THE_END)


@pytest.mark.slow
@each_mutant
def test_its_property_fails_in_its_history(mutant, artifacts, compiled, sources):
    mutant.source(sources)
    mutated = Run(with_mutant(artifacts, mutant, compiled))
    with pytest.raises(AssertionError) as failed:
        live_through(mutated, mutant)
    assert any(note.startswith(mutant.breaks.__name__) for note in getattr(failed.value, "__notes__", ()))
