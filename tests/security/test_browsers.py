"""What a page on the web can do to a service on the machine of who looks at it: nothing.

given a page of another site
    it should get no answer to read, and no cookie to send
    it should not be able to call without a preflight, which nothing answers
given a page whose name leads to this machine (DNS rebinding)
    it should be turned away where no key is asked for, over HTTP and WebSocket
given who calls by an address, as localhost, or by a name that was set
    it should be let in
"""

from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.security.conftest import Guarded
from tests.service_docs.served import served

EVIL = "evil.example"
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
BLOCK_NUMBER = {"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": []}


@pytest.mark.parametrize(
    "path", ["/health", "/metrics", "/rpc", "/v1/participants", "/v1/events/stream", "/openapi.json"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_no_page_may_read_an_answer_or_gets_a_cookie(guarded: Guarded, path: str, method: str) -> None:
    headers = {"Origin": f"https://{EVIL}", "Access-Control-Request-Method": "POST"}
    with requests.request(method, guarded.served.url + path, headers=headers, timeout=60, stream=True) as answer:
        assert not any(name.lower().startswith("access-control-") for name in answer.headers)
        assert "set-cookie" not in answer.headers
        if method == "OPTIONS":
            assert answer.status_code in (401, 404, 405)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_what_a_form_can_send_is_not_read(guarded: Guarded, content_type: str) -> None:
    headers = {"Content-Type": content_type, "Origin": f"https://{EVIL}"}
    body = '{"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": []}'

    assert requests.post(guarded.served.url + "/rpc", body, headers=headers, timeout=60).status_code == 415
    headers |= {"Authorization": f"Bearer {guarded.tokens[0]}", "Idempotency-Key": "form"}
    assert requests.post(guarded.served.url + "/v1/keys", "{}", headers=headers, timeout=60).status_code == 415


@pytest.mark.parametrize("host", [EVIL, f"{EVIL}:8000", f"localhost.{EVIL}", "127.0.0.1.evil.example", "", "[evil"])
def test_a_name_that_leads_here_is_turned_away(guarded: Guarded, host: str) -> None:
    answer = requests.post(guarded.served.url + "/rpc", json=BLOCK_NUMBER, headers={"Host": host}, timeout=60)

    assert answer.status_code in (400, 403)
    if answer.status_code == 403:
        assert [(error["field"], error["value"]) for error in answer.json()["errors"]] == [
            ("Host", host.lstrip("[").split(":")[0])
        ]


@pytest.mark.parametrize(("host", "status"), [(f"{EVIL}:8000", 403), ("localhost:8000", 101)])
def test_a_name_that_leads_here_opens_no_socket(guarded: Guarded, host: str, status: int) -> None:
    """A page of that name is of the same origin, to itself and to the browser."""
    address = urlsplit(guarded.served.url)
    with closing(HTTPConnection(str(address.hostname), address.port, timeout=60)) as connection:
        connection.request("GET", "/rpc", headers=UPGRADE | {"Host": host, "Origin": f"http://{host}"})
        assert connection.getresponse().status == status


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "LOCALHOST:1", "[::1]:8000", "10.1.2.3", "Ledger.Example:80"]
)
def test_a_name_that_no_page_can_have_is_let_in(guarded: Guarded, host: str) -> None:
    answer = requests.post(guarded.served.url + "/rpc", json=BLOCK_NUMBER, headers={"Host": host}, timeout=60)

    assert int(answer.json()["result"], 16) > 0


def test_a_chain_alone_asks_on_every_path(tmp_path: Path) -> None:
    with served(tmp_path / "data", command="chain") as service:
        for path in ("/", "/rpc"):
            answer = requests.post(service.url + path, json=BLOCK_NUMBER, headers={"Host": EVIL}, timeout=60)
            assert answer.status_code == 403
            assert requests.post(service.url + path, json=BLOCK_NUMBER, timeout=60).json()["result"] == "0x0"
