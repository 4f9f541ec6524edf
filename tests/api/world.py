"""A small world: two of each role, and the same trade on both sides, so that what is one's own is not the other's."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from time import monotonic, sleep
from typing import Any

from eth_utils.crypto import keccak

from scfin_chain.service.queue import Order
from scfin_chain.service.service import Service
from tests.api.client import Client, amount
from tests.api.server import Running

PATIENCE_SECONDS = 30


def documents(name: str) -> str:
    """The hash over some documents."""
    return f"0x{keccak(text=name).hex()}"


@dataclass(kw_only=True)
class Side:
    """One supply chain, and the numbers of what it made."""

    core: Client
    supplier: Client
    deep: Client
    """A supplier of the supplier."""
    receivables: dict[str, int] = field(default_factory=dict)
    credits: dict[str, str] = field(default_factory=dict)
    financings: dict[str, int] = field(default_factory=dict)


@dataclass(kw_only=True)
class World:
    """Clients by role, the first of each on the side of ``a``."""

    running: Running
    clients: dict[str, tuple[Client, Client]]
    a: Side
    b: Side

    @property
    def service(self) -> Service:
        return self.running.service

    @property
    def registrar(self) -> Client:
        return self.clients["registrar"][0]


class Trade:
    """The verbs of a trade over HTTP."""

    def __init__(self, registrar: Client, bank: Client, carrier: Client, central_bank: Client) -> None:
        self.registrar = registrar
        self.bank = bank
        self.carrier = carrier
        self.central_bank = central_bank

    @property
    def today(self) -> date:
        return date.fromisoformat(self.registrar.told("/v1/clock")["today"])

    def day(self, days: int) -> str:
        """A day from today, as text."""
        return (self.today + timedelta(days=days)).isoformat()

    def advance(self, days: int) -> None:
        answer = self.registrar.post("/v1/clock", {"to": self.day(days)})
        command = answer.json()["command"]
        deadline = monotonic() + 60
        while answer.ok and answer.json()["state"] != "done":
            assert monotonic() < deadline
            answer = self.registrar.get(f"/v1/commands/{command}")
        assert answer.status_code in (200, 201), answer.text

    def enrol(self, name: str, *roles: str, tier: int = 0) -> Client:
        enrolled = self.registrar.done("/v1/participants", {"name": name, "roles": list(roles), "tier": tier})
        return self.client_of(int(enrolled["id"]))

    def client_of(self, participant: int) -> Client:
        key = self.registrar.done("/v1/keys", {"participant": participant})
        return Client(self.registrar.url, key["token"], participant=participant)

    def mint(self, to: Client, units: int) -> None:
        self.central_bank.done("/v1/cash/mint", {"to": to.participant, "amount": amount(units)})

    def register(self, creditor: Client, debtor: Client, number: str, *, face: int, days: int) -> int:
        body = {
            "debtor": debtor.participant,
            "number": number,
            "face": amount(face),
            "due": self.day(days),
            "documents": documents(number),
        }
        return int(creditor.done("/v1/receivables", body)["id"])

    def deliver(self, receivable: int) -> None:
        body = {"milestone": "delivered", "evidence": documents(f"delivery {receivable}")}
        self.carrier.done(f"/v1/receivables/{receivable}/attest", body)

    def confirm(self, debtor: Client, receivable: int) -> None:
        there = debtor.told(f"/v1/receivables/{receivable}")
        body = {"face": there["face"], "due": there["due"], "documents": there["documents"]}
        debtor.done(f"/v1/receivables/{receivable}/confirm", body)

    def owed(self, creditor: Client, debtor: Client, number: str, *, face: int, days: int) -> int:
        """A receivable, delivered and confirmed."""
        receivable = self.register(creditor, debtor, number, face=face, days=days)
        self.deliver(receivable)
        self.confirm(debtor, receivable)
        return receivable

    def recharge(self, issuer: Client, receivable: int, units: int) -> str:
        made = issuer.done("/v1/credits", {"receivable": receivable, "amount": amount(units)})
        return str(made["id"])

    def request(self, holder: Client, credit: str, units: int, *, days: int | None = None) -> int:
        body = {"credit": credit, "face": amount(units)}
        expires = {} if days is None else {"expires": self.day(days)}
        return int(holder.done("/v1/financings", body | expires)["id"])

    def answered(self, holder: Client, financing: int) -> dict[str, Any]:
        """The financing once the bank's service has answered."""
        deadline = monotonic() + PATIENCE_SECONDS
        while (found := holder.told(f"/v1/financings/{financing}"))["state"] == "requested":
            assert monotonic() < deadline, "nobody answers"
            sleep(0.01)
        return dict(found)


@contextmanager
def world_of(running: Running) -> Iterator[World]:
    """The world on a service that has none yet."""
    with ExitStack() as opened:
        registrar = opened.enter_context(Client(running.url, running.registrar))
        offices = running.service.offices

        def client(participant: int) -> Client:
            key = registrar.done("/v1/keys", {"participant": participant})
            return opened.enter_context(Client(running.url, key["token"], participant=participant))

        first = {
            name: client(office.id)
            for name, office in (
                ("central_bank", offices.central_bank),
                ("bank", offices.bank),
                ("carrier", offices.carrier),
                ("regulator", offices.regulator),
            )
        }
        trade = Trade(registrar, first["bank"], first["carrier"], first["central_bank"])

        def enrol(name: str, role: str, *, tier: int = 0) -> Client:
            return opened.enter_context(trade.enrol(name, role, tier=tier))

        sides = [
            Side(
                core=enrol(f"core {side}", "core_enterprise"),
                supplier=enrol(f"supplier {side}", "supplier", tier=1),
                deep=enrol(f"deep supplier {side}", "supplier", tier=2),
            )
            for side in "ab"
        ]
        second = {name: enrol(f"second {name}", name) for name in ("bank", "carrier", "regulator")}
        second["central_bank"] = client(_second_central_bank(running.service, registrar))
        for side in sides:
            _begin(trade, side)
        trade.advance(31)
        for side in sides:
            _go_on(trade, side)
        _leave_without_cash(trade, first["bank"])
        for side in sides:
            side.financings["requested"] = trade.request(side.supplier, side.credits["split"], 30_000, days=200)
        clients = {name: (first[name], second[name]) for name in first}
        clients["registrar"] = registrar, registrar
        clients["core_enterprise"] = sides[0].core, sides[1].core
        clients["supplier"] = sides[0].supplier, sides[1].supplier
        yield World(running=running, clients=clients, a=sides[0], b=sides[1])


def _second_central_bank(service: Service, registrar: Client) -> int:
    """Over HTTP nobody becomes a central bank."""
    with service.store.begin() as connection:
        account = service.custody.take(connection, "second central bank")
        enrol = (account, 1, 0, 2**32 - 1, keccak(text="second central bank"))
        wei = Order(key=None, step="fund", sender=service.offices.registrar, recipient=account, value=10**18)
        service.put(connection, wei)
        service.put(connection, service.order("enrol", service.offices.registrar, "Participants", "enrol", *enrol))
    service.woken()
    deadline = monotonic() + PATIENCE_SECONDS
    while True:
        for participant in registrar.all("/v1/participants"):
            if participant["account"] == account:
                return int(participant["id"])
        assert monotonic() < deadline
        sleep(0.01)


def _begin(trade: Trade, side: Side) -> None:
    """What is settled by the time that the tests begin."""
    trade.bank.done(f"/v1/lines/{side.core.participant}", {"limit": amount(10**12)})
    trade.mint(side.core, 10**9)
    trade.mint(side.supplier, 10**7)
    paid = trade.owed(side.supplier, side.core, "PAID-1", face=1_000_000, days=30)
    credit = trade.recharge(side.core, paid, 600_000)
    financing = trade.request(side.supplier, credit, 60_000)

    assert trade.answered(side.supplier, financing)["state"] == "funded"
    side.receivables["paid"], side.credits["paid"], side.financings["settled"] = paid, credit, financing


def _go_on(trade: Trade, side: Side) -> None:
    """What is under way: a lot that was split and financed, one that nobody knows of, trades at every stage."""
    core, supplier, deep = side.core, side.supplier, side.deep
    assert supplier.told(f"/v1/financings/{side.financings['settled']}")["state"] == "settled"
    split = trade.owed(supplier, core, "SPLIT-1", face=1_000_000, days=300)
    credit = trade.recharge(core, split, 800_000)
    handed = trade.register(deep, supplier, "DEEP-1", face=500_000, days=290)
    trade.confirm(supplier, handed)
    supplier.done(f"/v1/credits/{credit}/payments", {"trade": handed, "amount": amount(200_000)})
    funded, refused = trade.request(deep, credit, 20_000), trade.request(deep, credit, 1)
    assert trade.answered(deep, funded)["state"] == "funded"
    assert trade.answered(deep, refused)["state"] == "refused"
    quiet = trade.owed(supplier, core, "QUIET-1", face=300_000, days=300)
    quiet_credit = trade.recharge(core, quiet, 200_000)
    fresh = trade.register(supplier, core, "FRESH-1", face=400_000, days=300)
    trade.deliver(fresh)
    deep_fresh = trade.register(deep, supplier, "DEEP-2", face=400_000, days=300)
    side.receivables |= {
        "split": split,
        "handed": handed,
        "quiet": quiet,
        "fresh": fresh,
        "deep fresh": deep_fresh,
    }
    side.credits |= {"split": credit, "quiet": quiet_credit}
    side.financings |= {"funded": funded, "refused": refused}
    disputed = {"amount": amount(1_000), "reason": "short by one box"}
    core.done(f"/v1/receivables/{quiet}/dispute", disputed)
    supplier.done(f"/v1/receivables/{handed}/dispute", disputed)


def _leave_without_cash(trade: Trade, bank: Client) -> None:
    """From now on a request stays open: the bank cannot pay."""
    balance = bank.told(f"/v1/cash/{bank.participant}")["balance"]
    bank.done("/v1/cash/payments", {"to": trade.central_bank.participant, "amount": balance})
