"""What the chain itself says, asked view by view, in the words of the derived rows."""

from collections.abc import Iterator
from itertools import product
from typing import Any

from scfin_chain.chain.ledger import Ledger
from scfin_chain.store.store import Store

DESK_STATES = ("none", "requested", "funded", "refused", "cancelled", "expired", "settled")
SETTLEMENT_STATES = ("live", "collected", "closed")

Fact = tuple[str, Any, Any]
"""What is meant, what the row says, what the chain says."""


def differences(store: Store, ledger: Ledger, block: int) -> list[Fact]:
    """Where the derived rows, read up to a block, differ from the chain after it."""

    def ask(contract: str, function: str, *arguments: object) -> Any:
        return ledger.view(contract, function, *arguments, block=block)

    rows = {name: [dict(row) for row in store.derived(name)] for name in ("participant", "receivable", "credit")}
    facts = [
        *_participants(rows["participant"], ask),
        *_wallets(store, ask),
        *_receivables(rows["receivable"], ask),
        *_credits(rows["credit"], store, ask),
        *_financings(store, ask),
        *_settlements(store, ask),
    ]
    assert facts
    return [fact for fact in facts if fact[1] != fact[2]]


def fixed_differences(store: Store, ledger: Ledger) -> list[Fact]:
    """The same for what nothing but an amendment changes, on the chain as it is now."""
    facts: list[Fact] = []
    for row in store.derived("participant"):
        identity = ledger.view("Participants", "identityOf", row["id"])
        facts.append((f"identity {row['id']}", row["identity"], f"0x{identity.hex()}"))
        facts.append((f"account {row['id']}", row["account"], ledger.view("Participants", "accountOf", row["id"])))
    for row in store.derived("receivable"):
        papers = ledger.view("ReceivableRegistry", "documents", row["id"])
        spelled = row["document_number"].encode("ascii").ljust(32, b"\0")
        terms = (row["debtor"], row["creditor"], row["document_type"], spelled)
        key = ledger.view("ReceivableRegistry", "keyOf", *terms)
        facts.append((f"papers of {row['id']}", row["documents"], f"0x{papers.hex()}"))
        facts.append((f"key of {row['id']}", row["key"], f"0x{key.hex()}"))
        facts.append((f"registered {row['id']}", row["id"], ledger.view("ReceivableRegistry", "registered", key)))
    for row in store.derived("credit"):
        number = ledger.view("CreditToken", "idOf", row["receivable"])
        facts.append((f"credit of {row['receivable']}", row["id"], str(number)))
    assert facts
    return [fact for fact in facts if fact[1] != fact[2]]


def _participants(rows: list[dict[str, Any]], ask: Any) -> Iterator[Fact]:
    yield "participants", len(rows), ask("Participants", "count")
    for row in rows:
        on_chain = ask("Participants", "participant", row["account"])
        told = tuple(row[name] for name in ("id", "roles", "tier", "valid_until_day", "suspended"))
        yield f"participant {row['id']}", told, tuple(on_chain)


def _wallets(store: Store, ask: Any) -> Iterator[Fact]:
    wallets = {row["account"]: row for row in store.derived("wallet")}
    yield "supply", sum(row["cash"] for row in wallets.values()), ask("CashToken", "totalSupply")
    claims = {row["payee"]: row["amount"] for row in store.derived("claim")}
    lines = {row["issuer"]: (row["limit"], row["used"]) for row in store.derived("line")}
    for row in store.derived("participant"):
        account, wallet = row["account"], wallets.get(row["account"], {"cash": 0, "frozen": "0"})
        yield f"cash of {row['id']}", wallet["cash"], ask("CashToken", "balanceOf", account)
        yield f"frozen of {row['id']}", int(wallet["frozen"]), ask("CashToken", "frozen", account)
        yield f"claim of {row['id']}", claims.get(row["id"], 0), ask("Settlement", "claimable", account)
        yield f"line of {row['id']}", lines.get(row["id"], (0, 0)), tuple(ask("CreditLine", "line", row["id"]))
    yield "claims", sum(claims.values()), ask("Settlement", "totalClaimable")


def _receivables(rows: list[dict[str, Any]], ask: Any) -> Iterator[Fact]:
    yield "receivables", len(rows), ask("ReceivableRegistry", "count")
    for row in rows:
        number = row["id"]
        on_chain = ask("ReceivableRegistry", "receivable", number)
        terms = ("debtor", "creditor", "programme", "due_day", "document_type", "milestone")
        told = (on_chain.debtor, on_chain.creditor, on_chain.programme, on_chain.dueDay, on_chain.documentType)
        yield f"receivable {number}", tuple(row[name] for name in terms), (*told, on_chain.milestone)
        yield f"confirmed {number}", row["confirmed_day"] is not None, on_chain.status == 2
        parts = tuple(row[name] for name in ("free", "tokenised", "settled", "disputed"))
        yield f"parts of {number}", parts, tuple(ask("ReceivableRegistry", "parts", number))
        yield f"face of {number}", row["face"], ask("ReceivableRegistry", "face", number)


def _credits(rows: list[dict[str, Any]], store: Store, ask: Any) -> Iterator[Fact]:
    held = {(row["credit"], row["account"]): row["amount"] for row in store.derived("holding")}
    accounts = [row["account"] for row in store.derived("participant")]
    for row in rows:
        number = int(row["id"])
        yield f"outstanding of {row['receivable']}", row["outstanding"], ask("CreditToken", "outstanding", number)
        yield f"sealed {row['receivable']}", row["is_sealed"], ask("CreditToken", "isSealed", number)
    names = [row["id"] for row in rows]
    pairs = list(product(names, accounts))
    if pairs:
        balances = ask(
            "CreditToken", "balanceOfBatch", [account for _, account in pairs], [int(name) for name, _ in pairs]
        )
        for pair, balance in zip(pairs, balances, strict=True):
            yield f"credit {pair}", held.get(pair, 0), balance
    yield "holders are known", set(held) - set(pairs), set()


def _financings(store: Store, ask: Any) -> Iterator[Fact]:
    rows = store.derived("financing")
    yield "financings", len(rows), ask("FinancingDesk", "count")
    for row in rows:
        on_chain = ask("FinancingDesk", "financing", row["id"])
        told = (on_chain.creditId, on_chain.holder, on_chain.bank, on_chain.face, on_chain.claim, on_chain.expiresDay)
        names = (int(row["credit"]), row["holder"], row["bank"] or 0, row["face"], row["claim"] or 0)
        yield f"financing {row['id']}", (*names, row["expires_day"]), told
        yield f"state of financing {row['id']}", row["state"], DESK_STATES[on_chain.status]


def _settlements(store: Store, ask: Any) -> Iterator[Fact]:
    for row in store.derived("settlement"):
        on_chain = ask("Settlement", "accountOf", int(row["credit"]))
        state = SETTLEMENT_STATES[on_chain.status]
        yield f"settlement of {row['credit']}", row["status"], state
        yield f"received for {row['credit']}", row["received"], on_chain.received
        yield f"paid out of {row['credit']}", row["paid_out"], on_chain.paidOut
        yield f"default of {row['credit']}", row["defaulted_day"] is not None, on_chain.defaulted
        if state != "live":
            terms = (on_chain.principal, on_chain.fee)
            yield f"terms of {row['credit']}", (row["principal"], row["fee"]), terms
        elif row["collection_failed_day"] is not None:
            yield f"tried {row['credit']}", True, on_chain.collectionTried
