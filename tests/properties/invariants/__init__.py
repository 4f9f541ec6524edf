"""Every property; its name and its first line of words say what must hold."""

from collections.abc import Sequence

from tests.properties.invariants import (
    access,
    conservation,
    double_finance,
    reference,
    settlement,
    time_and_state,
    views,
)
from tests.properties.run import Property

AFTER_EACH_ACT: Sequence[Property] = (
    conservation.balances_of_an_id_are_its_outstanding_tokens,
    conservation.outstanding_is_what_was_recharged_less_what_was_redeemed,
    conservation.the_line_is_used_for_all_that_is_unpaid,
    conservation.a_split_changes_no_total,
    conservation.cash_is_what_was_minted_less_what_was_burned,
    conservation.all_cash_is_an_amount,
    double_finance.a_partition_adds_up_to_the_face_agreed,
    double_finance.one_record_a_key_for_ever,
    double_finance.credit_paid_against_a_trade_is_at_most_its_face,
    double_finance.a_unit_is_in_one_place,
    double_finance.a_decision_executes_once_unaltered_before_its_deadline,
    double_finance.a_price_is_that_of_claim_rate_and_days,
    settlement.the_cash_covers_what_is_owed,
    settlement.a_donation_changes_nothing,
    settlement.what_was_collected_is_paid_or_claimable_but_for_dust,
    settlement.nobody_is_paid_twice_for_one_unit,
    settlement.a_frozen_holder_stops_nobody,
    time_and_state.there_is_no_way_back,
    time_and_state.the_maturity_of_an_id_never_changes,
    time_and_state.nothing_trades_on_or_after_maturity,
    time_and_state.nothing_trades_once_cash_came_in,
    time_and_state.the_late_fee_is_the_integer_of_the_rule,
    time_and_state.repaying_is_always_possible,
    time_and_state.default_only_after_default_days,
    access.every_cash_movement_has_two_valid_unfrozen_parties,
    access.only_mint_and_burn_have_one_party,
    access.every_token_movement_has_two_valid_parties,
    access.a_pause_stops_trading,
    access.a_pause_never_stops_exit_repayment_or_claim,
    access.nobody_acts_for_another,
    reference.the_ledger_accepts_what_the_rules_accept,
    reference.the_ledger_is_what_the_rules_make_of_it,
)

AT_THE_END: Sequence[Property] = (
    settlement.cranks_are_idempotent_and_independent_of_order,
    time_and_state.late_fees_to_come_are_the_integers_of_the_rule,
    time_and_state.repaying_would_be_possible,
    access.every_exit_would_be_open,
    views.views_never_revert,
    views.views_of_what_there_is_never_revert,
)
"""Those that try something out, and so are asked once a history."""

ALL: Sequence[Property] = (*AFTER_EACH_ACT, *AT_THE_END)
