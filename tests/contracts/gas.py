"""Gas of each step, as the receipts say; `python -m tests.contracts.gas` writes the table anew.

The table is checked in, so that a change of a contract shows its price.
"""

import json
from pathlib import Path
from typing import Any

from scfin_chain.artifacts import load_all
from tests.contracts.scenes import DUE, REASON, UNKNOWN, stocked
from tests.contracts.world import REFUSE, START, World

TABLE = Path(__file__).with_name("gas.json")

ONE_FINANCING = ("register", "attest", "confirm", "recharge", "request", "fund", "collect", "settle")
"""The steps of one financing with one holder."""

ONE_FINANCING_BUDGET = 900_000
PAY_WITH_BUDGET = 95_000

FACE = 100_000


def measure(world: World) -> dict[str, int]:
    """Gas of every step in a fresh stocked world; in `ONE_FINANCING` the holder has no cash before."""
    return {**_one_financing(world), **_beside(world), **_credit(world), **_ways_back(world), **_cash(world)}


def _one_financing(world: World) -> dict[str, int]:
    gas: dict[str, int] = {}
    with world.meanwhile():
        world.send("supplier", "CashToken", "transfer", world.address("third"), world.cash("supplier"))
        terms = world.terms_of("supplier", "core", FACE, DUE)
        gas["register"] = world.send("supplier", "ReceivableRegistry", "register", terms).gas_used
        gas["attest"] = world.attest(1).gas_used
        gas["confirm"] = world.confirm(1).gas_used
        recharged = world.send("core", "CreditToken", "recharge", 1, FACE)
        gas["recharge"] = recharged.gas_used
        credit = world.event(recharged, "CreditRecharged")["id"]
        gas["request"] = world.send("supplier", "FinancingDesk", "request", credit, FACE, DUE - 1).gas_used
        decision = world.decision(1, claim=FACE * 9 // 10)
        gas["fund"] = world.send("bank", "FinancingDesk", "fund", decision.values(), world.sign(decision)).gas_used
        world.go_to(DUE)
        gas["collect"] = world.collect(credit).gas_used
        gas["settle"] = world.settle(1).gas_used
    return gas


def _gas(world: World, who: str, contract: str, function: str, *arguments: Any) -> int:
    with world.meanwhile():
        return world.send(who, contract, function, *arguments).gas_used


def _beside(world: World) -> dict[str, int]:
    registry = "ReceivableRegistry"
    with world.meanwhile():
        other = world.register("supplier", "core", FACE, DUE)
        world.send("core", registry, "dispute", other, 100, REASON)
        gas = {
            "register again": _gas(
                world, "supplier", registry, "register", world.terms_of("supplier", "core", FACE, DUE)
            ),
            "amend": _gas(world, "supplier", registry, "amend", other, FACE, DUE + 1, REASON),
            "dispute": _gas(world, "core", registry, "dispute", other, 100, REASON),
            "resolve": _gas(world, "core", registry, "resolve", other, 50),
        }
        paid = world.trade("supplier", "core", FACE, DUE)
        gas["pay"] = _gas(world, "core", registry, "pay", paid, FACE)
    return gas


def _credit(world: World) -> dict[str, int]:
    with world.meanwhile():
        receivable = world.trade("supplier", "core", FACE, DUE)
        credit = world.recharge(receivable, FACE // 2)
        trade = world.trade("second", "supplier", FACE, START)
        pay = ("supplier", "CreditToken", "payWith", credit, trade, 100)
        gas = {
            "recharge again": _gas(world, "core", "CreditToken", "recharge", receivable, 100),
            "payWith to a new holder": world.send(*pay).gas_used,
            "payWith to an old holder": _gas(world, *pay),
        }
        gas["repay a part"] = _gas(world, "core", "Settlement", "repay", credit, 100)
        gas["repay all"] = _gas(world, "core", "Settlement", "repay", credit, FACE // 2)
    return gas | _cranks(world)


def _cranks(world: World) -> dict[str, int]:
    gas: dict[str, int] = {}
    with world.meanwhile():
        holders = [f"holder {number}" for number in range(10)]
        credit = world.issue(FACE, DUE)
        for holder in holders:
            world.enrol(holder)
            world.pay_with("supplier", credit, holder, 100)
        world.go_to(DUE)
        with world.meanwhile():
            world.allow("core", "Settlement", 0)
            gas["collect in vain"] = world.collect(credit).gas_used
        world.collect(credit)
        addresses = [world.address(holder) for holder in holders]
        gas["crank one holder"] = _gas(world, "keeper", "Settlement", "crank", credit, addresses[:1])
        gas["crank ten holders"] = _gas(world, "keeper", "Settlement", "crank", credit, addresses)
        world.send("registrar", "Participants", "suspend", world.id(holders[0]), REASON)
        gas["crank one who cannot receive"] = world.crank(credit, holders[0]).gas_used
        world.send("registrar", "Participants", "restore", world.id(holders[0]))
        gas["claim"] = _gas(world, holders[0], "Settlement", "claim")
    with world.meanwhile():
        credit = world.issue(FACE, DUE)
        world.go_to(DUE + world.terms.default_days + 1)
        gas["declareDefault"] = _gas(world, "keeper", "Settlement", "declareDefault", credit)
    return gas


def _ways_back(world: World) -> dict[str, int]:
    with world.meanwhile():
        financing = world.request("supplier", world.issue(FACE, DUE), FACE)
        decision = world.decision(financing, verdict=REFUSE)
        gas = {"cancel": _gas(world, "supplier", "FinancingDesk", "cancel", financing)}
        signed = (decision.values(), world.sign(decision))
        gas["refuse"] = _gas(world, "keeper", "FinancingDesk", "refuse", *signed)
        world.go_to(START + 1)
        gas["expire"] = _gas(world, "keeper", "FinancingDesk", "expire", financing)
    return gas


def _cash(world: World) -> dict[str, int]:
    with world.meanwhile():
        world.add("newcomer")
        enrolment = (world.address("newcomer"), 8, 1, DUE, REASON)
        return {
            "enrol": _gas(world, "registrar", "Participants", "enrol", *enrolment),
            "setLimit": _gas(world, "bank", "CreditLine", "setLimit", world.id("core"), UNKNOWN),
            "mint": _gas(world, "central bank", "CashToken", "mint", world.address("third"), FACE),
            "transfer": _gas(world, "supplier", "CashToken", "transfer", world.address("third"), FACE),
        }


if __name__ == "__main__":
    TABLE.write_text(json.dumps(measure(stocked(World(load_all()))), indent=1) + "\n", encoding="utf-8")
