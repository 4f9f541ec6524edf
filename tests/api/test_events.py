"""The events of the ledger over HTTP.

given a world of events
    the history gives each role what concerns it, page by page, by name, contract and block
    the stream from the start tells the same
    it goes on after the id that was read last, given as a header or in the query
    it begins now where nothing else is asked, and tells where it began
given a hundred events under way and clients that leave and come back at random
    each has read every event once, in order
given a chain that replaces blocks
    an open stream is told how far, and then what took their place
    one that comes back with an id of a replaced block is told first
given a stream that may not go on
    it is refused past the number of streams of a participant, and ends when the key is revoked, or the service stops
"""

import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

import api.feed
import api.routes.events
from scfin_chain.listener import Listener
from scfin_chain.units import DAY_SECONDS, Timestamp
from tests.api.client import Client, amount
from tests.api.server import Running
from tests.api.serving import served
from tests.api.streams import Diary, messages, opened, told
from tests.api.world import Trade, World

ROLES = ("regulator", "registrar", "bank", "core_enterprise", "supplier", "carrier", "central_bank")


def ids(client: Client, **query: object) -> list[str]:
    return [event["id"] for event in client.all("/v1/events", limit=100, **query)]


@pytest.fixture
def regulator(world: World) -> Client:
    return world.clients["regulator"][0]


class TestHistory:
    def test_it_should_show_a_regulator_everything_in_order(self, world: World, regulator: Client) -> None:
        events = regulator.all("/v1/events", limit=37)
        places = [(event["block"], event["ordinal"]) for event in events]
        assert places == sorted(set(places))
        assert ids(world.registrar) == [event["id"] for event in events]
        assert {"Enrolled", "ReceivableRegistered", "CreditRecharged", "FinancingFunded", "Collected"} <= {
            event["name"] for event in events
        }

    def test_it_should_show_the_others_what_concerns_them(self, world: World, regulator: Client) -> None:
        own = ids(world.a.supplier)
        assert 0 < len(own) < len(ids(regulator))
        assert set(own) < set(ids(regulator))
        registered = world.a.supplier.all("/v1/events", name="ReceivableRegistered")
        me = str(world.a.supplier.participant)
        assert registered
        assert all(me in (event["body"]["creditor"], event["body"]["debtor"]) for event in registered)

    def test_it_should_not_show_a_debtor_what_its_supplier_was_paid(self, world: World) -> None:
        assert world.a.supplier.all("/v1/events", name="FinancingFunded")
        assert not world.a.core.all("/v1/events", name="FinancingFunded")

    def test_it_should_filter(self, regulator: Client) -> None:
        everything = regulator.all("/v1/events", limit=500)
        middle = everything[len(everything) // 2]["block"]
        assert ids(regulator, to_block=middle) + ids(regulator, from_block=middle + 1) == [e["id"] for e in everything]
        assert ids(regulator, contract="CashToken", name="Minted") == [
            event["id"] for event in everything if (event["contract"], event["name"]) == ("CashToken", "Minted")
        ]
        assert ids(regulator, name="NoSuchEvent") == []

    @pytest.mark.parametrize(
        "query", [{"from_block": "-1"}, {"name": "a'; --"}, {"limit": "0"}, {"after": "e30"}, {"from_block": 2**63}]
    )
    def test_it_should_refuse_what_is_no_filter(self, regulator: Client, query: dict[str, object]) -> None:
        answer = regulator.get("/v1/events", **query)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"


class TestStream:
    @pytest.mark.parametrize("role", ROLES)
    def test_it_should_tell_what_the_history_tells(self, world: World, role: str) -> None:
        client = world.clients[role][0]
        history = client.all("/v1/events", limit=500)
        with opened(client, **{"from": "start"}) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            stream = told(answer, at_most=len(history))
        assert [message.data for message in stream] == history
        assert [(message.id, message.event) for message in stream] == [(e["id"], e["name"]) for e in history]

    @pytest.mark.parametrize("way", ["header", "query"])
    def test_it_should_go_on_after_an_id(self, regulator: Client, way: str) -> None:
        history = ids(regulator)
        last = history[len(history) // 3]
        query = {"last_event_id": last} if way == "query" else {}
        with opened(regulator, last=last if way == "header" else None, **query) as answer:
            stream = told(answer, until=history[-1])
        assert [message.id for message in stream] == history[history.index(last) + 1 :]

    def test_it_should_filter(self, regulator: Client) -> None:
        with opened(regulator, name="Minted", **{"from": "start"}) as answer:
            wanted = ids(regulator, name="Minted")
            assert [message.id for message in told(answer, until=wanted[-1])] == wanted

    def test_it_should_begin_now_and_tell_where(self, world: World, regulator: Client) -> None:
        before = ids(regulator)
        with opened(regulator) as answer:
            stream = messages(answer)
            begun = next(message.id for message in stream if message.id is not None)
            assert begun == before[-1]
            world.clients["central_bank"][0].done(
                "/v1/cash/mint", {"to": world.a.core.participant, "amount": amount(7)}
            )
            new = told(stream, at_most=1)[0]
        assert new.id == ids(regulator)[len(before)]

    def test_it_should_begin_anew_with_an_id_of_another_ledger(self, regulator: Client) -> None:
        with opened(regulator, last="3-0-00000000") as answer:
            first, *rest = told(answer, at_most=4)
        assert (first.event, first.data) == ("rewound", {"block": 0})
        assert [message.id for message in rest] == ids(regulator)[:3]

    @pytest.mark.parametrize("last", ["7", "1-2", "-1-0-00000000", "1-0-0000000g", "1-0-00000000-1", "9" * 400])
    def test_it_should_refuse_what_is_no_id(self, regulator: Client, last: str) -> None:
        with opened(regulator, last=last) as answer:
            assert answer.status_code == 422

    def test_it_should_show_signs_of_life(self, regulator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(api.routes.events, "HEARTBEAT_SECONDS", 0.05)
        with opened(regulator) as answer:
            assert any("still here" in message.comments for message in messages(answer))

    def test_it_should_grant_a_participant_so_many_streams(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """With whichever of its keys."""
        monkeypatch.setattr(api.feed, "STREAMS_EACH", 1)
        client = world.b.deep
        other_key = world.registrar.done("/v1/keys", {"participant": client.participant})["token"]
        with opened(client) as answer, Client(client.url, other_key) as again:
            stream = messages(answer)
            next(stream)
            with opened(again) as second:
                assert second.status_code == 429
                assert second.json()["type"] == "/problems/too-many-streams"
        deadline = time.monotonic() + 10
        while True:
            with opened(client) as again:
                if again.status_code == 200:
                    break
            assert time.monotonic() < deadline, "the place is not given back"
            time.sleep(0.05)

    def test_it_should_end_with_its_key(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(api.feed, "KEY_SECONDS", 0.1)
        made = world.registrar.done("/v1/keys", {"participant": world.b.deep.participant})
        with Client(world.running.url, made["token"]) as client, opened(client) as answer:
            stream = messages(answer)
            next(stream)
            world.registrar.done(f"/v1/keys/{made['id']}/revoke")
            assert api.feed.KEY_CLOSED in [comment for message in stream for comment in message.comments]


class TestLoad:
    def test_it_should_lose_and_double_nothing(
        self, running: Running, trade: Trade, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Clients leave after a few events, again and again, while more than a hundred are mined."""
        monkeypatch.setattr(api.routes.events, "HEARTBEAT_SECONDS", 0.5)
        bank, central_bank = trade.bank, trade.central_bank
        regulator = trade.client_of(running.service.offices.regulator.id)
        before, last = ids(regulator), Event()

        def pay(units: int) -> None:
            bank.done("/v1/cash/payments", {"to": central_bank.participant, "amount": amount(units)})

        def follow(seed: int) -> Diary:
            chance, diary = random.Random(seed), Diary(ids=list(before), last=before[-1])
            while not last.is_set() or diary.last != ids(regulator)[-1]:
                with opened(regulator, last=diary.last) as answer:
                    left = chance.randint(1, 12)
                    for message in messages(answer):
                        diary.note(message)
                        left -= message.event is not None
                        if left == 0 or (last.is_set() and message.event is None):
                            break
            return diary

        with ThreadPoolExecutor(10) as pool, regulator:
            readers = [pool.submit(follow, seed) for seed in range(6)]
            try:
                list(pool.map(pay, range(1, 61)))
            finally:
                last.set()
            diaries = [reader.result(timeout=60) for reader in readers]
            history = ids(regulator)
        assert len(history) - len(before) >= 100
        assert [diary.ids for diary in diaries] == [history] * 6
        assert not any(diary.rewound for diary in diaries)


@pytest.fixture
def reorganising(running: Running) -> Running:
    """The same service on a chain whose blocks may be replaced."""
    service = running.service
    assert service.worker is not None
    service.worker.listener = Listener(
        gateway=service.ledger.gateway, deployment=service.ledger.deployment, store=service.store, finality_depth=64
    )
    return running


class TestReorg:
    def test_it_should_tell_how_far_the_chain_went_back(self, reorganising: Running, trade: Trade) -> None:
        gateway = reorganising.service.ledger.gateway
        regulator = trade.client_of(reorganising.service.offices.regulator.id)

        def pay(units: int) -> None:
            body = {"to": trade.central_bank.participant, "amount": amount(units)}
            trade.bank.done("/v1/cash/payments", body)

        pay(1)
        with regulator, opened(regulator, **{"from": "start"}) as answer:
            stream, diary = messages(answer), Diary()
            snapshot, height = gateway.snapshot(), gateway.head().number
            for units in range(2, 6):
                pay(units)
            old = ids(regulator)
            while diary.last != old[-1]:
                diary.note(next(stream))
            assert diary.ids == old

            gateway.revert(snapshot)
            gateway.set_time(Timestamp(gateway.now() + DAY_SECONDS))
            gateway.mine()
            while not diary.rewound:
                diary.note(next(stream))
            assert diary.rewound == [height]
            assert diary.ids == [each for each in old if int(each.split("-")[0]) <= height]
            pay(6)
            new = _settled(regulator)
            while diary.last != new[-1]:
                diary.note(next(stream))
            assert diary.ids == new
            assert set(old) - set(new)

            returned = Diary(ids=list(old), last=old[-1])
            with opened(regulator, last=old[-1]) as again:
                for message in messages(again):
                    returned.note(message)
                    if returned.last == new[-1]:
                        break
            assert len(returned.rewound) == 1
            assert returned.rewound[0] <= height
            assert returned.ids == new


def _settled(client: Client) -> list[str]:
    """The ids once no more come: what was orphaned is sent again by itself."""
    while (found := ids(client)) != (time.sleep(1.5), ids(client))[1]:
        pass
    return found


class TestEnd:
    def test_it_should_end_with_the_service(self, tmp_path: Path) -> None:
        """The process is told to end while a client reads: the stream says so, ends in order, and nobody complains."""
        log = tmp_path / "log"
        with (
            served(tmp_path, log=log) as service,
            Client(service.url, service.token) as registrar,
            opened(registrar, **{"from": "start"}) as answer,
        ):
            stream = messages(answer)
            assert told(stream, at_most=1)
            service.process.send_signal(signal.SIGTERM)
            comments = [comment for message in stream for comment in message.comments]
            assert comments[-1] == api.feed.STOPPING
            assert service.process.wait(timeout=20) in (0, -signal.SIGTERM)
        assert "ERROR" not in log.read_text()
