"""A town of nodes that trade over HTTP: what they did, and what each must have in the end."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from itertools import count
from threading import Event, Lock, Thread
from time import monotonic, sleep

from eth_utils.crypto import keccak

from scfin_chain.chain.signer import Signer
from tests.service.clients import Away, Client, Json, Node, Write, amount
from tests.service.serving import Served

CASH = 1_000_000_000
"""What each node begins with, minor units."""

DAYS = 90
"""From a trade to its due day."""

DOCUMENTS = f"0x{keccak(text='papers').hex()}"


@dataclass
class Cash:
    """What each node must have, by what was acknowledged."""

    held: dict[int, int] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def gain(self, node: int, units: int) -> None:
        with self._lock:
            self.held[node] = self.held.get(node, 0) + units

    def move(self, payer: int, payee: int, units: int) -> None:
        self.gain(payer, -units)
        self.gain(payee, units)


@dataclass
class Town:
    """Nodes of a service, each with its key; ``raw_sent`` are transactions that went past the queue."""

    url: str
    registrar: Client
    central_bank: Node
    bank: Node
    carrier: Node
    core: Node
    branch: Node
    payers: list[Node]
    signers: list[Node]
    cash: Cash = field(default_factory=Cash)
    raw_sent: list[str] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)
    financings: list[str] = field(default_factory=list)
    paid: list[str] = field(default_factory=list)
    """The reference of each payment that was acknowledged."""
    days_pass: bool = True
    """Whether the registrar moves the clock, which mines a block."""
    stop: Event = field(default_factory=Event)
    gave_up: bool = False

    @classmethod
    def settled(cls, served: Served, *, payers: int = 3, signers: int = 2, seed: int = 7) -> "Town":
        """Enrol everybody on a service that is ready, and give them cash."""
        registrar = Client(served.url, served.token, "registrar")
        offices = {role: item["id"] for item in registrar.get("/v1/participants")["items"] for role in item["roles"]}
        chances = map(random.Random, count(seed))

        def node(name: str, number: int, signer: Signer | None = None) -> Node:
            token = registrar.done("/v1/keys", {"participant": number})["token"]
            return Node(served.url, token, name, id=number, signer=signer, chance=next(chances))

        def enrolled(name: str, role: str, tier: int = 1, signer: Signer | None = None) -> Node:
            body: Json = {"name": name, "roles": [role], "tier": tier}
            body |= {} if signer is None else {"account": signer.address}
            return node(name, int(registrar.done("/v1/participants", body)["id"]), signer)

        town = cls(
            url=served.url,
            registrar=registrar,
            central_bank=node("central bank", offices["central_bank"]),
            bank=node("bank", offices["bank"]),
            carrier=node("carrier", offices["carrier"]),
            core=enrolled("core", "core_enterprise", 0),
            branch=enrolled("branch", "supplier"),
            payers=[enrolled(f"payer {number}", "supplier") for number in range(payers)],
            signers=[
                enrolled(f"signer {number}", "supplier", signer=Signer(keccak(text=f"{seed} signer {number}")))
                for number in range(signers)
            ],
        )
        town.bank.done(f"/v1/lines/{town.core.id}", {"limit": amount(CASH)})
        for each in (*town.payers, *town.signers):
            town.mint(each, CASH)
        return town

    @property
    def clients(self) -> list[Client]:
        some = (self.registrar, self.central_bank, self.bank, self.carrier, self.core, self.branch)
        return [*some, *self.payers, *self.signers]

    @property
    def writes(self) -> list[Write]:
        return [write for client in self.clients for write in client.writes]

    def acts(self, *, rpc: bool = True) -> list[Callable[[], None]]:
        """What each thread does over and over: nobody uses the key of another."""
        nodes = [*self.payers, *self.signers]
        by_rpc = self.signers[-1] if rpc else None
        acts: list[Callable[[], None]] = [partial(self.pay_somebody, node) for node in nodes if node is not by_rpc]
        if by_rpc is not None:
            acts.append(partial(self.pay_by_rpc, by_rpc))
        return [*acts, self.govern, self.issue, self.trade]

    @contextmanager
    def busy(self, *acts: Callable[[], None]) -> Iterator[None]:
        """Everybody acts; at the end each brings what it began to its end, unless something failed."""
        threads = [Thread(target=self._repeat, args=(act,), daemon=True) for act in acts]
        for thread in threads:
            thread.start()
        try:
            yield
        except BaseException:
            self.gave_up = True
            for client in self.clients:
                client.gave_up.set()
            raise
        finally:
            self.stop.set()
            for thread in threads:
                thread.join(40 if self.gave_up else 240)
        assert not any(thread.is_alive() for thread in threads), "a client hangs"
        self.stop.clear()
        if self.failures:
            raise self.failures[0]

    def _repeat(self, act: Callable[[], None]) -> None:
        try:
            while not self.stop.is_set() and not self.failures:
                act()
        except Away as error:
            if not self.gave_up:
                self.failures.append(error)
        except BaseException as error:  # told by the thread that waits
            self.failures.append(error)

    def mint(self, node: Node, units: int) -> None:
        self.central_bank.done("/v1/cash/mint", {"to": node.id, "amount": amount(units)})
        self.cash.gain(node.id, units)

    def pay_somebody(self, payer: Node) -> None:
        """Nearly always what the payer has; now and then more than anybody has."""
        payee = payer.chance.choice([node for node in (*self.payers, *self.signers) if node is not payer])
        if payer.signer is None and payer.chance.random() < 0.1:
            write = payer.pay(payee, 10 * CASH * len(self.cash.held), reference="too much")
            assert write.status == 409, (write.status, write.answer)
            return
        units = payer.chance.randrange(1, 1_000)
        reference = f"{payer.name} {len(payer.writes)}"
        write = payer.pay(payee, units, reference=reference)
        assert write.done, (write.status, write.answer)
        self.paid.append(reference)
        self.cash.move(payer.id, payee.id, units)

    def pay_by_rpc(self, payer: Node) -> None:
        """Past the queue: nobody but the chain keeps this from being done twice."""
        payee, units = payer.chance.choice(self.payers), payer.chance.randrange(1, 1_000)
        raw = payer.signed({"to": payee.id, "amount": amount(units)})
        transaction = f"0x{keccak(raw).hex()}"
        while payer.rpc("eth_getTransactionReceipt", transaction)["result"] is None:
            payer.rpc("eth_sendRawTransaction", f"0x{raw.hex()}")
        self.raw_sent.append(transaction)
        self.cash.move(payer.id, payee.id, units)
        sleep(0.05)

    def govern(self) -> None:
        """The registrar enrols nodes, suspends and restores them, and lets a day pass."""
        client = self.registrar
        number = client.done("/v1/participants", {"name": f"new {len(client.writes)}", "roles": ["supplier"]})["id"]
        client.done(f"/v1/participants/{number}/suspend", {"reason": "looked at"})
        client.done(f"/v1/participants/{number}/restore", {})
        clock = client.get("/v1/clock")
        if clock["movable"] and self.days_pass:
            client.done("/v1/clock", {"to": str(date.fromisoformat(clock["today"]) + timedelta(1))})

    def issue(self) -> None:
        self.mint(self.central_bank.chance.choice(self.payers), self.central_bank.chance.randrange(1, 1_000))
        sleep(0.1)

    def trade(self, *, expires: int | None = None) -> None:
        """A delivery that is confirmed, turned into credit, and some of it put up for financing.

        The request ``expires`` so many days from now, or when the ledger says.
        """
        face = self.branch.chance.randrange(10_000, 20_000)
        today = date.fromisoformat(self.branch.get("/v1/clock")["today"])
        due = today + timedelta(DAYS)
        agreed = {"face": amount(face), "due": str(due), "documents": DOCUMENTS}
        new = agreed | {"debtor": self.core.id, "number": f"T-{len(self.branch.writes)}", "programme": self.branch.id}
        receivable = int(self.branch.done("/v1/receivables", new)["id"])
        delivered = {"milestone": "delivered", "evidence": DOCUMENTS}
        self.carrier.done(f"/v1/receivables/{receivable}/attest", delivered)
        self.core.done(f"/v1/receivables/{receivable}/confirm", agreed)
        recharge = self.core.post("/v1/credits", {"receivable": receivable, "amount": amount(face)})
        if recharge.done:  # else the line is used up
            units = self.branch.chance.randrange(200, 600)  # the line of a newcomer holds a few of them
            asked: Json = {"credit": recharge.answer["id"], "face": amount(units)}
            asked |= {} if expires is None else {"expires": str(today + timedelta(expires))}
            self.financings.append(self.branch.done("/v1/financings", asked)["id"])

    def settle_decisions(self, *, seconds: float = 60.0) -> dict[str, int]:
        """Wait until every request is answered; gives how many ended in which state."""
        deadline = monotonic() + seconds
        while self.branch.get("/v1/financings?state=requested&limit=1")["items"]:
            assert monotonic() < deadline, "a request is not answered"
            sleep(0.1)
        states = [self.branch.get(f"/v1/financings/{number}")["state"] for number in self.financings]
        return {state: states.count(state) for state in set(states)}

    def close(self) -> None:
        for client in self.clients:
            client.close()
