"""Every error of every function is provoked, and carries what its reader needs.

given a case of `refusals`
    the call ends in its error, with its evidence
given the errors that the compiler's syntax trees say a function can end in
    each is provoked here, by the state machine's table or by reentrance, or its rule says why it cannot be
given the errors of the contracts' interfaces
    each is provoked somewhere
"""

from collections.abc import Iterator, Mapping

import pytest

from scfin_chain.artifacts import Artifact
from scfin_chain.errors import ContractReverted
from scfin_chain.state_machine import PASSES, TABLE, Row, Who
from tests.contracts.refusals import PAYMENT_CAP, REFUSALS, UNREACHABLE, WALLET_CAP, Refusal
from tests.contracts.revert_sites import RevertSites, syntax_trees
from tests.contracts.scenes import stocked
from tests.contracts.test_reentrance import GUARDED, REENTRANCE
from tests.contracts.world import CONTRACTS, Terms, World

OF_CONSTRUCTORS = {"CashCapZero", "SettlementZeroDustAccount"}


@pytest.fixture(scope="session")
def capped_world(artifacts: Mapping[str, Artifact]) -> World:
    return stocked(World(artifacts, Terms(wallet_cap=WALLET_CAP, payment_cap=PAYMENT_CAP)))


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{case.contract}.{case.function} {case.error} {case.note}") for case in REFUSALS]
)
def test_refusal(case: Refusal, world: World, capped_world: World) -> None:
    chosen = capped_world if case.capped else world
    with chosen.meanwhile():
        caller, arguments, expected = case.set_up(chosen)
        met = chosen.refusal(caller, case.contract, case.function, *arguments)
    assert met is not None
    assert met.name == case.error
    assert {name: met.arguments[name] for name in expected} == dict(expected)


def errors_in_table(row: Row) -> Iterator[str]:
    met = {row.access.outcome_for(who) for who in Who} | {row.paused}
    met |= {getattr(row.parties, name) for name in row.parties.__slots__}
    met |= {outcome for _, outcome in row.cells if isinstance(outcome, str)}
    yield from (error for error in met if isinstance(error, str) and error != PASSES)


PROVOKED = (
    {(row.contract, row.function, error) for row in TABLE for error in errors_in_table(row)}
    | {(case.contract, case.function, case.error) for case in REFUSALS}
    | {("Settlement", function, REENTRANCE) for function in GUARDED}
)


@pytest.fixture(scope="module")
def reachable() -> set[tuple[str, str, str]]:
    """What the sources say: contract, function and error."""
    sites = RevertSites(syntax_trees())
    functions = {(row.contract, row.function) for row in TABLE}
    return {(*function, error) for function in functions for error in sites.of(*function)}


@pytest.mark.slow
class TestCompleteness:
    def test_every_error_of_every_function_is_provoked(self, reachable: set[tuple[str, str, str]]) -> None:
        excused = {site for site in reachable if any(rule.covers(*site) for rule in UNREACHABLE)}
        assert reachable - PROVOKED - excused == set()

    def test_nothing_is_provoked_that_the_sources_do_not_have(self, reachable: set[tuple[str, str, str]]) -> None:
        assert PROVOKED - reachable == set()

    def test_no_excuse_covers_what_is_provoked(self) -> None:
        assert {site for site in PROVOKED if any(rule.covers(*site) for rule in UNREACHABLE)} == set()

    def test_every_excuse_is_needed(self, reachable: set[tuple[str, str, str]]) -> None:
        excused = reachable - PROVOKED
        for rule in UNREACHABLE:
            for error in rule.errors:
                assert any(site[2] == error and rule.covers(*site) for site in excused), (rule, error)


def test_every_error_of_the_interfaces_is_provoked(artifacts: Mapping[str, Artifact]) -> None:
    declared = {signature.split("(")[0] for c in CONTRACTS for signature in artifacts[f"I{c}"].errors.values()}
    assert declared - {error for _, _, error in PROVOKED} - OF_CONSTRUCTORS == set()


@pytest.mark.parametrize("terms", [Terms(wallet_cap=0), Terms(payment_cap=0)])
def test_reverts_given_a_cap_of_zero(artifacts: Mapping[str, Artifact], terms: Terms) -> None:
    with pytest.raises(ContractReverted, match="CashCapZero"):
        World(artifacts, terms)


def test_reverts_given_no_dust_account(world: World) -> None:
    names = ("Participants", "CashToken", "CreditLine", "CreditToken", "FinancingDesk")
    with pytest.raises(ContractReverted, match="SettlementZeroDustAccount"):
        world.deploy("Settlement", *names, 5, 30, 1_800, "0x" + "00" * 20)
