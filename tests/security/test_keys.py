"""What each key can do at most.

given the key of a supplier
    it should act as that supplier alone: not with another's account, name or signature
given keys that are made up
    it should be counted for the address that makes them up, and disturb nobody who has one
given secret keys
    it should take all of them or none, and let nobody else govern the ledger
given no secret
    it should say that every key is public, as it is: anybody may be anybody
given who keeps a key itself
    it should not be signed for
"""

import json
import secrets
from pathlib import Path

import pytest
import requests
from eth_account import Account
from eth_account.signers.local import LocalAccount

from scfin_chain.chain.keyring import Keyring
from scfin_chain.chain.signer import DEPLOYER, development_signer
from scfin_chain.service.api_keys import KEYS_EACH
from scfin_chain.service.keeper import HOLDERS_A_CRANK
from tests.api.client import Client, amount
from tests.security.conftest import Guarded
from tests.service_docs.served import run_scfin, served

FOUNDERS = ("bank", "central bank", "carrier", "regulator", "keeper", "compliance", "court", "decider")

GAS_TABLE = Path(__file__).parents[1] / "contracts" / "gas.json"

ACCOUNTS = {"jsonrpc": "2.0", "id": 1, "method": "eth_accounts", "params": []}


class Owner:
    """A participant who keeps its own key."""

    def __init__(self, guarded: Guarded, name: str) -> None:
        self.account: LocalAccount = Account.create()
        self.client = guarded.enrolled(name, "supplier", account=self.account.address)

    def prepared(self, path: str, body: object) -> dict[str, object]:
        made: dict[str, object] = self.client.done(path, body, form="prepare")
        return made

    def sign(self, prepared: dict[str, object], **changed: object) -> str:
        fields = {
            "type": 2,
            "chainId": prepared["chain_id"],
            "nonce": prepared["nonce"],
            "to": prepared["to"],
            "value": int(str(prepared["value"])),
            "data": prepared["data"],
            "gas": int(str(prepared["gas"])),
            "maxFeePerGas": int(str(prepared["max_fee_per_gas"])),
            "maxPriorityFeePerGas": 0,
        }
        return f"0x{self.account.sign_transaction(fields | changed).raw_transaction.hex().removeprefix('0x')}"


@pytest.fixture
def owners(guarded: Guarded) -> tuple[Owner, Owner]:
    tag = secrets.token_hex(4)
    return Owner(guarded, f"Own Key {tag}"), Owner(guarded, f"Other Key {tag}")


def test_who_keeps_its_key_is_not_signed_for(guarded: Guarded, owners: tuple[Owner, Owner]) -> None:
    first, second = owners
    body = {"to": second.client.participant, "amount": amount(0)}

    assert first.client.post("/v1/cash/payments", body).status_code == 409
    sent = first.client.post("/v1/transactions", {"raw": first.sign(first.prepared("/v1/cash/payments", body))})
    assert sent.status_code == 201, sent.text


def test_what_another_signed_is_not_taken(guarded: Guarded, owners: tuple[Owner, Owner]) -> None:
    first, second = owners
    prepared = first.prepared("/v1/cash/payments", {"to": second.client.participant, "amount": amount(0)})
    raw = first.sign(prepared)

    assert second.client.post("/v1/transactions", {"raw": raw}).status_code == 422
    assert first.client.post("/v1/transactions", {"raw": second.sign(prepared)}).status_code == 422
    assert first.client.post("/v1/transactions", {"raw": first.sign(prepared, chainId=1)}).status_code == 422
    elsewhere = first.sign(prepared, to=second.account.address)
    assert first.client.post("/v1/transactions", {"raw": elsewhere}).status_code == 422


def test_what_is_signed_elsewhere_has_so_much_gas(guarded: Guarded, owners: tuple[Owner, Owner]) -> None:
    """More than any call of the ledger needs, and no more: everybody waits while it is executed."""
    first, second = owners
    prepared = first.prepared("/v1/cash/payments", {"to": second.client.participant, "amount": amount(0)})
    gas = json.loads(GAS_TABLE.read_text(encoding="utf-8"))
    a_holder = (gas["crank ten holders"] - gas["crank one holder"]) / 9
    assert prepared["gas"] == "3000000"
    assert max(*gas.values(), gas["crank one holder"] + (HOLDERS_A_CRANK - 1) * a_holder) < 3_000_000

    refused = first.client.post("/v1/transactions", {"raw": first.sign(prepared, gas=3_000_001)})
    assert refused.status_code == 422
    assert refused.json()["detail"] == "raw is of 3000001 gas: must be of at most 3000000 gas"
    assert first.client.post("/v1/transactions", {"raw": first.sign(prepared)}).status_code == 201


def test_a_key_acts_as_its_participant_alone(guarded: Guarded) -> None:
    """The account that pays is the caller's; no field names another's."""
    mine, other = (guarded.enrolled(f"{name} Supplies", "supplier") for name in ("Poor", "Rich"))
    guarded.office("central_bank").done("/v1/cash/mint", {"to": other.participant, "amount": amount(100)})
    body = {"to": mine.participant, "amount": amount(100)}

    assert mine.post("/v1/cash/payments", body).status_code == 409
    for name in ("from", "sender", "payer", "participant", "account"):
        assert mine.post("/v1/cash/payments", body | {name: other.participant}).status_code == 422
    assert mine.post("/v1/keys", {"participant": other.participant}).status_code == 404
    assert other.told(f"/v1/cash/{other.participant}")["balance"] == amount(100)


def test_a_participant_has_so_many_keys(guarded: Guarded) -> None:
    """Whoever makes them; those that open nothing any more do not count."""
    hoarder = guarded.enrolled("Key Collectors", "supplier")
    made = [hoarder.done("/v1/keys", {})["id"] for _ in range(KEYS_EACH - 1)]
    limit = f"keys of participant {hoarder.participant} is 33: must be at most 32"

    for client in (hoarder, guarded.registrar):
        answer = client.post("/v1/keys", {"participant": hoarder.participant})
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/too-many-keys")
        assert limit in answer.json()["detail"]

    hoarder.done(f"/v1/keys/{made[0]}/revoke")
    assert hoarder.post("/v1/keys", {}).status_code == 201


def test_a_key_makes_others_that_outlive_it(guarded: Guarded) -> None:
    """Whoever stole one may have left another: they are all listed."""
    victim = guarded.enrolled("Robbed Supplies", "supplier")
    stolen = victim.told("/v1/keys")["items"][0]["id"]
    left = victim.done("/v1/keys", {})

    guarded.registrar.done(f"/v1/keys/{stolen}/revoke")

    assert victim.get("/v1/clock").status_code == 401
    with Client(guarded.served.url, left["token"]) as thief:
        assert thief.get("/v1/clock").status_code == 200
        open_still = [key["id"] for key in guarded.registrar.all("/v1/keys") if not key["revoked"]]
        assert left["id"] in open_still
        guarded.registrar.done(f"/v1/keys/{left['id']}/revoke")
        assert thief.get("/v1/clock").status_code == 401


def test_the_registrars_key_can_be_anybody(guarded: Guarded) -> None:
    """It makes keys for every participant; so it is worth as much as all of them."""
    assert guarded.office("central_bank").post("/v1/cash/mint", {"to": 3, "amount": amount(1)}).status_code == 201
    assert guarded.registrar.post("/v1/cash/mint", {"to": 3, "amount": amount(1)}).status_code == 403


def test_made_up_methods_make_no_figures(guarded: Guarded) -> None:
    for number in range(5):
        requests.request(f"MADEUP{number}", f"{guarded.served.url}/health", timeout=60)

    figures = requests.get(f"{guarded.served.url}/metrics", timeout=60).text
    assert "MADEUP" not in figures
    assert 'method="other"' in figures


def test_the_chain_is_not_shown_where_it_is_switched_off(tmp_path: Path) -> None:
    with served(tmp_path / "data", SCFIN_RPC="false") as service:
        assert requests.post(service.url + "/rpc", json=ACCOUNTS, timeout=60).status_code == 404
        assert requests.get(service.url + "/v1/clock", timeout=60).status_code == 401


@pytest.mark.parametrize("given", ["SCFIN_SECRET", "SCFIN_DEPLOYER_KEY"])
def test_half_a_set_of_keys_is_refused(given: str, tmp_path: Path) -> None:
    """With a secret alone the account that grants every role would be everybody's."""
    ended = run_scfin("serve", "--data", str(tmp_path / "data"), **{given: secrets.token_hex(32)})

    assert ended.returncode == 2
    assert "keys are all secret, or all public" in ended.stderr


def test_nobody_else_governs_a_ledger_of_secret_keys(guarded: Guarded) -> None:
    """None of its offices is an account that anybody can work out, or for which the node signs."""
    facts = guarded.registrar.told("/v1/ledger/deployment")
    offices = {
        facts["deployer"],
        *(facts[name]["account"] for name in ("central_bank", "bank", "carrier", "regulator")),
    }
    unlocked = requests.post(guarded.served.url + "/rpc", json=ACCOUNTS, timeout=60).json()["result"]

    public = {development_signer(label).address for label in (DEPLOYER, *FOUNDERS)}
    assert not offices & public
    assert not {account.lower() for account in offices} & {account.lower() for account in unlocked}


def test_without_a_secret_anybody_may_be_anybody(tmp_path: Path) -> None:
    """The default is for one machine, and says so when it starts."""
    with served(tmp_path / "data") as service, Client(service.url, service.registrar) as registrar:
        facts = registrar.told("/v1/ledger/deployment")
        unlocked = requests.post(service.url + "/rpc", json=ACCOUNTS, timeout=60).json()["result"]

        assert "every key of this ledger is public" in service.log
        assert facts["deployer"].lower() in [account.lower() for account in unlocked]
        assert facts["central_bank"]["account"] == Keyring().signer("central bank").address
