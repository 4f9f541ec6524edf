"""Whether to supervise a programme.

given the printed stakes and no repayments: it is indifferent, and keeps the last move
given repayments: it supervises or releases as the replicator equation says, exactly
given all money multiplied: it decides the same
"""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scfin_chain.models import (
    PRINTED_GAME,
    PRINTED_STAKES,
    ModelDomainError,
    RepaymentRecord,
    SupervisionStakes,
    SupervisionVerdict,
    judge_supervision,
    replicator_dynamics,
    stability,
)

repeatable = settings(derandomize=True, deadline=None)
stakes = st.builds(
    SupervisionStakes,
    credit_cost=st.integers(0, 10**9),
    technology_cost=st.integers(0, 10**9),
    monitoring_cost=st.integers(0, 10**9),
    supervised_penalty=st.integers(0, 10**9),
    unsupervised_penalty=st.integers(0, 10**9),
)
repayments = st.integers(0, 10**6).flatmap(
    lambda due: st.builds(RepaymentRecord, repaid=st.integers(0, due), due=st.just(due))
)


def test_supervision_given_printed_is_a_tie() -> None:
    nobody = RepaymentRecord(repaid=0, due=0)
    assert nobody.belief == stability(replicator_dynamics(PRINTED_GAME)).y
    verdict = judge_supervision(nobody, PRINTED_STAKES)
    assert verdict is SupervisionVerdict.TIE
    assert verdict.supervises(last=True)
    assert not verdict.supervises(last=False)


@pytest.mark.parametrize(
    ("repaid", "due", "expected"),
    [(1, 1, "supervise"), (0, 1, "release"), (65, 100, "tie"), (66, 100, "supervise"), (64, 100, "release")],
)
def test_supervises_the_good_payers(repaid: int, due: int, expected: str) -> None:
    verdict = judge_supervision(RepaymentRecord(repaid=repaid, due=due), PRINTED_STAKES)
    assert verdict == expected
    if verdict is not SupervisionVerdict.TIE:
        assert verdict.supervises(last=True) == verdict.supervises(last=False) == (expected == "supervise")


@repeatable
@given(repayments, stakes, st.integers(1, 10**9))
def test_supervision_is_homogeneous_in_money(record: RepaymentRecord, base: SupervisionStakes, scale: int) -> None:
    scaled = SupervisionStakes(**{field: getattr(base, field) * scale for field in base.__dataclass_fields__})
    assert judge_supervision(record, scaled) is judge_supervision(record, base)


@repeatable
@given(repayments, stakes)
def test_supervision_follows_the_replicator_equation(record: RepaymentRecord, base: SupervisionStakes) -> None:
    game = replace(PRINTED_GAME, **{field: getattr(base, field) for field in base.__dataclass_fields__})
    dynamics = replicator_dynamics(game)
    speed = dynamics.c - dynamics.d * record.belief
    if abs(speed) > 1e-3:
        assert judge_supervision(record, base) == ("supervise" if speed > 0 else "release")


def test_refuses_outside_domain() -> None:
    with pytest.raises(ModelDomainError, match=r"repaid is 2: must be a whole number in \[0, 1\]"):
        RepaymentRecord(repaid=2, due=1)
    with pytest.raises(ModelDomainError, match="credit_cost is"):
        replace(PRINTED_STAKES, credit_cost=0.5)
