"""Views never revert."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from scfin_chain.chain import ZERO_ADDRESS
from scfin_chain.errors import ContractReverted
from tests.contracts.world import CONTRACTS
from tests.properties.acts import WALLETS
from tests.properties.run import Run

GUARDS = ("requireValid", "requireTrader", "requireAccount", "requireRoles")
"""Checks that contracts make of one another: they revert by design."""

ASKED = 12
"""Random views at the end of a history."""


def views_never_revert(run: Run) -> None:
    """Views never revert."""
    chance = Random(run.salt)
    for _ in range(ASKED):
        contract = chance.choice(CONTRACTS)
        entry = chance.choice(_views(run, contract))
        arguments = [_value(run, chance, parameter) for parameter in entry["inputs"]]
        if entry["name"] == "balanceOfBatch":
            arguments = [arguments[0], arguments[1][:1] * len(arguments[0])]
        _ask(run, contract, entry["name"], *arguments)


def views_of_what_there_is_never_revert(run: Run) -> None:
    """Nor do they of every id that there is, with the amounts that matter."""
    for lot in run.book.lots:
        for day in (0, run.book.day, 2**32 - 1):
            _ask(run, "Settlement", "due", run.book.credit(lot), day)
    for who in WALLETS:
        _ask(run, "CashToken", "accepts", run.world.address(who), 1)


def _ask(run: Run, contract: str, function: str, *arguments: Any) -> None:
    try:
        run.world.view(contract, function, *arguments)
    except ContractReverted as reverted:
        raise AssertionError(f"{contract}.{function}{arguments} reverts: {reverted}") from reverted


def _views(run: Run, contract: str) -> list[Mapping[str, Any]]:
    return [
        entry
        for entry in run.world.artifacts[contract].abi
        if entry["type"] == "function" and entry["stateMutability"] in ("view", "pure") and entry["name"] not in GUARDS
    ]


def _value(run: Run, chance: Random, parameter: Mapping[str, Any]) -> Any:
    kind = parameter["type"]
    if kind.endswith("[]"):
        item = {**parameter, "type": kind[:-2]}
        return [_value(run, chance, item) for _ in range(chance.choice((1, 2, 5)))]
    if kind == "tuple":
        return tuple(_value(run, chance, component) for component in parameter["components"])
    if str(parameter.get("internalType", "")).startswith("enum"):
        return chance.randrange(3)
    if kind.startswith("uint"):
        return _integer(run, chance, int(kind.removeprefix("uint")))
    return _PLAIN[kind](run, chance)


def _integer(run: Run, chance: Random, bits: int) -> int:
    tokens = [run.book.credit(lot) for lot in run.book.receivables]
    known = [0, 1, 2, 3, run.book.day, *tokens, 2**bits - 1, chance.getrandbits(bits)]
    return chance.choice([value for value in known if value < 2**bits])


def _account(run: Run, chance: Random) -> str:
    known = [run.world.address(who) for who in (*WALLETS, "FinancingDesk", "Settlement", "stranger")]
    return chance.choice([ZERO_ADDRESS, *known])


_PLAIN: Mapping[str, Callable[[Run, Random], Any]] = {
    "address": _account,
    "bool": lambda run, chance: chance.random() < 0.5,
    "bytes4": lambda run, chance: chance.randbytes(4),
    "bytes32": lambda run, chance: chance.choice((bytes(32), chance.randbytes(32))),
}
