import numpy as np
import pytest

from askance.errors import BadConfig, BadLabel
from askance.labels import Number, OneClass, parse_kind
from askance.ops.numerals import as_numbers


@pytest.mark.parametrize(
    ("said", "kept"),
    [("12.50", "12.5"), (" 3 ", "3.0"), (7, "7.0"), ("-1e3", "-1000.0"), ("-0", "0.0"), (np.float32(0.5), "0.5")],
)
def test_a_number_is_always_written_the_same_way(said: object, kept: str) -> None:
    assert Number().check(said) == kept
    assert Number().check(kept) == kept


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("cat", "'cat' is none$"),
        ("", "'' is none$"),
        ("12,5", "'12,5' is none; write decimals with a point"),
        ("1,234.5", "write decimals with a point, and thousands without a comma"),
        ("1_000", "'1_000' is none"),
        ("٣", "is none"),
        ("nan", "'nan' is not a finite number; skip"),
        ("-inf", "not a finite number"),
        ("1e999", "not a finite number"),
        (None, "such as 12.5, not None"),
        (True, "not True"),
        ("9" * 99, r"'9+\.\.\. is none"),
    ],
)
def test_what_is_no_number_is_refused_in_one_sentence(said: object, why: str) -> None:
    with pytest.raises(BadLabel, match=why) as error:
        Number().check(said)
    assert "\n" not in str(error.value)


def test_the_range_is_told_with_its_unit() -> None:
    strength = Number(0, 100, "MPa")
    assert [strength.check(v) for v in ("0", "100")] == ["0.0", "100.0"]
    with pytest.raises(BadLabel, match=r"'100\.1' is out of range: a label here is a number from 0 to 100 MPa"):
        strength.check("100.1")
    with pytest.raises(BadLabel, match="of 0 or more"):
        Number(low=0).check("-3")
    with pytest.raises(BadLabel, match="of 5 or less"):
        Number(high=5).check("6")
    assert strength.form() == {"kind": "number", "low": 0, "high": 100, "unit": "MPa"}


def test_texts_of_kinds() -> None:
    assert parse_kind("number(low=0, high=2.5, unit='km')") == Number(0, 2.5, "km")
    assert parse_kind("number") == Number()
    assert parse_kind("class", ("cat", "dog")) == OneClass(("cat", "dog"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("numbr", "did you mean 'number'"),
        ("number(lo=1)", "no parameter 'lo'; did you mean 'low'"),
        ("number(low=5, high=5)", "low=5 must be below high=5"),
        ("number(low='a')", "low must be a number, not 'a'"),
        ("number(low=float('nan'))", "plain numbers"),
        ("number(5)", "cannot read labels"),
        ("import os", "cannot read labels"),
    ],
)
def test_bad_texts_of_kinds(text: str, why: str) -> None:
    with pytest.raises(BadConfig, match=why):
        parse_kind(text)


def test_labels_as_an_array() -> None:
    assert as_numbers(["1.5", "-2"]).tolist() == [1.5, -2.0]
    with pytest.raises(BadLabel, match="'b' is none"):
        as_numbers(["1", "b"])
