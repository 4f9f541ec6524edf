"""Refusals.

given a value that fills a line: it should be cut in its middle
given one of several lines, or of more digits than are spelled: the refusal should be one line all the same
"""

import numpy as np

from scfin_chain.errors import SHOWN, InvalidInput


def test_a_short_value_is_shown_whole() -> None:
    assert (
        str(InvalidInput("rate", "x" * (SHOWN - 2), "a number")) == f"rate is '{'x' * (SHOWN - 2)}': must be a number"
    )


def test_a_long_value_is_cut_in_its_middle() -> None:
    told = str(InvalidInput("rate", "a" + "x" * 10_000 + "z", "a number"))
    assert told == f"rate is 'a{'x' * 58}...{'x' * 55}z': must be a number"


def test_a_value_of_several_lines_is_told_in_one() -> None:
    told = str(InvalidInput("rate", np.eye(2), "a number"))
    assert told == "rate is array([[1., 0.], [0., 1.]]): must be a number"


def test_a_number_of_more_digits_than_are_spelled_is_told() -> None:
    assert str(InvalidInput("firms", 10**5_000, "few")) == "firms is int of thousands of digits: must be few"
