"""A decision as it is signed.

given a judgement
    approved: price and claim of the advance; refused: neither, and the reason's number
    it is of its day, good until the last second of it; probabilities are basis points, rounded up
    its hashes are those of the facts and of the models with their parameters
given other facts or other settings: other hashes
given the same facts in another run: the same bytes
"""

from dataclasses import fields, replace
from typing import Any

import pytest

from scfin_chain.chain import development_signer
from scfin_chain.config import Settings
from scfin_chain.models import MODEL_VERSIONS
from scfin_chain.service.canonical import digest
from scfin_chain.service.decision import DECISION_FIELDS, Decision, Verdict, decision_from, sign_decision, signed_digest
from scfin_chain.service.facts import RequestFacts
from scfin_chain.service.policy import Reason, decide
from scfin_chain.service.rules import Rules
from scfin_chain.units import Address, Day, Money, start_of
from scripts.generate_events import snake
from tests.fakes.facts import TODAY, good_facts

RULES = Rules.from_settings(Settings())
DESK = Address("0x5FbDB2315678afecb367f032d93F642f64180aa3")

OTHER_FACTS: dict[str, Any] = {
    "financing": 8,
    "day": Day(TODAY + 1),
    "bank": 12,
    "holder": 15,
    "issuer": 13,
    "programme": 15,
    "credit": 2**161,
    "face": Money(10_001),
    "maturity": Day(TODAY + 61),
    "confirmed": False,
    "disputed": Money(1),
    "obligations_due": 13,
    "obligations_prompt": 11,
    "obligations_paid": 13,
    "late_days": 1,
    "issuer_in_default": True,
    "programme_due": 13,
    "programme_repaid": 11,
    "last_supervised": False,
    "firms_financed": 2,
    "volumes": (Money(10_000),) * 11,
    "first_credit": Money(1),
    "advanced": Money(1),
    "line_limit": Money(1),
    "line_used": Money(1),
}


def decided(facts: RequestFacts | None = None, rules: Rules = RULES) -> Decision:
    facts = facts or good_facts()
    return decision_from(decide(facts, rules), facts, rules)


def test_pays_the_advance_for_the_claim_given_an_approval() -> None:
    decision = decided()
    assert decision.verdict is Verdict.APPROVE
    assert (decision.price, decision.claim, decision.rate_bps, decision.reason) == (7_954, 8_000, 350, 0)
    assert (decision.financing, decision.bank, decision.holder, decision.credit_id) == (7, 2, 5, 2**160 + 7)
    assert (decision.face, decision.recourse, decision.supervised) == (10_000, False, True)


def test_pays_nothing_and_gives_the_reason_given_a_refusal() -> None:
    decision = decided(good_facts(issuer_in_default=True))
    assert decision.verdict is Verdict.REFUSE
    assert (decision.price, decision.claim, decision.rate_bps) == (0, 0, 350)
    assert decision.reason == Reason.ISSUER_DEFAULT


def test_is_good_until_the_last_second_of_its_day() -> None:
    decision = decided()
    assert decision.as_of_day == TODAY
    assert decision.deadline == start_of(Day(TODAY + 1)) - 1


@pytest.mark.parametrize(
    ("prompt", "pd", "lgd"),
    [
        (12, 0, 0),  # AAA
        (11, 55, 4_600),  # AA: 1 - sqrt(1 - 0.0108) = 0.005415
        (10, 112, 2_800),  # A: 1 - sqrt(1 - 0.0221) = 0.011112
        (8, 226, 3_600),  # BBB: 1 - sqrt(1 - 0.0445) = 0.022503
        (6, 351, 4_200),  # BB: 1 - sqrt(1 - 0.0688) = 0.035013
        (4, 442, 3_800),  # B: 1 - sqrt(1 - 0.0864) = 0.044176
    ],
)
def test_rounds_probabilities_up(prompt: int, pd: int, lgd: int) -> None:
    decision = decided(good_facts(obligations_prompt=prompt))
    assert (decision.pd_bps, decision.lgd_bps) == (pd, lgd)


def test_knows_no_probability_given_no_score() -> None:
    decision = decided(good_facts(obligations_prompt=0))
    assert (decision.pd_bps, decision.lgd_bps, decision.rate_bps, decision.reason) == (0, 0, 0, Reason.SCORE)


class TestHashes:
    def test_are_of_the_facts_and_of_the_models(self) -> None:
        facts = good_facts()
        decision = decided(facts)
        assert decision.inputs_hash == digest(facts.to_json())
        assert decision.model_hash == digest(RULES.to_json()) == RULES.model_hash

    def test_cover_names_versions_and_parameters_as_decimal_text(self) -> None:
        value = RULES.to_json()
        assert value["models"] == dict(MODEL_VERSIONS)
        assert texts_of(value)
        assert {"volatility": "0.0742"}.items() <= value["parameters"]["programme"].items()  # type: ignore[index]

    def test_facts_are_whole_numbers_and_dates(self) -> None:
        value = good_facts().to_json()
        assert set(value) == {field.name for field in fields(RequestFacts)}
        assert (value["day"], value["maturity"]) == ("2024-03-18", "2024-05-17")

    @pytest.mark.parametrize("name", OTHER_FACTS)
    def test_differ_given_another_fact(self, name: str) -> None:
        assert set(OTHER_FACTS) == {field.name for field in fields(RequestFacts)}
        changed = digest(replace(good_facts(), **{name: OTHER_FACTS[name]}).to_json())
        assert changed != digest(good_facts().to_json())

    @pytest.mark.parametrize(
        ("table", "name", "value"),
        [
            (table, name, getattr(getattr(Settings(), table), name))
            for table in ("pricing", "score", "line", "supervision")
            for name in type(getattr(Settings(), table)).model_fields
            if name != "fitted_model"  # needs a file
        ],
    )
    def test_differ_given_another_setting(self, table: str, name: str, value: Any) -> None:
        other = {"one_year": "term", "term": "one_year"}[value] if isinstance(value, str) else value * 0.9
        if isinstance(value, int):
            other = value + 1
        changed = Settings.model_validate({table: {name: other}})
        assert Rules.from_settings(changed).model_hash != RULES.model_hash


class TestSigning:
    def test_fields_are_those_of_the_struct_in_its_order(self) -> None:
        assert [snake(name) for _, name in DECISION_FIELDS] == [field.name for field in fields(Decision)]

    def test_is_bound_to_chain_desk_and_every_field(self) -> None:
        decision = decided()
        others = [
            signed_digest(decision, chain_id=1, desk=DESK),
            signed_digest(decision, chain_id=31_337, desk=Address("0x" + "1" * 40)),
            *(
                signed_digest(
                    replace(decision, **{field.name: other_value(decision, field.name)}), chain_id=1, desk=DESK
                )
                for field in fields(Decision)
            ),
        ]
        assert len({signed_digest(decision, chain_id=31_337, desk=DESK), *others}) == 1 + len(others)

    def test_is_the_same_in_every_run(self) -> None:
        decider = development_signer("decider")
        signatures = {sign_decision(decided(), decider, chain_id=31_337, desk=DESK) for _ in range(3)}
        assert len(signatures) == 1
        assert {len(signature) for signature in signatures} == {65}


def other_value(decision: Decision, name: str) -> object:
    value = getattr(decision, name)
    if isinstance(value, bytes):
        return bytes(32)
    if isinstance(value, bool):
        return not value
    return Verdict.REFUSE if name == "verdict" else value + 1


def texts_of(value: object) -> bool:
    """Whether all leaves are text."""
    if isinstance(value, dict):
        return all(map(texts_of, value.values()))
    return isinstance(value, str)
