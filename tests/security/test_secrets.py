"""Where secrets are, and where they are not.

given settings that are refused
    it should name what is wrong, and not the value
given a service at work
    it should show its secrets to nobody: not in its words, figures, errors or command line
    it should name in its log who asked for what, and show no token there
    it should keep no key in its files, and its files from others
given a node or a database that is away
    it should say so without the credentials
"""

import hashlib
import hmac
import json
import re
import stat
from pathlib import Path

import pytest
import requests
from pydantic import SecretStr

from scfin_chain.chain.keyring import Keyring
from scfin_chain.chain.signer import Signer
from scfin_chain.errors import ScfinError
from scfin_chain.serving import SECRETS, ServeSettings, load_serving
from tests.security.conftest import Guarded
from tests.service_docs.served import run_scfin, served

HIDDEN = "correct-horse-battery"


@pytest.mark.parametrize(
    "line",
    [
        "secret = 987654321987654321",
        "deployer_key = 987654321987654321",
        "mnemonic = [987654321987654321]",
        "database = 987654321987654321",
        "rpc_url = 987654321987654321",
        'rpc_url = "ws://user:987654321987654321@node"',
        'rpc_url = "http://user:987654321987654321@node:port"',
    ],
)
def test_a_refused_setting_is_named_and_not_shown(line: str, tmp_path: Path) -> None:
    file = tmp_path / "serve.toml"
    file.write_text(f"[serve]\n{line}\n")

    with pytest.raises(ScfinError, match=line.partition(" ")[0]) as refused:
        load_serving(file)

    assert "987654321" not in str(refused.value)


@pytest.mark.parametrize(
    "variables",
    [
        {"SCFIN_SECRET": HIDDEN},
        {"SCFIN_SECRET": HIDDEN, "SCFIN_DEPLOYER_KEY": HIDDEN},
        {"SCFIN_MNEMONIC": HIDDEN},
        {"SCFIN_DATABASE": f"mysql://scfin:{HIDDEN}@db/scfin"},
        {"SCFIN_DATABASE": f"postgresql://scfin:{HIDDEN}@db:port/scfin"},
        {"SCFIN_DATABASE": f"postgresql://scfin:{HIDDEN}@127.0.0.1:1/scfin", "SCFIN_RPC_URL": "http://127.0.0.1:1"},
        {"SCFIN_RPC_URL": f"http://user:{HIDDEN}@127.0.0.1:1/{HIDDEN}"},
        {"SCFIN_RPC_URL": f"ws://user:{HIDDEN}@127.0.0.1:1"},
    ],
)
def test_a_service_that_cannot_start_says_why_and_shows_no_secret(variables: dict[str, str], tmp_path: Path) -> None:
    ended = run_scfin("serve", "--data", str(tmp_path / "data"), **variables)

    assert ended.returncode in (1, 2)
    assert ended.stderr.splitlines()[-1].startswith("scfin: ")
    assert "Traceback" not in ended.stderr
    assert HIDDEN not in ended.stdout + ended.stderr


def test_settings_and_keys_do_not_show_themselves() -> None:
    key = "ab" * 32
    settings = ServeSettings(secret=SecretStr(HIDDEN), deployer_key=SecretStr(key))
    keyring = Keyring(HIDDEN, deployer=Signer(bytes.fromhex(key)))
    shown = " ".join(map(repr, (settings, keyring, keyring.signer("bank")))) + str(settings)

    assert HIDDEN not in shown
    assert key not in shown
    assert {name for name, field in ServeSettings.model_fields.items() if "SecretStr" in str(field.annotation)} == set(
        SECRETS
    )


def test_a_service_at_work_shows_no_secret(guarded: Guarded) -> None:
    supplier = guarded.enrolled("Secret Supplies", "supplier")
    answers = [
        *(supplier.get(path) for path in ("/health", "/ready", "/metrics", "/openapi.json", "/v1/keys", "/v1/nowhere")),
        supplier.post("/v1/keys", {"expires": "1970-01-02"}),
        supplier.post("/v1/transactions", {"raw": f"0x{guarded.variables['SCFIN_SECRET']}"}),
        guarded.registrar.get("/v1/keys"),
        requests.post(guarded.served.url + "/rpc", json=rpc("eth_accounts"), timeout=60),
    ]
    command_line = Path(f"/proc/{guarded.served.process.pid}/cmdline").read_bytes().decode()
    said = "\n".join([answer.text + str(answer.headers) for answer in answers] + [guarded.served.log, command_line])

    for secret in hidden(guarded):
        assert secret not in said


def test_the_log_names_who_asked_and_shows_no_token(guarded: Guarded) -> None:
    """Wherever a token is put, by whoever mistakes one header for another."""
    supplier = guarded.enrolled("Logged Supplies", "supplier")
    token = guarded.tokens[-1]
    name, secret = token.split("_")[1], secret_part(token)
    assert supplier.post("/v1/keys", {}).status_code == 201
    supplier.post("/v1/cash/mint", {"to": 1, "memo": token}, key=secret)
    for said in (f"Bearer scfin_{'0' * 12}_{secret}", f"Bearer {secret}", f"Basic {token}", secret, f"Bearer {token}x"):
        for method in ("GET", "POST"):
            url = f"{guarded.served.url}/v1/keys?token={token}"
            answer = requests.request(method, url, headers={"Authorization": said}, timeout=60)
            assert answer.status_code == 401
    lines = [json.loads(line) for line in guarded.served.log.splitlines() if line.startswith("{")]
    audited = [line for line in lines if line["logger"] == "api.audit" and name in json.dumps(line)]

    assert {(line["event"], line["status"]) for line in audited} == {
        ("write", 201),
        ("turned away", 403),
        ("turned away", 401),
    }
    assert {line.get("participant") for line in audited} == {supplier.participant, None}
    assert all({"time", "level", "address", "method", "route", "seconds"} <= set(line) for line in audited)
    for hidden_one in (*hidden(guarded), hashlib.sha256(secret.encode()).hexdigest()):
        assert hidden_one not in guarded.served.log


def test_what_is_stored_holds_no_key(guarded: Guarded) -> None:
    guarded.enrolled("Stored Supplies", "supplier")
    stored = b"".join(path.read_bytes() for path in guarded.served.data.glob("ledger.sqlite*"))

    assert hashlib.sha256(secret_part(guarded.tokens[-1]).encode()).hexdigest().encode() in stored
    for secret in hidden(guarded):
        assert secret.encode() not in stored
        if re.fullmatch("[0-9a-f]{64}", secret):
            assert bytes.fromhex(secret) not in stored


def test_a_token_is_shown_once(guarded: Guarded) -> None:
    supplier = guarded.enrolled("Forgetful Supplies", "supplier")
    first, again = (supplier.post("/v1/keys", {}, key="the-same") for _ in range(2))

    assert first.json()["token"].startswith("scfin_")
    assert (again.json()["id"], again.json()["token"]) == (first.json()["id"], None)
    assert first.json()["token"] not in json.dumps(supplier.told("/v1/keys"))


def test_files_are_their_owners_alone(guarded: Guarded) -> None:
    data = guarded.served.data

    assert {path.name: stat.S_IMODE(path.stat().st_mode) & 0o077 for path in (data, *data.iterdir())} == {
        path.name: 0 for path in (data, *data.iterdir())
    }


def test_a_key_file_that_was_left_open_is_closed(tmp_path: Path) -> None:
    (data := tmp_path / "data").mkdir()
    (left := data / "registrar.key").write_text("an old one")
    left.chmod(0o644)
    with served(data) as service:
        assert service.registrar.startswith("scfin_")
        assert stat.S_IMODE(left.stat().st_mode) == 0o600


def hidden(guarded: Guarded) -> list[str]:
    """Everything that is nobody's business, and the key that follows from it."""
    variables = guarded.variables
    derived = hmac.new(variables["SCFIN_SECRET"].encode(), b"bank", hashlib.sha256).hexdigest()
    own = [variables[name] for name in ("SCFIN_SECRET", "SCFIN_DEPLOYER_KEY", "SCFIN_MNEMONIC")]
    return [*own, derived, *map(secret_part, guarded.tokens)]


def secret_part(token: str) -> str:
    return token.split("_", 2)[2]


def rpc(method: str, *params: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
