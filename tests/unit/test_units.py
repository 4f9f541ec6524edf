"""Units: days and dates of one calendar.

given a moment: the day in which it lies, to the last second
given a day: its first second, and its date and back, over leap days and year ends
given an amount: as people write it
"""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scfin_chain.units import DAY_SECONDS, Day, Timestamp, date_of, day_from_date, day_of, shown, start_of

repeatable = settings(derandomize=True, deadline=None)


@pytest.mark.parametrize(("seconds", "day"), [(0, 0), (86_399, 0), (86_400, 1), (1_704_067_200, 19_723)])
def test_day_given_a_moment(seconds: int, day: int) -> None:
    assert day_of(Timestamp(seconds)) == day


@pytest.mark.parametrize(
    ("day", "value"),
    [(0, date(1970, 1, 1)), (789, date(1972, 2, 29)), (11_016, date(2000, 2, 29)), (15_705, date(2012, 12, 31))],
)
def test_date_given_a_day(day: int, value: date) -> None:
    assert date_of(Day(day)) == value
    assert day_from_date(value) == day


@repeatable
@given(st.dates(min_value=date(1970, 1, 1)))
def test_date_and_day_are_one_another_given_any_date(value: date) -> None:
    day = day_from_date(value)
    assert date_of(day) == value
    assert day_of(start_of(day)) == day
    assert day_of(Timestamp(start_of(day) + DAY_SECONDS - 1)) == day


@pytest.mark.parametrize(
    ("amount", "text"), [(0, "0.00"), (5, "0.05"), (123_456_789, "1,234,567.89"), (2**62, "46,116,860,184,273,879.04")]
)
def test_shown_given_an_amount(amount: int, text: str) -> None:
    assert shown(amount) == text
