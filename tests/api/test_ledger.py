"""The ledger in words over HTTP.

given blocks: pages from genesis on, each the parent of the next; one by number, with all its transactions
given a transaction
    its contract, function, arguments by name, sender, outcome and events
    its sender, those whom its events concern, the registrar and the regulator see it; others do not, nor its events
    whom its events concern, and who did not send it: not its arguments, which may name others
    refused by the contract: the error's name and arguments, whoever sent it
    refused past the queue: executed again once, however often it is asked for, and nobody waits for that
given anybody: the contracts with their interfaces, and the facts of the founding
"""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from api.rpc.bounded import TimedOut
from api.rpc.execution import Executor
from scfin_chain.chain.signer import Signer
from scfin_chain.chain.transaction import sign
from scfin_chain.errors import ContractReverted
from tests.api.client import Client
from tests.api.server import DEPLOYER_KEY, Running
from tests.api.world import Trade, World

DEPLOYER = Signer(bytes.fromhex(DEPLOYER_KEY))

ROLES = ("registrar", "regulator", "bank", "supplier", "carrier", "core_enterprise", "central_bank")


@pytest.fixture
def regulator(world: World) -> Client:
    return world.clients["regulator"][0]


def transaction_of(client: Client, name: str, **body: str) -> str:
    """The transaction that told an event."""
    for event in client.all("/v1/events", name=name, limit=100):
        if all(event["body"][field] == value for field, value in body.items()):
            return str(event["transaction"])
    raise AssertionError(f"nobody told {name}")


class TestBlocks:
    def test_it_should_page_from_genesis_on(self, world: World) -> None:
        blocks = world.a.supplier.all("/v1/ledger/blocks", limit=13)
        assert [block["number"] for block in blocks] == list(range(len(blocks)))
        assert [block["hash"] for block in blocks[:-1]] == [block["parent_hash"] for block in blocks[1:]]
        assert len(blocks) == world.service.ledger.gateway.head().number + 1

    def test_it_should_show_one_with_its_transactions(self, world: World, regulator: Client) -> None:
        event = regulator.all("/v1/events", name="FinancingFunded")[0]
        block = world.a.core.told(f"/v1/ledger/blocks/{event['block']}")
        assert block["hash"] == event["block_hash"]
        assert block["transactions"] == [event["transaction"]]
        assert block["day"] == event["day"]

    def test_it_should_show_what_is_not_the_ledgers(self, world: World) -> None:
        """Ether that somebody sends, past the service."""
        sent = world.service.ledger.gateway.transact(DEPLOYER, world.service.offices.registrar, value=1)
        name = f"0x{sent.transaction_hash.hex()}"
        for client in (world.a.supplier, world.registrar):
            assert client.told(f"/v1/ledger/blocks/{sent.block.number}")["transactions"] == [name]
        assert world.registrar.told(f"/v1/ledger/transactions/{name}")["value"] == "1"

    @pytest.mark.parametrize("number", ["999999999", "-1", "x", "1.5", str(2**64)])
    def test_it_should_not_know_others(self, regulator: Client, number: str) -> None:
        assert regulator.get(f"/v1/ledger/blocks/{number}").status_code in (404, 422)


class TestTransaction:
    def test_it_should_read_what_was_asked(self, world: World) -> None:
        supplier, receivable = world.a.supplier, world.a.receivables["split"]
        name = transaction_of(supplier, "ReceivableRegistered", id=str(receivable))
        found = supplier.told(f"/v1/ledger/transactions/{name}")
        account = supplier.told(f"/v1/participants/{supplier.participant}")["account"]
        assert (found["contract"], found["function"]) == ("ReceivableRegistry", "register")
        assert (found["sender"], found["succeeded"], found["revert"]) == (account, True, None)
        spelled = str(found["arguments"])
        assert f"'{world.a.core.participant}'" in spelled
        assert "'1000000'" in spelled
        assert [event["name"] for event in found["events"]] == ["ReceivableRegistered"]

    def test_it_should_read_the_making_of_a_contract(self, world: World, regulator: Client) -> None:
        deployer = regulator.told("/v1/ledger/deployment")["deployer"]
        made = regulator.all("/v1/events", name="RoleGranted")[0]
        found = regulator.told(f"/v1/ledger/transactions/{made['transaction']}")
        assert (found["to"], found["contract"], found["function"]) == (None, made["contract"], None)
        assert found["sender"] == deployer

    def test_it_should_show_a_financing_to_those_whom_it_concerns(self, world: World) -> None:
        holder = world.a.deep
        name = transaction_of(holder, "FinancingFunded", id=str(world.a.financings["funded"]))
        path = f"/v1/ledger/transactions/{name}"
        for client in (holder, world.clients["bank"][0], world.registrar, *world.clients["regulator"]):
            assert "FinancingFunded" in [event["name"] for event in client.told(path)["events"]]
        for client in (world.a.core, world.b.deep, world.b.core, world.clients["bank"][1], world.clients["carrier"][0]):
            assert client.get(path).status_code == 404

    def test_it_should_show_what_was_asked_to_its_sender_alone(self, world: World, regulator: Client) -> None:
        """Who is paid at maturity is not told who else held the credit."""
        holder = world.a.supplier
        name = transaction_of(
            holder, "PaidOut", payee=str(holder.participant), id=world.a.credits["paid"], financing="0"
        )
        path = f"/v1/ledger/transactions/{name}"
        whole, own = regulator.told(path), holder.told(path)
        assert whole["function"] == own["function"] == "crank"
        assert whole["arguments"]["holders"]
        assert own["arguments"] is None
        assert own["events"]

    def test_it_should_say_why_a_contract_refused(self, world: World, regulator: Client) -> None:
        """Sent past the queue, so that nobody noted why."""
        ledger, core = world.service.ledger, world.a.core
        account = core.told(f"/v1/participants/{core.participant}")["account"]
        signer = world.service.custody.signer(account)
        assert signer is not None
        data = ledger.deployment.abis["CashToken"].encode("mint", account, 5)
        signed = sign(ledger.gateway.prepare(account, ledger.address("CashToken"), data), signer)
        with pytest.raises(ContractReverted) as refused:
            ledger.gateway.send(signed.raw)
        path = f"/v1/ledger/transactions/0x{signed.hash.hex()}"
        found = core.told(path)
        assert (found["succeeded"], found["function"]) == (False, "mint")
        assert found["arguments"] == {"account": account, "amount": "5"}
        assert found["revert"]["name"] == refused.value.name
        assert found["revert"]["arguments"]
        assert regulator.told(path)["revert"] == found["revert"]
        assert world.a.supplier.get(path).status_code == 404

    @pytest.mark.parametrize("name", ["0x" + "00" * 32, "0x12", "latest", "0x" + "zz" * 32])
    def test_it_should_not_know_others(self, regulator: Client, name: str) -> None:
        assert regulator.get(f"/v1/ledger/transactions/{name}").status_code in (404, 422)


class TestReason:
    """Of a transaction that was refused past the queue, so that nobody noted why."""

    @pytest.fixture
    def path(self, running: Running) -> str:
        """One that needs more gas than it has."""
        ledger = running.service.ledger
        data = ledger.deployment.abis["CashToken"].encode("mint", DEPLOYER.address, 5)
        request = ledger.gateway.prepare(DEPLOYER.address, ledger.address("CashToken"), data, gas=24_000)
        signed = sign(request, DEPLOYER)
        with pytest.raises(ContractReverted):
            ledger.gateway.send(signed.raw)
        return f"/v1/ledger/transactions/0x{signed.hash.hex()}"

    def test_it_should_be_found_out_once(self, trade: Trade, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
        asked, run = [], Executor.run
        monkeypatch.setattr(Executor, "run", lambda *given: asked.append(given) or run(*given))
        with ThreadPoolExecutor(8) as pool:
            told = list(pool.map(lambda _: trade.registrar.told(path)["revert"], range(16)))
        assert told == [{"name": "OutOfGas", "arguments": {"limit": "24000"}}] * 16
        assert len(asked) == 1

    def test_it_should_hold_up_nobody(self, trade: Trade, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
        begun, ends = Event(), Event()

        def endless(*_given: object) -> None:
            begun.set()
            ends.wait(60)
            raise TimedOut

        monkeypatch.setattr(Executor, "run", endless)
        with ThreadPoolExecutor(60) as pool:  # more than the service has threads
            asking = [pool.submit(trade.registrar.told, path) for _ in range(60)]
            assert begun.wait(60)
            with trade.enrol("supplier", "supplier") as supplier:
                trade.mint(supplier, 5)
            ends.set()
            assert {each.result()["revert"] for each in asking} == {None}


class TestFacts:
    @pytest.mark.parametrize("role", ROLES)
    def test_it_should_tell_everybody_the_contracts(self, world: World, role: str) -> None:
        contracts = world.clients[role][0].told("/v1/ledger/contracts")["items"]
        assert {each["name"]: each["address"] for each in contracts} == dict(world.service.ledger.deployment.addresses)
        cash = next(each for each in contracts if each["name"] == "CashToken")
        assert {"transfer", "mint"} <= {entry["name"] for entry in cash["abi"] if entry["type"] == "function"}

    def test_it_should_tell_the_terms(self, world: World) -> None:
        facts = world.a.deep.told("/v1/ledger/deployment")
        assert (facts["chain_id"], facts["currency"]) == (world.service.ledger.gateway.chain_id, "CNY")
        assert (facts["fee_grace_days"], facts["default_days"], facts["late_fee_bps"]) == (5, 30, 1_000)
        assert facts["bank"]["participant"] == world.clients["bank"][0].participant
        assert facts["genesis_hash"] == world.a.deep.told("/v1/ledger/blocks/0")["hash"]

    def test_it_should_tell_a_reader_who_has_it_so(self, world: World) -> None:
        client = world.a.deep
        tag = client.get("/v1/ledger/contracts").headers["etag"]
        again = client.request("GET", "/v1/ledger/contracts", headers={"If-None-Match": tag})
        assert again.status_code == 304
