"""A story in which everything happens that the listener must understand."""

from dataclasses import dataclass

from eth_utils.crypto import keccak

from scfin_chain.chain import development_signer
from scfin_chain.deploy.founding import fund
from scfin_chain.roles import Role
from scfin_chain.scenarios.stage import Actor, Stage
from scfin_chain.units import CreditId, Day, Money, ProgrammeId, ReceivableId
from tests.integration.laboratories import START, act

REASON = keccak(text="a reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    core: Actor
    branch: Actor
    second: Actor
    third: Actor

    @classmethod
    def enrolled(cls, stage: Stage) -> "Cast":
        return cls(
            core=stage.enrol("core", Role.CORE_ENTERPRISE),
            branch=stage.enrol("branch", Role.SUPPLIER, tier=1),
            second=stage.enrol("second", Role.SUPPLIER, tier=2),
            third=stage.enrol("third", Role.SUPPLIER, tier=3),
        )


def sold(stage: Stage, cast: Cast, face: int, *, due: int, number: str) -> ReceivableId:
    """The branch delivered to the core enterprise, which confirmed."""
    receivable = stage.register(
        creditor=cast.branch,
        debtor=cast.core,
        number=number,
        face=Money(face),
        due=Day(due),
        programme=ProgrammeId(cast.branch.id),
    )
    stage.deliver(receivable)
    stage.confirm(cast.core, receivable)
    return receivable


def credited(stage: Stage, cast: Cast, face: int, *, due: int, number: str) -> CreditId:
    """As much credit of the core enterprise, with the branch."""
    return stage.recharge(cast.core, sold(stage, cast, face, due=due, number=number), Money(face))


def hand_down(stage: Stage, payer: Actor, payee: Actor, credit: CreditId, amount: int, *, number: str) -> None:
    """The payer pays a trade of just this amount with credit."""
    trade = stage.register(creditor=payee, debtor=payer, number=number, face=Money(amount), due=Day(stage.day + 30))
    stage.confirm(payer, trade)
    stage.pay_with(payer, credit, trade, Money(amount))


def tell(stage: Stage) -> Cast:
    """Play the whole story."""
    cast = Cast.enrolled(stage)
    _trade(stage, cast)
    _finance(stage, cast)
    _administer(stage, cast)
    _repay(stage, cast)
    return cast


def _trade(stage: Stage, cast: Cast) -> None:
    laboratory, core, branch = stage.laboratory, cast.core, cast.branch
    stage.begin_day(START)

    # amended, disputed, resolved in part, confirmed, paid in part
    receivable = stage.register(creditor=branch, debtor=core, number="R-1", face=Money(9_000), due=Day(START + 20))
    amended = (receivable, 9_500, START + 25, keccak(text="papers"))
    act(laboratory, branch.signer, "ReceivableRegistry", "amend", *amended)
    stage.dispute(core, receivable, Money(700), reason="broken")
    stage.resolve(core, receivable, Money(300))
    stage.deliver(receivable)
    act(laboratory, core.signer, "ReceivableRegistry", "confirm", *amended)
    stage.mint(core, Money(2_000))
    stage.pay(core, receivable, Money(1_500))
    stage.recharge(core, receivable, Money(2_000))
    stage.recharge(core, receivable, Money(1_000))

    # paid in cash at once
    paid = sold(stage, cast, 500, due=START + 10, number="R-2")
    stage.pay(core, paid, Money(500))


def _finance(stage: Stage, cast: Cast) -> None:
    credit = credited(stage, cast, 10_000, due=START + 15, number="R-3")
    hand_down(stage, cast.branch, cast.second, credit, 4_000, number="T-1")
    hand_down(stage, cast.second, cast.third, credit, 1_500, number="T-2")
    stage.request(cast.branch, credit, Money(5_000))
    stage.request(cast.third, credit, Money(1))
    cancelled = stage.request(cast.second, credit, Money(800))
    stage.cancel(cast.second, cancelled)
    stage.decide()  # the first is funded, the second is too small
    stage.request(cast.third, credit, Money(400))
    stage.begin_day(Day(START + 8))
    stage.close_day()  # nobody decided the last one


def _administer(stage: Stage, cast: Cast) -> None:
    laboratory = stage.laboratory
    registrar = laboratory.founders.registrar
    gateway = laboratory.ledger.gateway
    compliance, court = (fund(gateway, development_signer(name)) for name in ("compliance", "court"))
    branch = cast.branch.signer

    act(laboratory, compliance, "CashToken", "freeze", branch.address, 300, REASON)
    act(laboratory, compliance, "CashToken", "freeze", cast.third.signer.address, 2**256 - 1, REASON)
    act(laboratory, branch, "CashToken", "transferWithReference", cast.second.signer.address, 250, REASON)
    act(laboratory, court, "CashToken", "forceTransfer", branch.address, cast.core.signer.address, 120, REASON)
    act(laboratory, stage.bank.signer, "CashToken", "transfer", stage.central_bank.signer.address, 1_000)
    act(laboratory, stage.central_bank.signer, "CashToken", "burn", 1_000)
    act(laboratory, compliance, "CashToken", "freeze", cast.third.signer.address, 0, REASON)

    guest = development_signer("guest").address
    act(laboratory, registrar, "Participants", "enrol", guest, int(Role.SUPPLIER), 2, stage.day + 3, REASON)
    guest_id = laboratory.ledger.view("Participants", "participant", guest).id
    act(laboratory, registrar, "Participants", "extend", guest_id, stage.day + 30)
    act(laboratory, registrar, "Participants", "pauseTrading")
    act(laboratory, registrar, "Participants", "resumeTrading")
    act(laboratory, stage.bank.signer, "CreditLine", "setLimit", cast.core.id, 100)


def _repay(stage: Stage, cast: Cast) -> None:
    laboratory, core = stage.laboratory, cast.core
    registrar = laboratory.founders.registrar
    act(laboratory, stage.bank.signer, "CreditLine", "setLimit", core.id, 10**9)
    late = credited(stage, cast, 1_003, due=START + 9, number="R-4")
    hand_down(stage, cast.branch, cast.second, late, 334, number="T-3")
    early = credited(stage, cast, 700, due=START + 40, number="R-5")

    stage.begin_day(Day(START + 9))
    stage.close_day()  # R-4 cannot be collected
    stage.mint(core, Money(700))
    stage.repay(core, early, Money(200))
    stage.repay(core, early, Money(500))
    stage.pay_out()

    stage.begin_day(Day(START + 15))
    stage.mint(core, Money(10_000))
    act(laboratory, registrar, "Participants", "suspend", cast.third.id, REASON)
    stage.close_day()  # R-3 is collected; what the suspended one holds becomes claimable
    act(laboratory, registrar, "Participants", "restore", cast.third.id)
    act(laboratory, cast.third.signer, "Settlement", "claim")

    stage.begin_day(Day(START + 30))
    stage.mint(core, Money(400))
    stage.repay(core, late, Money(400))
    stage.begin_day(Day(START + 45))
    stage.close_day()  # R-4 is in default
    stage.mint(core, stage.owed(late))
    stage.repay(core, late, stage.owed(late))
    stage.pay_out()  # with a fee that does not divide: dust
