"""Checks the ledger against the chain itself: cash, credit tokens, and every column of every derived row.

The contracts are asked object by object, up to their own counts, so that a row that is missing or too many is seen as
well as one that is wrong. What no contract holds is told by events alone, and compared with the events as they came:

- of a receivable ``key``, ``document_number``, ``registered_day``, and the days ``confirmed_day`` and ``paid_day``;
- of a financing ``price``, ``rate_bps``, ``supervised``, ``reason``, ``model_hash``, ``inputs_hash``, its three days
  and ``requested_block``;
- of a settlement ``dust`` and its three days;
- all of ``flow`` and ``payout``; and that an account, holder, issuer or payee with nothing left once had something.

Whether a receivable is confirmed and paid, and whether an id is in default, the contracts know, and they are asked.

Of a financing that was answered, the hashes of models and inputs are compared with those of the stored decision too:
what was executed is what is kept.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import RowMapping, select

from scfin_chain.bootstrap import Laboratory
from scfin_chain.chain.gateway import ZERO_ADDRESS
from scfin_chain.chain.ledger import Ledger
from scfin_chain.store.store import Store
from scfin_chain.store.tables import DERIVED, DecisionRow, EventRow, table_of
from scfin_chain.units import Money

DECISIONS = table_of(DecisionRow)
EVENTS = table_of(EventRow)

DESK_STATES = ("none", "requested", "funded", "refused", "cancelled", "expired", "settled")
"""``IFinancingDesk.Status``, in its order."""

SETTLEMENT_STATES = ("live", "collected", "closed")
"""``ISettlement.Status``, in its order."""

CONFIRMED = 2
"""``IReceivableRegistry.Status.Confirmed``."""

BALANCES_A_CALL = 200

UNTOLD = object()
"""Differs from every value."""

Key = tuple[Any, ...]
Rows = dict[Key, dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conservation:
    """What the chain says of itself, and how many derived values differ from it."""

    cash_minted: Money
    cash_burned: Money
    cash_supply: Money
    cash_difference: Money
    """Minted less burned less all wallets, those of the contracts included."""
    settlement_cash: Money
    settlement_owed: Money
    """Reserved for payouts, and waiting for claims."""
    unpaid_claims: Money
    outstanding_credit: Money
    projection_differences: int
    values_compared: int

    @property
    def ok(self) -> bool:
        """Whether nothing was lost, made or told wrong."""
        return (
            self.cash_supply == self.cash_minted - self.cash_burned
            and self.cash_difference == 0
            and self.settlement_cash >= self.settlement_owed
            and self.projection_differences == 0
        )

    def to_json(self) -> dict[str, object]:
        """The figures with the verdict."""
        names = tuple(self.__dataclass_fields__)
        return {"ok": self.ok} | {name: getattr(self, name) for name in names}


def check_conservation(laboratory: Laboratory) -> Conservation:
    """Compare the database with the chain at its head, value by value."""
    laboratory.listener.poll()
    ledger, store = laboratory.ledger, laboratory.store
    derived = {name: {_key(name, row): row for row in store.derived(name)} for name in DERIVED}
    told = _Told.of(store)
    chain = _Chain(ledger, told.rows, derived)
    compared = [*chain.read(), *_compared(derived, chain.rows), *_decided(store, told.rows["financing"])]
    minted, burned = told.cash["Minted"], told.cash["Burned"]
    claims = int(ledger.view("Settlement", "totalClaimable"))
    return Conservation(
        cash_minted=Money(minted),
        cash_burned=Money(burned),
        cash_supply=Money(int(ledger.view("CashToken", "totalSupply"))),
        cash_difference=Money(minted - burned - sum(chain.cash.values())),
        settlement_cash=Money(chain.cash[ledger.address("Settlement")]),
        settlement_owed=Money(int(ledger.view("Settlement", "reserved")) + claims),
        unpaid_claims=Money(claims),
        outstanding_credit=Money(sum(row["outstanding"] for row in chain.rows["credit"].values())),
        projection_differences=sum(here != there for here, there in compared),
        values_compared=len(compared),
    )


def _key(table: str, row: Mapping[Any, Any]) -> Key:
    return tuple(row[column.name] for column in DERIVED[table].primary_key)


def _compared(
    derived: Mapping[str, Mapping[Key, RowMapping]], right: dict[str, Rows]
) -> Iterator[tuple[object, object]]:
    """Each value of the database beside the right one; a row that only one of them has is one pair that differs."""
    for name, table in DERIVED.items():
        for key in derived[name].keys() | right[name].keys():
            row, values = derived[name].get(key), right[name].get(key)
            if row is None or values is None:
                yield row is None, values is None
            else:
                yield from ((row[c.name], values.get(c.name, UNTOLD)) for c in table.columns if not c.primary_key)


def _decided(store: Store, told: Mapping[Key, Mapping[str, Any]]) -> Iterator[tuple[object, object]]:
    """The hashes of the decision that stands beside those that the chain executed."""
    hashes = DECISIONS.c.model_hash, DECISIONS.c.inputs_hash
    with store.read() as connection:
        stored = {row[0]: tuple(row[1:]) for row in connection.execute(select(DECISIONS.c.financing, *hashes))}
    for (financing,), row in told.items():
        if row["inputs_hash"] is not None:
            yield stored.get(financing), (row["model_hash"], row["inputs_hash"])


@dataclass(slots=True)
class _Told:
    """What the events tell: rows by table and key, with those columns that no contract holds."""

    rows: dict[str, Rows] = field(default_factory=lambda: {name: defaultdict(dict) for name in DERIVED})
    cash: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, store: Store) -> "_Told":
        told = cls()
        with store.read() as connection:
            for event in connection.execute(
                select(EVENTS).order_by(EVENTS.c.block_number, EVENTS.c.ordinal)
            ).mappings():
                told._receivable(event["name"], event["body"], event["day"])
                told._financing(event["name"], event["body"], event)
                told._settlement(event["name"], event["body"], event)
                told._movement(event["name"], event["body"], event)
        return told

    def _receivable(self, name: str, body: Mapping[str, Any], day: int) -> None:
        rows = self.rows["receivable"]
        match name:
            case "ReceivableRegistered":
                number = bytes.fromhex(body["document_number"].removeprefix("0x")).rstrip(b"\0").decode("ascii")
                rows[(body["id"],)] = {"key": body["key"], "document_number": number, "registered_day": day}
            case "ReceivableConfirmed":
                rows[(body["id"],)]["confirmed_day"] = day
            case "ReceivablePaid" | "ReceivablePaidWithCredit":
                rows[(body["id"],)]["paid_day"] = day
            case "Collected":
                rows[(_unpacked(body["id"])["receivable"],)]["paid_day"] = day

    def _financing(self, name: str, body: Mapping[str, Any], event: RowMapping) -> None:
        rows, day = self.rows["financing"], event["day"]
        match name:
            case "FinancingRequested":
                later = ("price", "rate_bps", "supervised", "reason", "model_hash", "inputs_hash")
                rows[(body["id"],)] = dict.fromkeys((*later, "decided_day", "closed_day"))
                rows[(body["id"],)] |= {"requested_day": day, "requested_block": event["block_number"]}
            case "FinancingFunded":
                for column in ("price", "rate_bps", "supervised", "model_hash", "inputs_hash"):
                    rows[(body["id"],)][column] = body[column]
                rows[(body["id"],)]["decided_day"] = day
            case "FinancingRefused":
                for column in ("reason", "model_hash", "inputs_hash"):
                    rows[(body["id"],)][column] = body[column]
                rows[(body["id"],)] |= {"decided_day": day, "closed_day": day}
            case "FinancingCancelled" | "FinancingExpired" | "FinancingSettled":
                rows[(body["id"],)]["closed_day"] = day

    def _settlement(self, name: str, body: Mapping[str, Any], event: RowMapping) -> None:
        rows, day = self.rows["settlement"], event["day"]
        match name:
            case "CreditRecharged":
                unset = {"collection_failed_day": None, "defaulted_day": None, "collected_day": None, "dust": 0}
                rows[(str(body["id"]),)] = unset | rows[(str(body["id"]),)]
            case "CollectionFailed":
                rows[(str(body["id"]),)]["collection_failed_day"] = day
            case "DefaultDeclared":
                rows[(str(body["id"]),)]["defaulted_day"] = day
            case "Collected":
                rows[(str(body["id"]),)]["collected_day"] = day
            case "Closed":
                rows[(str(body["id"]),)]["dust"] = body["dust"]
            case "PaidOut":
                told = {column: body[column] for column in ("payee", "financing", "amount", "claimable")}
                place = (event["block_number"], event["ordinal"])
                self.rows["payout"][place] = told | {"credit": str(body["id"]), "day": day}
                if body["claimable"]:
                    self.rows["claim"][(body["payee"],)] = {}

    def _movement(self, name: str, body: Mapping[str, Any], event: RowMapping) -> None:
        match name:
            case "Minted" | "Burned":
                self.cash[name] += body["amount"]
            case "Transfer" | "TransferSingle" if body["value"]:
                for account in {body["from_"], body["to"]} - {ZERO_ADDRESS}:
                    table, key = ("wallet", ()) if name == "Transfer" else ("holding", (str(body["id"]),))
                    self.rows[table][(*key, account)] = {}
            case "Frozen":
                self.rows["wallet"][(body["account"],)] = {}
            case "LimitSet":
                self.rows["line"][(body["issuer"],)] = {}
            case "CreditRecharged":
                self._flow(event, body["holder"], body["amount"])
            case "CreditPaid":
                self._flow(event, body["payer"], -body["amount"])
                self._flow(event, body["payee"], body["amount"])

    def _flow(self, event: RowMapping, holder: int, amount: int) -> None:
        credit = event["body"]["id"]
        self.rows["flow"][event["block_number"], event["ordinal"], holder] = {
            "issuer": _unpacked(credit)["issuer"],
            "credit": str(credit),
            "day": event["day"],
            "amount": amount,
        }


class _Chain:
    """The rows as they ought to be: what the contracts hold, completed by what the events tell."""

    def __init__(
        self, ledger: Ledger, told: Mapping[str, Rows], derived: Mapping[str, Mapping[Key, RowMapping]]
    ) -> None:
        self._view = ledger.view
        self._contracts = tuple(ledger.deployment.addresses.values())
        self._desk = ledger.address("FinancingDesk")
        self._told = told
        self._derived = derived
        self.rows: dict[str, Rows] = {name: {} for name in DERIVED} | {n: told[n] for n in ("flow", "payout")}
        self.cash: dict[str, int] = {}

    def read(self) -> Iterator[tuple[object, object]]:
        """Fill the rows; gives the sums that have to agree on the chain itself."""
        for id_ in self._ids("Participants"):
            self.rows["participant"][(id_,)] = self._participant(id_)
        self._wallets()
        for id_ in self._ids("ReceivableRegistry"):
            self.rows["receivable"][(id_,)] = self._receivable(id_)
        for id_ in self._ids("FinancingDesk"):
            self.rows["financing"][(id_,)] = self._financing(id_)
        self._lines_and_claims()
        yield from self._holdings()
        settlements, claims = self.rows["settlement"].values(), self.rows["claim"].values()
        held = sum(row["received"] - row["paid_out"] for row in settlements)
        yield held, int(self._view("Settlement", "reserved"))
        yield sum(row["amount"] for row in claims), int(self._view("Settlement", "totalClaimable"))

    def _ids(self, contract: str) -> Iterable[int]:
        return range(1, int(self._view(contract, "count")) + 1)

    def _participant(self, id_: int) -> dict[str, Any]:
        account = self._view("Participants", "accountOf", id_)
        record = self._view("Participants", "participant", account)
        return {
            "account": account,
            "roles": record.roles,
            "tier": record.tier,
            "valid_until_day": record.validUntilDay,
            "suspended": record.suspended,
            "identity": f"0x{self._view('Participants', 'identityOf', id_).hex()}",
        }

    def _wallets(self) -> None:
        accounts = {row["account"] for row in self.rows["participant"].values()} | set(self._contracts)
        accounts |= {key[0] for rows in (self._told, self._derived) for key in rows["wallet"]}
        for account in accounts:
            cash = int(self._view("CashToken", "balanceOf", account))
            frozen = int(self._view("CashToken", "frozen", account))
            self.cash[account] = cash
            if cash or frozen or (account,) in self._told["wallet"]:
                self.rows["wallet"][(account,)] = {"cash": cash, "frozen": str(frozen)}

    def _receivable(self, id_: int) -> dict[str, Any]:
        record = self._view("ReceivableRegistry", "receivable", id_)
        parts = self._view("ReceivableRegistry", "parts", id_)
        told = self._told["receivable"].get((id_,), {})
        collected = parts.tokenised + parts.settled > 0 and self._credit(id_, parts.tokenised)
        paid = parts.free == parts.disputed == 0 and (parts.tokenised == 0 or collected)
        values = {
            "debtor": record.debtor,
            "creditor": record.creditor,
            "programme": record.programme,
            "document_type": record.documentType,
            "documents": f"0x{self._view('ReceivableRegistry', 'documents', id_).hex()}",
            "face": sum(parts),
            "due_day": record.dueDay,
            "confirmed_day": told.get("confirmed_day", UNTOLD) if record.status == CONFIRMED else None,
            "milestone": record.milestone,
            "collected": collected,
            "paid_day": told.get("paid_day", UNTOLD) if paid else None,
        }
        return told | values | dict(parts._asdict())

    def _credit(self, receivable: int, tokenised: int) -> bool:
        """Fill in the tokens born of a receivable, if any were; whether all their cash is in.

        Tokens are only redeemed once it is, so that an id without tokens and still live was never minted.
        """
        id_ = int(self._view("CreditToken", "idOf", receivable))
        account = self._view("Settlement", "accountOf", id_)
        collected = bool(account.status > 0)
        if tokenised or collected:
            self.rows["credit"][(str(id_),)] = _unpacked(id_) | {
                "outstanding": int(self._view("CreditToken", "outstanding", id_)),
                "is_sealed": self._view("CreditToken", "isSealed", id_),
            }
            self.rows["settlement"][(str(id_),)] = self._settlement(id_, account)
        return collected

    def _settlement(self, id_: int, account: Any) -> dict[str, Any]:
        told, collected = self._told["settlement"].get((str(id_),), {}), account.status > 0
        failed = told.get("collection_failed_day")
        # A collection that was tried and did not fail has collected.
        agrees = account.collectionTried if failed is not None else collected or not account.collectionTried
        return told | {
            "status": SETTLEMENT_STATES[account.status],
            "collection_failed_day": failed if agrees else UNTOLD,
            "defaulted_day": (told.get("defaulted_day") or UNTOLD) if account.defaulted else None,
            "received": account.received,
            "principal": account.principal if collected else 0,
            "fee": account.fee if collected else 0,
            "paid_out": account.paidOut,
        }

    def _financing(self, id_: int) -> dict[str, Any]:
        record = self._view("FinancingDesk", "financing", id_)
        return (
            self._told["financing"].get((id_,), {})
            | _unpacked(record.creditId)
            | {
                "credit": str(record.creditId),
                "holder": record.holder,
                "bank": record.bank or None,
                "face": record.face,
                "claim": record.claim or None,
                "expires_day": record.expiresDay,
                "state": DESK_STATES[record.status],
            }
        )

    def _lines_and_claims(self) -> None:
        for key, participant in self.rows["participant"].items():
            limit, used = self._view("CreditLine", "line", *key)
            if limit or used or key in self._told["line"]:
                self.rows["line"][key] = {"limit": limit, "used": used}
            amount = int(self._view("Settlement", "claimable", participant["account"]))
            if amount or key in self._told["claim"]:
                self.rows["claim"][key] = {"amount": amount}

    def _holdings(self) -> Iterator[tuple[object, object]]:
        """Fill in who holds what; gives the sum of each id's balances beside its tokens."""
        pairs = {key for rows in (self._told, self._derived) for key in rows["holding"]}
        pairs |= {(credit, self._desk) for (credit,) in self.rows["credit"]}
        balances: Counter[str] = Counter()
        remaining = iter(pairs)
        while batch := list(islice(remaining, BALANCES_A_CALL)):
            accounts, ids = [account for _, account in batch], [int(credit) for credit, _ in batch]
            amounts = self._view("CreditToken", "balanceOfBatch", accounts, ids)
            for pair, amount in zip(batch, amounts, strict=True):
                balances[pair[0]] += amount
                if amount or pair in self._told["holding"]:
                    self.rows["holding"][pair] = {"amount": amount}
        for (credit,), row in self.rows["credit"].items():
            yield balances[credit], row["outstanding"]


def _unpacked(credit: int) -> dict[str, int]:
    """The fields of an id, packed as ``contracts/libraries/CreditIds.sol`` says."""
    issuer, maturity_day, programme = ((credit >> shift) & 0xFFFF_FFFF for shift in (128, 96, 64))
    return {
        "receivable": credit & 0xFFFF_FFFF_FFFF_FFFF,
        "issuer": issuer,
        "programme": programme,
        "maturity_day": maturity_day,
    }
