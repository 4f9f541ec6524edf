"""How each operation of the service is called: for one's own resource, and for another's.

Writes that are one call of a contract are prepared, not done, so that the world stays as it is; the others are done to
what is there for it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any

import requests
from sqlalchemy import insert

from api.calculations import REGISTRY
from api.scenario_runs import SCENARIOS
from api.writes import MOST_GAS
from scfin_chain.chain.transaction import sign
from scfin_chain.units import Address
from tests.api.client import Client, amount
from tests.api.world import Side, World, documents

names = count(1)

PREPARE = {"form": "prepare"}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Who asks, of which role, for its own or another's."""

    world: World
    role: str
    own: bool

    @property
    def client(self) -> Client:
        return self.world.clients[self.role][0]

    @property
    def mine(self) -> Side:
        return self.world.a

    @property
    def side(self) -> Side:
        """The supply chain from which the resource is taken."""
        return self.world.a if self.own else self.world.b

    @property
    def whose(self) -> int | None:
        """The participant whose resource it is."""
        return self.world.clients[self.role][0 if self.own else 1].participant


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request; without a client the first of the role sends it."""

    path: dict[str, object] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: object = None
    client: Client | None = None


@dataclass(frozen=True, kw_only=True)
class Way:
    """How an operation is called, and what it answers where it is open, and where the resource is hidden."""

    ask: Callable[[Cell], Asked]
    has_others: bool = True
    """Whether there is another's resource to ask for; a list, or a thing to be made, is everybody's own."""
    allowed: tuple[int, ...] = (200, 201)
    hidden: tuple[int, ...] = (404,)
    after: Callable[[Client, requests.Response], None] = lambda client, answer: None
    """What is put right again once the answer is there."""


def path_of(template: str, asked: Asked) -> str:
    return template.format_map(asked.path)


def send(method: str, template: str, cell: Cell, way: Way) -> requests.Response:
    """Ask as the cell says."""
    asked = way.ask(cell)
    client = asked.client or cell.client
    if method == "get":
        return client.request("GET", path_of(template, asked), params=asked.query, stream=True)
    answer = client.post(path_of(template, asked), asked.body, **asked.query)
    if answer.ok:
        way.after(client, answer)
    return answer


def _fixed(**path: object) -> Callable[[Cell], Asked]:
    return lambda cell: Asked(path=path)


def _participant(cell: Cell) -> Asked:
    return Asked(path={"participant": cell.whose or 1})


def _receivable(name: str, *, supplier: str | None = None, body: Callable[[Cell], object]) -> Callable[[Cell], Asked]:
    """A write on a receivable; a supplier owes others than a core enterprise does."""

    def ask(cell: Cell) -> Asked:
        number = cell.side.receivables[supplier if supplier and cell.role == "supplier" else name]
        return Asked(path={"number": number}, query=PREPARE, body=body(cell))

    return ask


def _agreed(name: str, supplier: str) -> Callable[[Cell], object]:
    """What both sides agreed on, as the regulator reads it."""

    def body(cell: Cell) -> object:
        number = cell.side.receivables[supplier if cell.role == "supplier" else name]
        there = cell.world.clients["regulator"][0].told(f"/v1/receivables/{number}")
        return {field: there[field] for field in ("face", "due", "documents")}

    return body


def _part(_cell: Cell) -> object:
    return {"amount": amount(100)}


def _credit(**query: str) -> Callable[[Cell], Asked]:
    """A lot; for a bank another's is one that nobody asked it to finance."""

    def ask(cell: Cell) -> Asked:
        of_others = "quiet" if cell.role == "bank" else "split"
        return Asked(path={"credit": cell.side.credits["split" if cell.own else of_others]}, query=query)

    return ask


def _read_receivable(cell: Cell) -> Asked:
    of_others = "quiet" if cell.role == "bank" else "split"
    return Asked(path={"number": cell.side.receivables["split" if cell.own else of_others]})


def _financing(cell: Cell) -> Asked:
    """For a bank another's is one that the first bank funded."""
    of_bank = cell.role == "bank" and not cell.own
    return Asked(
        path={"number": cell.side.financings["settled"]}, client=cell.world.clients["bank"][1] if of_bank else None
    )


def _quote(cell: Cell) -> Asked:
    of_others = "quiet" if cell.role == "bank" else "split"
    body: dict[str, object] = {"credit": cell.side.credits["split" if cell.own else of_others], "face": amount(1_000)}
    if cell.role in ("bank", "regulator"):
        body["holder"] = cell.side.supplier.participant
    return Asked(body=body)


def _payer(cell: Cell) -> Client:
    """Who pays for the role: registrar and regulator pay nothing themselves."""
    role = "bank" if cell.role in ("registrar", "regulator") else cell.role
    return cell.world.clients[role][0 if cell.own else 1]


def _paid(cell: Cell) -> dict[str, Any]:
    """A payment of nothing to oneself, done."""
    of = _payer(cell)
    body = {"to": of.participant, "amount": amount(0)}
    return dict(of.done("/v1/cash/payments", body))


def _command(cell: Cell) -> Asked:
    return Asked(path={"number": _paid(cell)["command"]})


def _transaction(cell: Cell) -> Asked:
    return Asked(path={"name": _paid(cell)["transaction"]})


def _enrolment(cell: Cell) -> Asked:
    return Asked(body={"name": f"newcomer {next(names)}", "roles": ["supplier"]})


def _newcomer(cell: Cell) -> int:
    body = {"name": f"newcomer {next(names)}", "roles": ["supplier"]}
    return int(cell.world.registrar.done("/v1/participants", body)["id"])


def _suspension(cell: Cell) -> Asked:
    return Asked(path={"number": _newcomer(cell)}, body={"reason": "papers are missing"})


def _restoration(cell: Cell) -> Asked:
    number = _newcomer(cell)
    cell.world.registrar.done(f"/v1/participants/{number}/suspend", {"reason": "papers are missing"})
    return Asked(path={"number": number})


def _extension(cell: Cell) -> Asked:
    ending = {"name": f"newcomer {next(names)}", "roles": ["supplier"], "valid_until": "2030-12-31"}
    number = cell.world.registrar.done("/v1/participants", ending)["id"]
    return Asked(path={"number": int(number)}, body={"valid_until": "2031-12-31"})


def _key(cell: Cell) -> Asked:
    """Another's key."""
    body = {"participant": cell.whose or cell.world.a.core.participant}
    return Asked(path={"name": cell.world.registrar.done("/v1/keys", body)["id"]})


def _new_key(cell: Cell) -> Asked:
    return Asked(body={} if cell.own else {"participant": cell.whose or cell.world.b.core.participant})


def _tomorrow(cell: Cell) -> Asked:
    today = date.fromisoformat(cell.world.registrar.told("/v1/clock")["today"])
    return Asked(body={"to": (today + timedelta(days=1)).isoformat()})


def _signed(cell: Cell) -> Asked:
    """A transaction of nothing, signed by whose account it is."""
    service = cell.world.service
    whose = cell.whose or cell.world.a.core.participant
    account = Address(cell.world.registrar.told(f"/v1/participants/{whose}")["account"])
    signer = service.custody.signer(account)
    assert signer is not None
    spender = service.ledger.address("Settlement")
    data = service.ledger.deployment.abis["CashToken"].encode("approve", spender, 0)
    request = service.ledger.gateway.prepare(account, service.ledger.address("CashToken"), data, gas=MOST_GAS)
    return Asked(body={"raw": f"0x{sign(request, signer).raw.hex()}"})


def _registration(cell: Cell) -> Asked:
    body = {
        "debtor": cell.mine.core.participant,
        "number": f"WAY-{next(names)}",
        "face": amount(1_000),
        "due": "2099-01-01",
        "documents": documents("way"),
    }
    return Asked(query=PREPARE, body=body)


def _payment(cell: Cell) -> Asked:
    return Asked(query=PREPARE, body={"to": cell.world.a.core.participant, "amount": amount(0)})


def _mint(cell: Cell) -> Asked:
    return Asked(query=PREPARE, body={"to": cell.world.a.core.participant, "amount": amount(1)})


def _attestation(_cell: Cell) -> object:
    return {"milestone": "accepted", "evidence": documents("evidence")}


def _amendment(_cell: Cell) -> object:
    return {"face": amount(500_000), "due": "2099-01-01", "documents": documents("amended")}


def _recharge(cell: Cell) -> Asked:
    return Asked(query=PREPARE, body={"receivable": cell.side.receivables["split"], "amount": amount(100)})


def _handover(cell: Cell) -> Asked:
    body = {"trade": cell.mine.receivables["handed"], "amount": amount(100)}
    return Asked(path={"credit": cell.side.credits["split"]}, query=PREPARE, body=body)


def _request(cell: Cell) -> Asked:
    return Asked(query=PREPARE, body={"credit": cell.side.credits["split"], "face": amount(100)})


def _cancel(cell: Cell) -> Asked:
    return Asked(path={"number": cell.side.financings["requested"]}, query=PREPARE)


def _repay(cell: Cell) -> Asked:
    return Asked(path={"credit": cell.side.credits["split"]}, query=PREPARE, body={"amount": amount(100)})


def _limit(cell: Cell) -> Asked:
    return Asked(path={"issuer": cell.side.core.participant}, query=PREPARE, body={"limit": amount(10**12)})


def _scenario(cell: Cell) -> Asked:
    """One that came to its end."""
    values = {"participant": cell.whose, "kind": "demo", "spec": {}, "state": "done", "result": {}}
    with cell.world.service.store.begin() as connection:
        number = connection.execute(insert(SCENARIOS).values(values).returning(SCENARIOS.c.id)).scalar_one()
    return Asked(path={"number": number})


def _stop(client: Client, started: requests.Response) -> None:
    """A scenario takes a processor: it is not what is asked here."""
    client.done(f"/v1/scenarios/{started.json()['id']}/cancel")


def _calculation(name: str) -> Callable[[Cell], Asked]:
    """Every calculation has the papers' values for what is left out, or an example where no paper has any."""
    return lambda cell: Asked(body=REGISTRY[name].example)


def _with(**body: object) -> Callable[[Cell], Asked]:
    return lambda cell: Asked(query=PREPARE, body=body)


WAYS: dict[str, Way] = {
    "list_participants": Way(ask=_fixed(), has_others=False),
    "get_participant": Way(ask=lambda cell: Asked(path={"number": cell.whose or 1})),
    "enrol_participant": Way(ask=_enrolment, has_others=False),
    "suspend_participant": Way(ask=_suspension, has_others=False),
    "restore_participant": Way(ask=_restoration, has_others=False),
    "extend_participant": Way(ask=_extension, has_others=False),
    "list_keys": Way(ask=_fixed(), has_others=False),
    "make_key": Way(ask=_new_key),
    "revoke_key": Way(ask=_key),
    "get_cash": Way(ask=_participant),
    "pay_cash": Way(ask=_payment, has_others=False),
    "mint_cash": Way(ask=_mint, has_others=False),
    "burn_cash": Way(ask=_with(amount=amount(0)), has_others=False),
    "allow_cash": Way(ask=_with(spender="settlement"), has_others=False),
    "list_receivables": Way(ask=_fixed(), has_others=False),
    "get_receivable": Way(ask=_read_receivable),
    "register_receivable": Way(ask=_registration, has_others=False),
    "amend_receivable": Way(ask=_receivable("fresh", body=_amendment)),
    "attest_receivable": Way(ask=_receivable("fresh", body=_attestation)),
    "confirm_receivable": Way(ask=_receivable("fresh", supplier="deep fresh", body=_agreed("fresh", "deep fresh"))),
    "dispute_receivable": Way(
        ask=_receivable("quiet", supplier="handed", body=lambda cell: {"amount": amount(100), "reason": "short"})
    ),
    "resolve_receivable": Way(ask=_receivable("quiet", supplier="handed", body=_part)),
    "pay_receivable": Way(ask=_receivable("quiet", supplier="handed", body=_part)),
    "list_lines": Way(ask=_fixed(), has_others=False),
    "get_line": Way(ask=lambda cell: Asked(path={"issuer": cell.side.core.participant})),
    "set_limit": Way(ask=_limit),
    "list_credits": Way(ask=_fixed(), has_others=False),
    "get_credit": Way(ask=_credit()),
    "trace_credit": Way(ask=_credit()),
    "list_holdings": Way(ask=_fixed(), has_others=False),
    "recharge_credit": Way(ask=_recharge),
    "pay_with_credit": Way(ask=_handover),
    "list_financings": Way(ask=_fixed(), has_others=False),
    "get_financing": Way(ask=_financing),
    "explain_financing": Way(ask=_financing),
    "quote_financing": Way(ask=_quote),
    "request_financing": Way(ask=_request),
    "cancel_financing": Way(ask=_cancel),
    "list_settlements": Way(ask=_fixed(), has_others=False),
    "get_settlement": Way(ask=_credit()),
    "list_payouts": Way(ask=_credit()),
    "repay_credit": Way(ask=_repay),
    "get_claim": Way(ask=_participant),
    "claim_cash": Way(ask=lambda cell: Asked(query=PREPARE), has_others=False, allowed=(409,)),
    "get_clock": Way(ask=_fixed(), has_others=False),
    "advance_clock": Way(ask=_tomorrow, has_others=False),
    "submit_transaction": Way(ask=_signed, hidden=(422,)),
    "get_command": Way(ask=_command),
    "list_events": Way(ask=_fixed(), has_others=False),
    "stream_events": Way(ask=_fixed(), has_others=False),
    "list_blocks": Way(ask=_fixed(), has_others=False),
    "get_block": Way(ask=_fixed(number=1), has_others=False),
    "get_transaction": Way(ask=_transaction),
    "list_contracts": Way(ask=_fixed(), has_others=False),
    "get_deployment": Way(ask=_fixed(), has_others=False),
    "list_scenarios": Way(ask=_fixed(), has_others=False),
    "start_scenario": Way(ask=lambda cell: Asked(body={"kind": "demo"}), has_others=False, after=_stop),
    "get_scenario": Way(ask=_scenario),
    "get_scenario_result": Way(ask=_scenario),
    "cancel_scenario": Way(ask=_scenario),
    "list_models": Way(ask=_fixed(), has_others=False),
} | {f"compute_{name}": Way(ask=_calculation(name), has_others=False) for name in REGISTRY}
