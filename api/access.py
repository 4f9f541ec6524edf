"""Who may do what: one table of operation and role, which the handlers obey and the tests go through cell by cell.

``ALL``: whatever there is. ``OWN``: what concerns the caller; the rest is as if it were not there (404). ``NONE``: 403.
"""

from collections.abc import Iterable
from enum import StrEnum

REGISTRAR = "registrar"
ROLES = (REGISTRAR, "central_bank", "bank", "core_enterprise", "supplier", "carrier", "regulator")


class Reach(StrEnum):
    """How far an operation reaches for a role."""

    NONE = "none"
    OWN = "own"
    ALL = "all"


def _row(everyone: Reach = Reach.NONE, **others: Reach) -> dict[str, Reach]:
    return {role: others.get(role, everyone) for role in ROLES}


_NONE, _OWN, _ALL = Reach.NONE, Reach.OWN, Reach.ALL

ACCESS: dict[str, dict[str, Reach]] = {
    # participants and their keys
    "list_participants": _row(_ALL),
    "get_participant": _row(_ALL),
    "enrol_participant": _row(registrar=_ALL),
    "suspend_participant": _row(registrar=_ALL),
    "restore_participant": _row(registrar=_ALL),
    "extend_participant": _row(registrar=_ALL),
    "list_keys": _row(_OWN, registrar=_ALL),
    "make_key": _row(_OWN, registrar=_ALL),
    "revoke_key": _row(_OWN, registrar=_ALL),
    # cash
    "get_cash": _row(_OWN, registrar=_NONE, regulator=_ALL, central_bank=_ALL),
    "pay_cash": _row(central_bank=_OWN, bank=_OWN, core_enterprise=_OWN, supplier=_OWN, carrier=_OWN),
    "mint_cash": _row(central_bank=_ALL),
    "burn_cash": _row(central_bank=_ALL),
    "allow_cash": _row(bank=_OWN, core_enterprise=_OWN, supplier=_OWN),
    # receivables: a carrier sees all that may be under way, without the parts that credit moves
    "list_receivables": _row(regulator=_ALL, carrier=_ALL, bank=_OWN, core_enterprise=_OWN, supplier=_OWN),
    "get_receivable": _row(regulator=_ALL, carrier=_ALL, bank=_OWN, core_enterprise=_OWN, supplier=_OWN),
    "register_receivable": _row(supplier=_OWN),
    "amend_receivable": _row(supplier=_OWN),
    "attest_receivable": _row(carrier=_ALL),
    "confirm_receivable": _row(core_enterprise=_OWN, supplier=_OWN),
    "dispute_receivable": _row(core_enterprise=_OWN, supplier=_OWN),
    "resolve_receivable": _row(core_enterprise=_OWN, supplier=_OWN),
    "pay_receivable": _row(core_enterprise=_OWN, supplier=_OWN),
    # credit lines
    "list_lines": _row(regulator=_ALL, bank=_ALL, core_enterprise=_OWN),
    "get_line": _row(regulator=_ALL, bank=_ALL, core_enterprise=_OWN),
    "set_limit": _row(bank=_ALL),
    # credits: a core enterprise issues them; to hold one takes a supplier, who is owed something
    "list_credits": _row(regulator=_ALL, bank=_OWN, core_enterprise=_OWN, supplier=_OWN),
    "get_credit": _row(regulator=_ALL, bank=_OWN, core_enterprise=_OWN, supplier=_OWN),
    "trace_credit": _row(regulator=_ALL, bank=_OWN, core_enterprise=_OWN, supplier=_OWN),
    "list_holdings": _row(regulator=_ALL, bank=_OWN, supplier=_OWN),
    "recharge_credit": _row(core_enterprise=_OWN),
    "pay_with_credit": _row(supplier=_OWN),
    # financings
    "list_financings": _row(regulator=_ALL, bank=_OWN, supplier=_OWN),
    "get_financing": _row(regulator=_ALL, bank=_OWN, supplier=_OWN),
    "explain_financing": _row(regulator=_ALL, bank=_OWN, supplier=_OWN),
    "quote_financing": _row(regulator=_ALL, bank=_OWN, supplier=_OWN),
    "request_financing": _row(supplier=_OWN),
    "cancel_financing": _row(supplier=_OWN),
    # settlements and claims
    "list_settlements": _row(regulator=_ALL, bank=_OWN, core_enterprise=_OWN, supplier=_OWN),
    "get_settlement": _row(regulator=_ALL, bank=_OWN, core_enterprise=_OWN, supplier=_OWN),
    "list_payouts": _row(regulator=_ALL, bank=_OWN, core_enterprise=_OWN, supplier=_OWN),
    "repay_credit": _row(core_enterprise=_OWN),
    "get_claim": _row(regulator=_ALL, bank=_OWN, supplier=_OWN),
    "claim_cash": _row(bank=_OWN, supplier=_OWN),
    # the clock, transactions, commands
    "get_clock": _row(_ALL),
    "advance_clock": _row(registrar=_ALL),
    "submit_transaction": _row(_OWN, registrar=_NONE, regulator=_NONE),
    "get_command": _row(_OWN, registrar=_ALL, regulator=_ALL),
    # events and the ledger itself
    "list_events": _row(_OWN, registrar=_ALL, regulator=_ALL),
    "stream_events": _row(_OWN, registrar=_ALL, regulator=_ALL),
    "list_blocks": _row(_ALL),
    "get_block": _row(_ALL),
    "get_transaction": _row(_OWN, registrar=_ALL, regulator=_ALL),
    "list_contracts": _row(_ALL),
    "get_deployment": _row(_ALL),
    # models
    "list_models": _row(_ALL),
    "compute_relationship_price": _row(_ALL),
    "compute_price_tornado": _row(_ALL),
    "compute_break_even_price": _row(_ALL),
    "compute_programme_price": _row(_ALL),
    "compute_excess_profit_option": _row(_ALL),
    "compute_option_greeks": _row(_ALL),
    "compute_conventional_quote": _row(_ALL),
    "compute_financing_costs": _row(_ALL),
    "compute_side_income": _row(_ALL),
    "compute_collateral_volatility": _row(_ALL),
    "compute_payment_rating": _row(_ALL),
    "compute_score_rating": _row(_ALL),
    "compute_guarantee": _row(_ALL),
    "compute_credit_line": _row(_ALL),
    "compute_expected_profit": _row(_ALL),
    "compute_predictive_line": _row(_ALL),
    "compute_repayment_law": _row(_ALL),
    "compute_pair_line": _row(_ALL),
    "compute_bond_default_probability": _row(_ALL),
    "compute_best_rate": _row(_ALL),
    "compute_line_elasticities": _row(_ALL),
    "compute_law_line": _row(_ALL),
    "compute_line_scenarios": _row(_ALL),
    "compute_line_profits": _row(_ALL),
    "compute_default_predict": _row(_ALL),
    "compute_default_fit": _row(_ALL),
    "compute_game_payoffs": _row(_ALL),
    "compute_game_equilibria": _row(_ALL),
    "compute_game_basins": _row(_ALL),
    "compute_game_slopes": _row(_ALL),
    "compute_supervision": _row(_ALL),
    "compute_game_path": _row(_ALL),
    "compute_game_orbit": _row(_ALL),
    "compute_game_border": _row(_ALL),
    "compute_game_sweep": _row(_ALL),
    "compute_three_party_rest_points": _row(_ALL),
    "compute_finite_change": _row(_ALL),
    "compute_unit_root": _row(_ALL),
    "compute_granger": _row(_ALL),
    "compute_lag_orders": _row(_ALL),
    "compute_autoregression": _row(_ALL),
    "compute_impulse_responses": _row(_ALL),
    # scenarios
    "start_scenario": _row(_OWN, registrar=_ALL, regulator=_NONE),
    "list_scenarios": _row(_OWN, registrar=_ALL, regulator=_ALL),
    "get_scenario": _row(_OWN, registrar=_ALL, regulator=_ALL),
    "get_scenario_result": _row(_OWN, registrar=_ALL, regulator=_ALL),
    "cancel_scenario": _row(_OWN, registrar=_ALL, regulator=_NONE),
}

OPEN = frozenset({"health", "ready", "metrics"})
"""What is answered without a key: nothing of a participant is in it."""


def reach_of(operation: str, roles: Iterable[str]) -> Reach:
    """The farthest that any of the roles reaches; an operation that nobody placed reaches nowhere."""
    order = list(Reach)
    row = ACCESS.get(operation, {})
    return max((row.get(role, Reach.NONE) for role in roles), key=order.index, default=Reach.NONE)


def sees_credit(roles: Iterable[str]) -> bool:
    """Whether any of the roles has to do with credit: a carrier alone has not."""
    return any(role != "carrier" for role in roles)
