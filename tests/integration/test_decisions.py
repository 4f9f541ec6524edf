"""Decisions between the service and the desk.

the desk
    computes the price and the digest that the service computes, for any claim and any decision
deciding
    given a request: what is stored is what was signed and what the chain executed, to the hashes
    given several: the oldest first, and each knows of the one before
    given anything that happens later: the decision stays as it was
    given what the models cannot answer: that financing stops, the others go on
    given requests that are not deep enough: they wait, and so does what was decided on them
sending
    given a decision that outlived its day: it is withdrawn, kept, and made anew, once
    given a request that was taken back, or expired, meanwhile: nothing is sent
    given a refusal by the contract: that financing stops, the others go on, and the request expires
        that a later state may turn into a yes: it is tried again, so often, each time after more blocks
        that nothing turns into one: it is a dead letter at once
    given a dead letter: it stays one until somebody retries it, alone or with all others
    given a node that gives no answer: it is no attempt
"""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scfin_chain.chain import development_signer
from scfin_chain.chain.ledger import Command, Outcome
from scfin_chain.deploy.founding import fund
from scfin_chain.errors import InvalidInput, ModelDomainError, NodeSilent
from scfin_chain.events.financing_desk import FinancingFunded, FinancingRefused
from scfin_chain.scenarios.stage import Stage
from scfin_chain.service import decider
from scfin_chain.service.canonical import digest
from scfin_chain.service.dead_letters import dead_letters, retry, retry_all
from scfin_chain.service.decider import FIRST_WAIT_BLOCKS, MOST_ATTEMPTS
from scfin_chain.service.decision import Decision, Verdict, signed_digest
from scfin_chain.service.facts import RequestFacts
from scfin_chain.service.policy import Judgement, price_down
from scfin_chain.service.rules import Rules
from scfin_chain.units import (
    BasisPoints,
    CreditId,
    Day,
    FinancingId,
    Money,
    ParticipantId,
    Timestamp,
    start_of,
)
from tests.integration.laboratories import START, World, act, decider_on, everything, outbox
from tests.integration.story import REASON, Cast, credited, hand_down, tell

repeatable = settings(derandomize=True, deadline=None)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World.founded() as founded:
        yield founded


@pytest.fixture
def stage(world: World) -> Stage:
    return world.stage()


@pytest.fixture
def cast(stage: Stage) -> Cast:
    return Cast.enrolled(stage)


def uint(bits: int) -> st.SearchStrategy[int]:
    return st.integers(0, 2**bits - 1)


decisions = st.builds(
    Decision,
    verdict=st.sampled_from(Verdict),
    financing=uint(64).map(FinancingId),
    bank=uint(32).map(ParticipantId),
    holder=uint(32).map(ParticipantId),
    credit_id=uint(256).map(CreditId),
    face=uint(128).map(Money),
    price=uint(128).map(Money),
    claim=uint(128).map(Money),
    rate_bps=uint(32).map(BasisPoints),
    pd_bps=uint(32).map(BasisPoints),
    lgd_bps=uint(32).map(BasisPoints),
    recourse=st.booleans(),
    supervised=st.booleans(),
    reason=uint(8),
    model_hash=st.binary(min_size=32, max_size=32),
    inputs_hash=st.binary(min_size=32, max_size=32),
    as_of_day=uint(32).map(Day),
    deadline=uint(64).map(Timestamp),
)


class TestDesk:
    @repeatable
    @given(claim=uint(128), rate=uint(32), days=uint(32))
    def test_computes_the_price_of_the_service(self, world: World, claim: int, rate: int, days: int) -> None:
        on_chain = world.laboratory.ledger.view("FinancingDesk", "priceDown", claim, rate, days)
        assert on_chain == price_down(Money(claim), rate=BasisPoints(rate), days=Day(days))

    @repeatable
    @given(claim=uint(62), rate=st.integers(0, 10_000), days=st.integers(0, 3_650))
    def test_computes_the_price_of_the_service_given_usual_terms(
        self, world: World, claim: int, rate: int, days: int
    ) -> None:
        on_chain = world.laboratory.ledger.view("FinancingDesk", "priceDown", claim, rate, days)
        assert on_chain == price_down(Money(claim), rate=BasisPoints(rate), days=Day(days))

    @repeatable
    @given(decision=decisions)
    def test_computes_the_digest_of_the_service(self, world: World, decision: Decision) -> None:
        ledger = world.laboratory.ledger
        ours = signed_digest(decision, chain_id=ledger.gateway.chain_id, desk=ledger.address("FinancingDesk"))
        assert ledger.view("FinancingDesk", "digestOf", decision.values()) == ours


def requested(
    stage: Stage, cast: Cast, *, face: int = 4_000, number: str = "R-1", due: int = START + 30
) -> FinancingId:
    """A request of the branch on a credit of its own."""
    credit = credited(stage, cast, 10_000, due=due, number=number)
    return stage.request(cast.branch, credit, Money(face))


class TestDeciding:
    @pytest.mark.parametrize(("face", "kind"), [(4_000, FinancingFunded), (1, FinancingRefused)])
    def test_stores_what_was_signed_and_executed(
        self, stage: Stage, cast: Cast, face: int, kind: type[FinancingFunded | FinancingRefused]
    ) -> None:
        requested(stage, cast, face=face)
        assert stage.decide() == 1

        held = everything(stage.laboratory.store)
        [decision], [financing] = held["decision"], held["financing"]
        told = next(event["body"] for event in held["event"] if event["name"] == kind.__name__)
        assert decision["inputs_hash"] == told["inputs_hash"] == financing["inputs_hash"]
        assert decision["model_hash"] == told["model_hash"] == financing["model_hash"]
        assert decision["inputs_hash"] == f"0x{digest(decision['inputs']).hex()}"
        assert decision["model_hash"] == f"0x{digest(decision['models']).hex()}"
        assert decision["day"] == financing["decided_day"] == START
        for name in set(told) & set(decision["signed"]):
            assert decision["signed"][name] == told[name], name

    def test_pays_the_price_against_the_tokens(self, stage: Stage, cast: Cast) -> None:
        requested(stage, cast)
        stage.decide()
        [financing] = everything(stage.laboratory.store)["financing"]
        ledger = stage.laboratory.ledger
        assert ledger.view("CashToken", "balanceOf", cast.branch.signer.address) == financing["price"]
        # 80 % of 4,000 at 4.21 % for 30 days: 3,200 * 3,650,000 / (3,650,000 + 421 * 30) = 3,188.97
        assert (financing["claim"], financing["rate_bps"], financing["price"]) == (3_200, 421, 3_188)
        assert (
            ledger.view("CreditToken", "balanceOf", ledger.address("FinancingDesk"), int(financing["credit"])) == 4_000
        )

    def test_takes_the_oldest_first_and_knows_the_one_before(self, stage: Stage, cast: Cast) -> None:
        requested(stage, cast, number="R-1")
        requested(stage, cast, number="R-2")
        decider = stage.laboratory.decider
        stage.laboratory.listener.poll()

        assert decider.decide_next() == 1
        decider.send_pending(stage.submit)
        stage.laboratory.listener.poll()
        assert decider.decide_next() == 2
        assert decider.decide_next() is None

        first, second = everything(stage.laboratory.store)["decision"]
        assert (first["inputs"]["advanced"], second["inputs"]["advanced"]) == (0, 3_188)

    def test_stays_as_it_was_whatever_happens_later(self, world: World) -> None:
        stage = world.stage()
        before: dict[int, dict[str, object]] = {}
        decide = stage.decide

        def decide_and_look() -> int:
            sent = decide()
            before.update({row["financing"]: row for row in everything(stage.laboratory.store)["decision"]})
            return sent

        stage.decide = decide_and_look  # type: ignore[method-assign]
        tell(stage)
        stage.laboratory.listener.poll()

        after = everything(stage.laboratory.store)
        assert {row["state"] for row in after["financing"]} == {"settled", "refused", "cancelled", "expired"}
        assert before == {row["financing"]: row for row in after["decision"]}
        assert len(before) == 2


def names(stage: Stage) -> list[str]:
    """What the chain told of financings, after a poll."""
    stage.laboratory.listener.poll()
    told = everything(stage.laboratory.store)["event"]
    return [str(event["name"]) for event in told if str(event["name"]).startswith("Financing")]


class TestGivenWhatTheModelsCannotAnswer:
    def test_stops_that_financing_alone(self, stage: Stage, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        """No facts are known that lead there, so one is made up."""
        answer = decider.decide

        def refuses_the_first(facts: RequestFacts, rules: Rules) -> Judgement:
            if facts.financing == 1:
                raise ModelDomainError("face", facts.face, "something else")
            return answer(facts, rules)

        monkeypatch.setattr(decider, "decide", refuses_the_first)
        requested(stage, cast, number="R-1")
        requested(stage, cast, number="R-2")

        assert stage.decide() == 1

        held = everything(stage.laboratory.store)
        assert [row["financing"] for row in held["decision"]] == [2]
        assert outbox(stage.laboratory.store) == [(1, "dead", 0), (2, "done", 1)]
        assert stage.decide() == 0

    def test_is_decided_once_somebody_retries_it(
        self, stage: Stage, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as until_then:

            def refuses(facts: RequestFacts, rules: Rules) -> Judgement:
                raise ModelDomainError("face", facts.face, "something else")

            until_then.setattr(decider, "decide", refuses)
            requested(stage, cast)
            stage.decide()
        store = stage.laboratory.store
        [letter] = dead_letters(store)
        assert (letter.financing, letter.attempts, letter.decided_day) == (1, 0, None)
        assert letter.error == "face is 4000: must be something else"

        retry(store, letter.financing)
        assert dead_letters(store) == ()
        assert stage.decide() == 1
        assert outbox(store) == [(1, "done", 1)]


class TestSending:
    def test_is_made_anew_given_it_outlived_its_day(self, stage: Stage, cast: Cast) -> None:
        requested(stage, cast)
        laboratory, decider = stage.laboratory, stage.laboratory.decider
        laboratory.listener.poll()
        decider.decide_next()
        [first] = everything(laboratory.store)["decision"]

        stage.begin_day(Day(START + 1))
        assert decider.send_pending(stage.submit) == 0
        held = everything(laboratory.store)
        [kept] = held["withdrawn"]
        assert held["decision"] == []
        assert (kept.pop("cause"), kept.pop("sequence"), kept) == ("deadline", 1, first)
        assert stage.decide() == 1

        [second] = everything(laboratory.store)["decision"]
        assert (first["day"], second["day"]) == (START, START + 1)
        assert second["signed"]["price"] > first["signed"]["price"]  # a day less to wait
        assert names(stage) == ["FinancingRequested", "FinancingFunded"]

    def test_goes_out_in_the_last_second_of_its_day(self, stage: Stage, cast: Cast) -> None:
        requested(stage, cast)
        stage.laboratory.listener.poll()
        stage.laboratory.decider.decide_next()
        stage.laboratory.ledger.gateway.set_time(Timestamp(start_of(Day(START + 1)) - 1))
        assert stage.laboratory.decider.send_pending(stage.submit) == 1
        assert names(stage) == ["FinancingRequested", "FinancingFunded"]

    @pytest.mark.parametrize("end", ["FinancingCancelled", "FinancingExpired"])
    def test_is_not_given_a_request_that_was_taken_back_meanwhile(self, stage: Stage, cast: Cast, end: str) -> None:
        financing = requested(stage, cast)
        laboratory = stage.laboratory
        laboratory.listener.poll()
        laboratory.decider.decide_next()
        if end == "FinancingCancelled":
            stage.cancel(cast.branch, financing)
        else:
            stage.begin_day(Day(START + 8))
            stage.close_day()
        laboratory.listener.poll()

        assert laboratory.decider.send_pending(stage.submit) == 0
        assert outbox(laboratory.store) == [(1, "done", 0)]
        assert stage.decide() == 0
        assert names(stage) == ["FinancingRequested", end]

    def test_is_refused_unheard_given_it_was_taken_back_a_moment_ago(self, stage: Stage, cast: Cast) -> None:
        financing = requested(stage, cast)
        stage.laboratory.listener.poll()
        stage.laboratory.decider.decide_next()
        stage.cancel(cast.branch, financing)

        assert stage.laboratory.decider.send_pending(stage.submit) == 0
        assert names(stage) == ["FinancingRequested", "FinancingCancelled"]
        assert stage.laboratory.decider.send_pending(stage.submit) == 0
        assert outbox(stage.laboratory.store) == [(1, "done", 1)]

    @pytest.mark.parametrize("obstacle", ["suspended", "sealed", "paused", "frozen"])
    def test_stops_that_financing_alone_given_the_contract_refuses(
        self, stage: Stage, cast: Cast, obstacle: str
    ) -> None:
        laboratory, registrar = stage.laboratory, stage.laboratory.founders.registrar
        credit = credited(stage, cast, 10_000, due=START + 30, number="R-1")
        hand_down(stage, cast.branch, cast.second, credit, 5_000, number="T-1")
        stage.request(cast.second, credit, Money(4_000))
        other = credited(stage, cast, 10_000, due=START + 30, number="R-2")
        stage.request(cast.branch, other, Money(4_000))
        obstacles: dict[str, Callable[[], object]] = {
            "suspended": lambda: act(laboratory, registrar, "Participants", "suspend", cast.second.id, REASON),
            "paused": lambda: act(laboratory, registrar, "Participants", "pauseTrading"),
            "sealed": lambda: (stage.mint(cast.core, Money(1)), stage.repay(cast.core, credit, Money(1))),
            "frozen": lambda: freeze(stage, cast),
        }
        obstacles[obstacle]()

        sent = stage.decide()

        assert sent == (0 if obstacle == "paused" else 1)
        waiting = {"sealed": "dead"}.get(obstacle, "pending")
        second = (2, "pending" if obstacle == "paused" else "done", 1)
        assert outbox(laboratory.store) == [(1, waiting, 1), second]
        stage.begin_day(Day(START + 8))
        stage.close_day()
        laboratory.listener.poll()
        assert everything(laboratory.store)["financing"][0]["state"] == "expired"

    @pytest.mark.parametrize("cured", [1, MOST_ATTEMPTS - 1, None])
    def test_is_tried_again_after_ever_more_blocks(self, stage: Stage, cast: Cast, cured: int | None) -> None:
        laboratory, decisions = stage.laboratory, stage.laboratory.decider
        requested(stage, cast)
        act(laboratory, laboratory.founders.registrar, "Participants", "pauseTrading")
        stage.decide()
        for attempt in range(1, MOST_ATTEMPTS):
            assert outbox(laboratory.store) == [(1, "pending", attempt)]
            wait = FIRST_WAIT_BLOCKS * 2 ** (attempt - 1)
            if attempt == cured:
                act(laboratory, laboratory.founders.registrar, "Participants", "resumeTrading")
                wait -= 1
            laboratory.ledger.gateway.mine(wait - 1)
            laboratory.listener.poll()
            assert decisions.send_pending(stage.submit) == 0
            assert outbox(laboratory.store) == [(1, "pending", attempt)]
            laboratory.ledger.gateway.mine()
            laboratory.listener.poll()
            sent = decisions.send_pending(stage.submit)
            assert sent == (attempt == cured)
            if sent:
                assert outbox(laboratory.store) == [(1, "done", attempt + 1)]
                assert names(stage) == ["FinancingRequested", "FinancingFunded"]
                return
            laboratory.listener.poll()
        assert outbox(laboratory.store) == [(1, "dead", MOST_ATTEMPTS)]

    def test_stays_given_up_until_somebody_retries_it(self, stage: Stage, cast: Cast) -> None:
        laboratory, store = stage.laboratory, stage.laboratory.store
        compliance = fund(laboratory.ledger.gateway, development_signer("compliance"))
        for number in ("R-1", "R-2", "R-3"):
            requested(stage, cast, number=number)
        act(laboratory, compliance, "CashToken", "freeze", cast.branch.signer.address, 2**256 - 1, REASON)
        while len(dead_letters(store)) < 3:
            stage.decide()
            laboratory.decider.send_pending(stage.submit)
            laboratory.ledger.gateway.mine(FIRST_WAIT_BLOCKS * 2**MOST_ATTEMPTS)
            laboratory.listener.poll()
        assert {letter.error.partition("(")[0] for letter in dead_letters(store)} == {"CashAccountFrozen"}
        assert [letter.expires_day for letter in dead_letters(store)] == [START + 7] * 3

        act(laboratory, compliance, "CashToken", "freeze", cast.branch.signer.address, 0, REASON)
        laboratory.listener.poll()
        assert laboratory.decider.send_pending(stage.submit) == 0
        retry(store, FinancingId(2))
        assert laboratory.decider.send_pending(stage.submit) == 1
        stage.cancel(cast.branch, FinancingId(3))
        laboratory.listener.poll()
        assert [letter.financing for letter in dead_letters(store)] == [1]
        for gone in (2, 3, 4):
            with pytest.raises(
                InvalidInput, match=f"financing is {gone}: must be the number of one with a dead letter"
            ):
                retry(store, FinancingId(gone))
        assert retry_all(store) == 1
        assert laboratory.decider.send_pending(stage.submit) == 1
        laboratory.listener.poll()
        assert [row["state"] for row in store.derived("financing")] == ["funded", "funded", "cancelled"]
        assert retry_all(store) == 0

    def test_is_no_attempt_given_a_node_that_gives_no_answer(self, stage: Stage, cast: Cast) -> None:
        def silent(command: Command) -> Outcome:
            raise NodeSilent(f"nobody heard of {command.step}")

        requested(stage, cast)
        stage.laboratory.listener.poll()
        stage.laboratory.decider.decide_next()
        for _ in range(MOST_ATTEMPTS + 1):
            with pytest.raises(NodeSilent):
                stage.laboratory.decider.send_pending(silent)
        assert outbox(stage.laboratory.store) == [(1, "pending", 0)]
        assert stage.laboratory.decider.send_pending(stage.submit) == 1


class TestConfirmations:
    @pytest.mark.parametrize("confirmations", [1, 5])
    def test_waits_until_a_request_is_deep_enough(self, stage: Stage, cast: Cast, confirmations: int) -> None:
        laboratory = stage.laboratory
        patient = decider_on(laboratory, confirmations=confirmations)
        requested(stage, cast)
        for _ in range(confirmations):
            laboratory.listener.poll()
            assert patient.decide_next() is None
            laboratory.ledger.gateway.mine()
        laboratory.listener.poll()
        assert patient.decide_next() == 1

    def test_does_not_send_what_an_impatient_one_decided(self, stage: Stage, cast: Cast) -> None:
        laboratory = stage.laboratory
        requested(stage, cast)
        laboratory.listener.poll()
        laboratory.decider.decide_next()
        patient = decider_on(laboratory, confirmations=2)
        assert patient.send_pending(stage.submit) == 0
        laboratory.ledger.gateway.mine(2)
        assert patient.send_pending(stage.submit) == 0
        laboratory.listener.poll()
        assert patient.send_pending(stage.submit) == 1


def freeze(stage: Stage, cast: Cast) -> None:
    compliance = fund(stage.laboratory.ledger.gateway, development_signer("compliance"))
    wallet = cast.second.signer.address
    act(stage.laboratory, compliance, "CashToken", "freeze", wallet, 2**256 - 1, REASON)
