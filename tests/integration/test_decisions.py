"""Decisions between the service and the desk.

the desk
    computes the price and the digest that the service computes, for any claim and any decision
deciding
    given a request: what is stored is what was signed and what the chain executed, to the hashes
    given several: the oldest first, and each knows of the one before
    given anything that happens later: the decision stays as it was
    given what the models cannot answer: that financing stops, the others go on
sending
    given a decision that outlived its day: it is withdrawn and made anew, once
    given a request that was taken back, or expired, meanwhile: nothing is sent
    given a refusal by the contract: that financing stops, the others go on, and the request expires
"""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scfin_chain.chain import development_signer
from scfin_chain.deploy.founding import fund
from scfin_chain.errors import ModelDomainError
from scfin_chain.events.financing_desk import FinancingFunded, FinancingRefused
from scfin_chain.scenarios.stage import Stage
from scfin_chain.service import decider
from scfin_chain.service.canonical import digest
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
from tests.integration.laboratories import START, World, act, everything
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
        assert {row["financing"]: row["state"] for row in held["outbox"]} == {1: "failed", 2: "done"}
        assert stage.decide() == 0


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
        assert (held["decision"], held["outbox"]) == ([], [])
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
        assert everything(laboratory.store)["outbox"] == [{"financing": 1, "state": "done"}]
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
        assert everything(stage.laboratory.store)["outbox"] == [{"financing": 1, "state": "done"}]

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
        outbox = {row["financing"]: row["state"] for row in everything(laboratory.store)["outbox"]}
        assert outbox == {1: "failed", 2: "failed" if obstacle == "paused" else "done"}
        stage.begin_day(Day(START + 8))
        stage.close_day()
        laboratory.listener.poll()
        assert everything(laboratory.store)["financing"][0]["state"] == "expired"


def freeze(stage: Stage, cast: Cast) -> None:
    compliance = fund(stage.laboratory.ledger.gateway, development_signer("compliance"))
    wallet = cast.second.signer.address
    act(stage.laboratory, compliance, "CashToken", "freeze", wallet, 2**256 - 1, REASON)
