"""Mutants that let one claim be financed twice, or otherwise than was decided."""

from tests.contracts.world import REFUSE, START
from tests.properties.acts import Amend, Attest, Cancel, Confirm, Dispute, PayWith, Recharge, Register, Request, Wait
from tests.properties.invariants import double_finance as of
from tests.properties.mutants.mutant import Mutant
from tests.properties.stages import DUE, fund

REQUEST = Request("supplier", 1, 1_000, DUE)

MUTANTS = (
    Mutant(
        name="a dispute leaves its amount free",
        contract="ReceivableRegistry",
        edits=(("(free, disputed) = (free - moved, disputed + moved);", "disputed += moved;"),),
        breaks=of.a_partition_adds_up_to_the_face_agreed,
        stage="confirmed",
        acts=(Dispute("core", 1, 1),),
    ),
    Mutant(
        name="an amendment frees what is disputed",
        contract="ReceivableRegistry",
        edits=(("uint64 free = newFace - disputed;", "uint64 free = newFace;"),),
        breaks=of.a_partition_adds_up_to_the_face_agreed,
        stage="confirmed",
        acts=(Dispute("core", 5, 1), Amend("supplier", 5, 10, DUE)),
    ),
    Mutant(
        name="more is tokenised than is free",
        contract="ReceivableRegistry",
        edits=(
            ("        require(amount <= available, ReceivablePartTooSmall(id, amount, available));\n", ""),
            (
                "        (free, tokenised) = (free - moved, tokenised + moved);\n",
                "        unchecked {\n            (free, tokenised) = (free - moved, tokenised + moved);\n        }\n",
            ),
        ),
        breaks=of.a_partition_adds_up_to_the_face_agreed,
        stage="confirmed",
        acts=(Recharge("core", 1, 100_001),),
    ),
    Mutant(
        name="a debtor confirms an amendment that it did not see",
        contract="ReceivableRegistry",
        edits=(("        _requireTerms(id, face_, dueDay, documents_);\n", ""),),
        breaks=of.a_partition_adds_up_to_the_face_agreed,
        stage="confirmed",
        acts=(
            Attest("carrier", 5),
            Amend("supplier", 5, 1_000_004, DUE),
            Confirm("core", 5, 1_000_003, START + 60),
        ),
    ),
    Mutant(
        name="a document is registered again",
        contract="ReceivableRegistry",
        edits=(("        require(ReceivableId.unwrap(id) == 0, ReceivableAlreadyRegistered(key, id));\n", ""),),
        breaks=of.one_record_a_key_for_ever,
        stage="confirmed",
        acts=(Register("supplier", "core", 100_000, DUE, b"INV-1"),),
    ),
    Mutant(
        name="the amount is a part of the key",
        contract="ReceivableRegistry",
        edits=(
            (
                "bytes32 key = keyOf(terms.debtor, creditor, terms.documentType, terms.documentNumber);",
                "bytes32 key = keccak256(abi.encode(creditor, terms.debtor, terms.documentNumber, terms.face));",
            ),
        ),
        breaks=of.one_record_a_key_for_ever,
        stage="founded",
        acts=(
            Register("supplier", "core", 100_000, DUE, b"INV-1"),
            Register("supplier", "core", 100_001, DUE, b"INV-1"),
        ),
    ),
    Mutant(
        name="a number may be spelt in two ways",
        contract="ReceivableRegistry",
        edits=(
            (
                "        require(DocumentNumbers.wellSpelt(terms.documentNumber), "
                "ReceivableNumberMisspelt(terms.documentNumber));\n",
                "",
            ),
        ),
        breaks=of.one_record_a_key_for_ever,
        stage="confirmed",
        acts=(Register("supplier", "core", 100_000, DUE, b"inv-1"),),
    ),
    Mutant(
        name="a trade takes any amount of credit",
        contract="CreditToken",
        edits=(("        _registry.payWithCredit(trade, amount);\n", ""),),
        breaks=of.credit_paid_against_a_trade_is_at_most_its_face,
        stage="confirmed",
        acts=(Recharge("core", 1, 90_000), PayWith("supplier", 1, 3, 60_001)),
    ),
    Mutant(
        name="a cancelled request stays requested",
        contract="FinancingDesk",
        edits=(("        record.status = Status.Cancelled;\n", ""),),
        breaks=of.a_unit_is_in_one_place,
        stage="financed",
        acts=(Cancel("third", 3),),
    ),
    Mutant(
        name="a pledge leaves the tokens with their holder",
        contract="CreditToken",
        edits=(("        _move(holder, msg.sender, id, amount);\n", ""),),
        breaks=of.a_unit_is_in_one_place,
        stage="issued",
        acts=(REQUEST,),
    ),
    Mutant(
        name="a decision executes twice",
        contract="FinancingDesk",
        edits=(
            ("        record.status = Status.Funded;\n", ""),
            ("        status: record.status\n", "        status: record.claim > 0 ? Status.Funded : record.status\n"),
        ),
        breaks=of.a_decision_executes_once_unaltered_before_its_deadline,
        stage="issued",
        acts=(REQUEST, fund(1, 500), fund(1, 500)),
    ),
    Mutant(
        name="a decision executes late",
        contract="FinancingDesk",
        edits=(
            (
                "        require(block.timestamp <= deadline, "
                "FinancingDecisionExpired(id, deadline, block.timestamp));\n",
                "",
            ),
        ),
        breaks=of.a_decision_executes_once_unaltered_before_its_deadline,
        stage="issued",
        acts=(REQUEST, Wait(START + 1), fund(1, 1_000)),
    ),
    Mutant(
        name="anybody decides",
        contract="FinancingDesk",
        edits=(("        require(hasRole(DECIDER, signer), FinancingNotDecider(id, signer));\n", ""),),
        breaks=of.a_decision_executes_once_unaltered_before_its_deadline,
        stage="issued",
        acts=(REQUEST, fund(1, 1_000, signed_by="supplier")),
    ),
    Mutant(
        name="the signature leaves a field out",
        contract="FinancingDesk",
        edits=(
            (
                "        address signer = ECDSA.recoverCalldata(digestOf(decision), signature);\n",
                "        Decision memory covered = decision;\n"
                "        covered.supervised = true;\n"
                "        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(DECISION_TYPEHASH, covered)));\n"
                "        address signer = ECDSA.recoverCalldata(digest, signature);\n",
            ),
        ),
        breaks=of.a_decision_executes_once_unaltered_before_its_deadline,
        stage="issued",
        acts=(REQUEST, fund(1, 1_000, altered="supervised")),
    ),
    Mutant(
        name="a decision on one holder serves another",
        contract="FinancingDesk",
        edits=(("            decision.holder == holder && decision.creditId", "            decision.creditId"),),
        breaks=of.a_decision_executes_once_unaltered_before_its_deadline,
        stage="issued",
        acts=(REQUEST, fund(1, 1_000, holder="third")),
    ),
    Mutant(
        name="a refusal funds",
        contract="FinancingDesk",
        edits=(("        require(verdict == wanted, FinancingWrongVerdict(id, verdict, wanted));\n", ""),),
        breaks=of.a_decision_executes_once_unaltered_before_its_deadline,
        stage="issued",
        acts=(REQUEST, fund(1, 1_000, verdict=REFUSE)),
    ),
    Mutant(
        name="a decision is as of tomorrow",
        contract="FinancingDesk",
        edits=(("        require(asOfDay <= today, FinancingDecisionFromFuture(id, asOfDay, today));\n", ""),),
        breaks=of.a_decision_executes_once_unaltered_before_its_deadline,
        stage="issued",
        acts=(REQUEST, fund(1, 1_000, day=START + 1)),
    ),
    Mutant(
        name="any price will do",
        contract="FinancingDesk",
        edits=(
            ("        require(price == computed, FinancingWrongPrice(decision.financing, price, computed));\n", ""),
        ),
        breaks=of.a_price_is_that_of_claim_rate_and_days,
        stage="issued",
        acts=(REQUEST, fund(1, 1_000, price=999)),
    ),
    Mutant(
        name="a claim may be more than the face",
        contract="FinancingDesk",
        edits=(
            (
                "            price > 0 && price <= claim && claim <= face,\n",
                "            price > 0 && price <= claim,\n",
            ),
        ),
        breaks=of.a_price_is_that_of_claim_rate_and_days,
        stage="issued",
        acts=(REQUEST, fund(1, 1_001)),
    ),
)
