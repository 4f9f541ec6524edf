"""The trade over HTTP, from the invoice to the repayment: by the service's hand, and by keys of one's own."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from eth_account import Account
from requests import Response

from scfin_chain.chain.transaction import sign
from scfin_chain.service.queue import Order
from scfin_chain.units import Address
from tests.api.client import Client, amount
from tests.api.conftest import founders_of
from tests.api.server import Running, running_service
from tests.api.world import Trade, documents


class Custodial:
    """Has every write done by the service."""

    def act(self, client: Client, path: str, body: object = None) -> dict[str, Any]:
        return dict(client.done(path, body))


class OwnKey:
    """Has every write prepared, signs it, and submits it."""

    def __init__(self) -> None:
        self._keys: dict[int, bytes] = {}

    def keep(self, client: Client, key: bytes) -> None:
        assert client.participant is not None
        self._keys[client.participant] = key

    def act(self, client: Client, path: str, body: object = None) -> dict[str, Any]:
        assert client.participant is not None
        prepared = client.done(path, body, form="prepare")
        fields = {
            "chainId": prepared["chain_id"],
            "type": prepared["type"],
            "nonce": prepared["nonce"],
            "gas": int(prepared["gas"]),
            "maxFeePerGas": int(prepared["max_fee_per_gas"]),
            "maxPriorityFeePerGas": int(prepared["max_priority_fee_per_gas"]),
            "to": prepared["to"],
            "value": int(prepared["value"]),
            "data": prepared["data"],
        }
        signed = Account.sign_transaction(fields, self._keys[client.participant])
        return dict(client.done("/v1/transactions", {"raw": f"0x{signed.raw_transaction.hex()}"}))


Hand = Custodial | OwnKey


def enrol(trade: Trade, hand: Hand, name: str, role: str) -> Client:
    """A participant in custody, or with a key of its own."""
    if isinstance(hand, Custodial):
        return trade.enrol(name, role)
    key = sha256(name.encode()).digest()
    account = Account.from_key(key).address
    body = {"name": name, "roles": [role], "account": account}
    client = trade.client_of(int(trade.registrar.done("/v1/participants", body)["id"]))
    hand.keep(client, key)
    for spender in ("settlement", "receivables"):
        hand.act(client, "/v1/cash/allowances", {"spender": spender})
    return client


def made(hand: Hand, client: Client, path: str, body: object) -> str:
    """The number of what a write made: the answer says it, and so does the command's own address."""
    written = hand.act(client, path, body)
    assert client.told(f"/v1/commands/{written['command']}") == written
    return str(written["id"])


@pytest.mark.parametrize("hand", [Custodial(), OwnKey()], ids=["custodial", "own key"])
def test_from_the_invoice_to_the_repayment(trade: Trade, hand: Hand) -> None:
    """It should register, attest, confirm, recharge, hand down, finance, and repay by itself on the day."""
    with ExitStack() as opened:
        core, supplier, deep = (
            opened.enter_context(enrol(trade, hand, name, role))
            for name, role in (("core", "core_enterprise"), ("supplier", "supplier"), ("deep", "supplier"))
        )
        trade.bank.done(f"/v1/lines/{core.participant}", {"limit": amount(10**9)})
        trade.mint(core, 10**7)

        terms = {"face": amount(1_000_000), "due": trade.day(60), "documents": documents("INV-1")}
        body = {"debtor": core.participant, "number": "INV-1", **terms}
        receivable = made(hand, supplier, "/v1/receivables", body)
        trade.deliver(int(receivable))
        hand.act(core, f"/v1/receivables/{receivable}/confirm", terms)
        credit = made(hand, core, "/v1/credits", {"receivable": int(receivable), "amount": amount(1_000_000)})

        lower = {"face": amount(400_000), "due": trade.day(50), "documents": documents("INV-2")}
        body = {"debtor": supplier.participant, "number": "INV-2", **lower}
        trade_owed = made(hand, deep, "/v1/receivables", body)
        hand.act(supplier, f"/v1/receivables/{trade_owed}/confirm", lower)
        handover = {"trade": int(trade_owed), "amount": amount(400_000)}
        hand.act(supplier, f"/v1/credits/{credit}/payments", handover)
        assert deep.told("/v1/holdings")["items"][0]["amount"] == amount(400_000)
        assert supplier.told(f"/v1/receivables/{trade_owed}")["state"] == "paid"

        asked = {"credit": credit, "face": amount(40_000)}
        quoted = deep.done("/v1/financings/quote", asked)
        with trade.client_of(trade.registrar.told("/v1/ledger/deployment")["regulator"]["participant"]) as regulator:
            in_full = regulator.done("/v1/financings/quote", asked | {"holder": deep.participant})
        financing = int(made(hand, deep, "/v1/financings", {"credit": credit, "face": amount(40_000)}))
        funded = trade.answered(deep, financing)
        assert funded["state"] == "funded"
        told_to_bank = {event["name"] for event in trade.bank.all("/v1/events")}
        assert {"FinancingRequested", "FinancingFunded"} <= told_to_bank
        assert (quoted["verdict"], quoted["price"], quoted["claim"]) == ("approve", funded["price"], funded["claim"])
        assert deep.told(f"/v1/cash/{deep.participant}")["balance"] == funded["price"]
        _explained(trade.bank, financing, in_full)
        _explained_to_its_holder(deep, financing, quoted)

        trade.advance(59)
        owed = core.told(f"/v1/settlements/{credit}")
        assert (owed["status"], owed["owed"], owed["late_fee"]) == ("live", amount(1_000_000), amount(0))
        hand.act(core, f"/v1/settlements/{credit}/repay", {"amount": amount(100_000)})
        trade.advance(1)
        assert core.told(f"/v1/settlements/{credit}")["status"] == "closed"
        assert deep.told(f"/v1/financings/{financing}")["state"] == "settled"
        paid = {each["financing"]: each for each in deep.told(f"/v1/settlements/{credit}/payouts")["items"]}
        assert paid[None]["amount"] == amount(360_000)
        bank = trade.bank.told(f"/v1/settlements/{credit}/payouts")["items"]
        assert {"payee": trade.bank.participant, "amount": funded["claim"]}.items() <= bank[0].items()


def _explained(bank: Client, financing: int, quoted: dict[str, Any]) -> None:
    """The decision is the quote, with the number of a financing; whoever doubts it can hash what entered."""
    decision = bank.told(f"/v1/financings/{financing}/decision")
    assert f"0x{sha256(decision['inputs_text'].encode()).hexdigest()}" == decision["inputs_hash"]
    assert decision["outputs"] == quoted["outputs"]
    assert decision["inputs"] == quoted["inputs"] | {"financing": financing}
    assert decision["text"].startswith(f"Financing {financing}, asked on")


def _explained_to_its_holder(holder: Client, financing: int, quoted: dict[str, Any]) -> None:
    """The issuer's line and record are none of its business; the terms and the hashes are."""
    decision = holder.told(f"/v1/financings/{financing}/decision")
    for shown in (decision, quoted):
        assert {shown[name] for name in ("inputs", "inputs_text", "outputs")} == {None}
    for name in ("verdict", "binding", "price", "claim", "rate_bps", "line", "model_hash"):
        assert decision[name] == quoted[name]
    assert decision["text"].startswith(f"Financing {financing}, asked on")
    assert decision["inputs_hash"] in decision["text"]
    assert "obligations" not in decision["text"]
    assert "alpha" not in decision["text"]


def test_what_anybody_may_set_going_tells_its_sender_nothing(running: Running, trade: Trade) -> None:
    """It should show of a settlement what the ledger shows: to who is no party, and sent it, no event."""
    service = running.service
    with ExitStack() as opened:
        core, supplier, stranger = (
            opened.enter_context(trade.enrol(name, role))
            for name, role in (("core", "core_enterprise"), ("supplier", "supplier"), ("stranger", "supplier"))
        )
        trade.bank.done(f"/v1/lines/{core.participant}", {"limit": amount(10**9)})
        trade.mint(core, 10**7)
        receivable = trade.owed(supplier, core, "INV-1", face=1_000_000, days=60)
        credit = trade.recharge(core, receivable, 1_000_000)
        financing = trade.request(supplier, credit, 40_000)
        assert trade.answered(supplier, financing)["state"] == "funded"
        repay = service.order("repay", _account(core), "Settlement", "repay", int(credit), 1_000_000)
        settle = service.order(
            "settle", _account(stranger), "Settlement", "settle", financing, participant=stranger.participant
        )
        with service.store.begin() as connection:  # together: before the keeper settles by itself
            _, number = service.put(connection, repay), service.put(connection, settle)
        service.woken()
        whole = _ended(trade, number).json()
        shown = stranger.told(f"/v1/commands/{number}")
        assert {event["name"] for event in whole["events"]} >= {"PaidOut", "FinancingSettled"}
        assert shown == whole | {"events": []}
        assert stranger.told(f"/v1/ledger/transactions/{shown['transaction']}")["events"] == []


def test_what_is_late_costs_and_what_cannot_be_paid_waits(trade: Trade) -> None:
    """It should charge the late fee, flag the default, and keep for its payee what could not be paid."""
    with trade.enrol("core", "core_enterprise") as core, trade.enrol("supplier", "supplier") as supplier:
        trade.bank.done(f"/v1/lines/{core.participant}", {"limit": amount(10**9)})
        receivable = trade.owed(supplier, core, "INV-1", face=1_000_000, days=10)
        credit = trade.recharge(core, receivable, 1_000_000)
        trade.advance(45)
        late = core.told(f"/v1/settlements/{credit}")
        assert late["collection_failed"] is not None
        assert late["defaulted"] is not None
        assert trade.bank.told("/v1/settlements", defaulted=True)["items"] == []
        assert supplier.told("/v1/settlements", defaulted=True)["items"][0]["credit"] == credit
        assert late["late_fee"] == amount(8_220)
        assert late["owed"] == amount(1_008_220)

        trade.mint(core, 2_000_000)
        trade.registrar.done(f"/v1/participants/{supplier.participant}/suspend", {"reason": "papers are missing"})
        core.done(f"/v1/settlements/{credit}/repay", {"amount": late["owed"]})
        waiting = _waiting(trade, supplier, late["owed"])
        assert supplier.post("/v1/claims").status_code == 409
        trade.registrar.done(f"/v1/participants/{supplier.participant}/restore")
        supplier.done("/v1/claims")
        assert supplier.told(f"/v1/cash/{supplier.participant}")["balance"] == waiting
        assert supplier.told(f"/v1/claims/{supplier.participant}")["amount"] == amount(0)


class TestExtending:
    def test_it_should_let_somebody_go_on_whose_last_day_passed(self, trade: Trade) -> None:
        ending = {"name": "Ending", "roles": ["supplier"], "valid_until": trade.day(2)}
        with trade.client_of(int(trade.registrar.done("/v1/participants", ending)["id"])) as supplier:
            trade.mint(supplier, 10)
            trade.advance(3)
            payment = {"to": trade.central_bank.participant, "amount": amount(1)}
            assert supplier.post("/v1/cash/payments", payment).json()["revert"]["name"] == "CashPartyNotValid"
            path = f"/v1/participants/{supplier.participant}/extend"

            refused = trade.registrar.post(path, {"valid_until": trade.day(-1)})
            trade.registrar.done(path, {"valid_until": trade.day(0)})

            assert refused.json()["revert"]["name"] == "ParticipantExpiryTooEarly"
            supplier.done("/v1/cash/payments", payment)
            assert trade.registrar.told(f"/v1/participants/{supplier.participant}")["valid_until"] == trade.day(0)
            trade.registrar.done(path, {"valid_until": None})
            assert trade.registrar.told(f"/v1/participants/{supplier.participant}")["valid_until"] is None


def _waiting(trade: Trade, payee: Client, expected: dict[str, str]) -> dict[str, str]:
    """What waits for a payee, once the worker has paid out."""
    for _ in range(500):
        waiting = dict(payee.told(f"/v1/claims/{payee.participant}")["amount"])
        if waiting != amount(0):
            break
        trade.registrar.told("/v1/clock")
    assert waiting == expected
    return waiting


def test_a_refusal_of_a_contract(trade: Trade) -> None:
    """It should name the contract's error with its arguments, in either form, and mine nothing."""
    with trade.enrol("core", "core_enterprise") as core, trade.enrol("supplier", "supplier") as supplier:
        receivable = trade.register(supplier, core, "INV-1", face=100, days=10)
        head = trade.registrar.told("/v1/clock")["block"]
        agreed = {"face": amount(100), "due": trade.day(10), "documents": documents("INV-1")}
        other = agreed | {"face": amount(99)}
        for client, act, body, name, arguments in (
            (core, "confirm", agreed, "ReceivableNotDelivered", {"id": str(receivable), "actual": "0"}),
            (
                core,
                "dispute",
                {"amount": amount(101), "reason": "all of it"},
                "ReceivablePartTooSmall",
                {"amount": "101"},
            ),
            (core, "confirm", other, "ReceivableNotDelivered", {}),
            (supplier, "confirm", agreed, "ReceivableNotDebtor", {"debtor": str(core.participant)}),
        ):
            for form in ("custodial", "prepare"):
                answer = client.post(f"/v1/receivables/{receivable}/{act}", body, form=form)
                assert answer.status_code == 409
                document = answer.json()
                assert document["type"] == "/problems/refused-by-the-ledger"
                assert document["revert"]["name"] == name
                assert arguments.items() <= document["revert"]["arguments"].items()
        assert trade.registrar.told("/v1/clock")["block"] == head


def test_a_refused_command_stays_refused(trade: Trade) -> None:
    """It should tell of a refusal under the command's own address too."""
    with trade.enrol("supplier", "supplier") as supplier:
        answer = supplier.post("/v1/cash/payments", {"to": supplier.participant, "amount": amount(5)})
        assert answer.status_code == 409
        numbers = range(1, 200)
        own = [again for again in (supplier.get(f"/v1/commands/{n}") for n in numbers) if again.status_code != 404]
        assert [(again.status_code, again.json()) for again in own] == [(409, answer.json())]


def test_entity_tags(trade: Trade) -> None:
    """It should not send again what the caller has, and send it once it has changed."""
    with trade.enrol("core", "core_enterprise") as core, trade.enrol("supplier", "supplier") as supplier:
        receivable = trade.register(supplier, core, "INV-1", face=100, days=10)
        path = f"/v1/receivables/{receivable}"
        tag = supplier.get(path).headers["etag"]
        for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
            answer = supplier.request("GET", path, headers={"If-None-Match": known})
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer.headers["etag"] == tag
        trade.deliver(receivable)
        changed = supplier.request("GET", path, headers={"If-None-Match": tag})
        assert changed.status_code == 200
        assert changed.json()["milestone"] == "delivered"
        assert changed.headers["etag"] != tag


def test_pages(trade: Trade) -> None:
    """It should lead through a list page by page, while things are added, and know its filters."""
    with trade.enrol("core", "core_enterprise") as core, trade.enrol("supplier", "supplier") as supplier:
        made = [trade.register(supplier, core, f"INV-{i}", face=100 + i, days=10 + i) for i in range(7)]
        first = supplier.told("/v1/receivables", limit=3)
        assert [each["id"] for each in first["items"]] == made[:3]
        made.append(trade.register(supplier, core, "INV-7", face=107, days=17))
        second = supplier.told("/v1/receivables", limit=3, after=first["next"])
        third = supplier.told("/v1/receivables", limit=3, after=second["next"])
        assert [each["id"] for page in (first, second, third) for each in page["items"]] == made
        assert third["next"] is None
        due = {"due_from": trade.day(12), "due_to": trade.day(14)}
        assert [each["id"] for each in supplier.all("/v1/receivables", limit=2, **due)] == made[2:5]
        assert supplier.all("/v1/receivables", state="confirmed") == []
        assert len(supplier.all("/v1/receivables", state="registered", debtor=core.participant)) == len(made)
        assert supplier.all("/v1/receivables", creditor=core.participant) == []


def test_one_write_of_many_at_once(trade: Trade) -> None:
    """It should do once what is asked many times at the same moment under one key."""
    with trade.enrol("core", "core_enterprise") as core, trade.enrol("supplier", "supplier") as supplier:
        body = {
            "debtor": core.participant,
            "number": "ONCE-1",
            "face": amount(1),
            "due": trade.day(10),
            "documents": documents("ONCE-1"),
        }
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda _: supplier.post("/v1/receivables", body, key="once"), range(16)))
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["command"] for answer in answers}) == 1
        assert len(supplier.all("/v1/receivables")) == 1


def test_cash_up_to_the_last_unit(trade: Trade) -> None:
    """It should mint up to the largest amount, once, and give that answer again when nothing more may be minted."""
    to, largest = {"to": trade.bank.participant}, 2**63 - 1
    trade.mint(trade.bank, 1)
    refused = trade.central_bank.post("/v1/cash/mint", to | {"amount": amount(largest)})
    left = int(refused.json()["errors"][0]["limit"].split()[2].rstrip(","))
    body = to | {"amount": amount(left)}
    first = trade.central_bank.post("/v1/cash/mint", body, key="all-of-it")
    again = trade.central_bank.post("/v1/cash/mint", body, key="all-of-it")
    assert first.status_code == 201, first.text
    assert (again.status_code, again.json()) == (201, first.json())
    assert trade.central_bank.post("/v1/cash/mint", body).status_code == 422
    assert trade.central_bank.post("/v1/cash/mint", to | {"amount": amount(1)}, form="prepare").status_code == 422


def test_two_mints_that_do_not_fit_together(running: Running, trade: Trade) -> None:
    """It should do the first of two that were checked at one moment, and answer the other as the contract does."""
    service, account = running.service, _account(trade.bank)
    supply = int(service.ledger.view("CashToken", "totalSupply"))
    left = 2**63 - 1 - supply
    order = service.order("mint", service.offices.central_bank.account, "CashToken", "mint", account, left)
    with service.store.begin() as connection:
        first, second = (service.put(connection, order) for _ in range(2))
    service.woken()
    _refused_past_the_cap(_ended(trade, second), left)
    assert _ended(trade, first).json()["state"] == "done"
    assert trade.bank.told(f"/v1/cash/{trade.bank.participant}")["balance"] == amount(2**63 - 1)


@pytest.mark.parametrize("units", [2**63 - 1, 2**256 - 1])
def test_a_mint_past_the_cap_by_a_key_of_ones_own(running: Running, trade: Trade, units: int) -> None:
    """It should answer as the contract does, and read on behind it."""
    service, central_bank = running.service, running.service.offices.central_bank.account
    signer = service.custody.signer(central_bank)
    assert signer is not None
    data = service.ledger.deployment.abis["CashToken"].encode("mint", _account(trade.bank), units)
    request = service.ledger.gateway.prepare(central_bank, service.ledger.address("CashToken"), data, gas=200_000)
    raw = f"0x{sign(request, signer).raw.hex()}"
    _refused_past_the_cap(trade.central_bank.post("/v1/transactions", {"raw": raw}), units)
    before = int(trade.bank.told(f"/v1/cash/{trade.bank.participant}")["balance"]["amount"])
    trade.mint(trade.bank, 1)
    assert trade.bank.told(f"/v1/cash/{trade.bank.participant}")["balance"] == amount(before + 1)


def _refused_past_the_cap(answer: Response, units: int) -> None:
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json"), answer.text
    document = answer.json()
    assert (document["type"], document["revert"]["name"]) == (
        "/problems/refused-by-the-ledger",
        "CashSupplyCapExceeded",
    )
    assert {"amount": str(units), "cap": str(2**63 - 1)}.items() <= document["revert"]["arguments"].items()


def test_too_many_requests(tmp_path: Path) -> None:
    """It should let a key ask so much a second, and say when to come back."""
    with running_service(tmp_path, requests_a_second=10) as running, founders_of(running) as trade:
        answers = [trade.bank.get("/v1/clock") for _ in range(60)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert refused
        assert {answer.status_code for answer in answers} == {200, 429}
        assert refused[0].headers["content-type"] == "application/problem+json"
        assert refused[0].headers["retry-after"] == "1"
        assert trade.registrar.get("/v1/clock").status_code == 200
        assert trade.bank.get("/health").status_code == 200


def test_a_day_after_the_end_of_the_calendar(running: Running, trade: Trade) -> None:
    """It should bear a receivable that is due when no calendar has a date, and answer who asks for cash on it."""
    service, forever = running.service, 2**32 - 1
    with trade.enrol("core", "core_enterprise") as core, trade.enrol("supplier", "supplier") as supplier:
        trade.bank.done(f"/v1/lines/{core.participant}", {"limit": amount(10**9)})
        terms = (core.participant, 0, 0, b"FAR-1".ljust(32, b"\0"), 1_000_000, forever, b"\x01" * 32)
        register = service.order("register", _account(supplier), "ReceivableRegistry", "register", terms)
        receivable = int(_placed(running, trade, register)["id"])
        trade.deliver(receivable)
        agreed = receivable, 1_000_000, forever, b"\x01" * 32
        confirm = service.order("confirm", _account(core), "ReceivableRegistry", "confirm", *agreed)
        _placed(running, trade, confirm)
        credit = trade.recharge(core, receivable, 1_000_000)
        assert supplier.told(f"/v1/receivables/{receivable}")["due"] is None
        assert supplier.told(f"/v1/credits/{credit}")["maturity"] is None
        financing = trade.request(supplier, credit, 10_000)
        assert trade.answered(supplier, financing)["state"] in ("funded", "refused")
        assert trade.bank.told(f"/v1/financings/{financing}/decision")["inputs"]["maturity"] == "9999-12-31"


def _account(client: Client) -> Address:
    return Address(client.told(f"/v1/participants/{client.participant}")["account"])


def _ended(trade: Trade, number: int) -> Response:
    """The answer on a command that is done or refused."""
    deadline = monotonic() + 30
    while (answer := trade.registrar.get(f"/v1/commands/{number}")).ok and answer.json()["state"] != "done":
        assert monotonic() < deadline
    return answer


def _placed(running: Running, trade: Trade, order: Order) -> dict[str, Any]:
    """What came of an order that is none of the interface's."""
    number = running.service.queue.place(order)
    running.service.woken()
    deadline = monotonic() + 30
    while (command := trade.registrar.told(f"/v1/commands/{number}"))["state"] != "done":
        assert monotonic() < deadline
    return dict(command)
