import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.courses.expressions import (
    LARGEST,
    MAX_LENGTH,
    EvaluationError,
    ExpressionError,
    parse,
    rounded,
)

NAMES = {"trust": 50, "reach": 1000.0, "confirmed": True}
NUMBERS = st.integers(-1000, 1000)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("-trust", -50),
        ("+trust % 7", 1),
        ("0.4 * trust + 40 * confirmed", 60.0),
        ("trust / reach * 100", 5.0),
        ("min(trust, 3, 9) + max(1, 2)", 5),
        ("abs(-3) + round(2.5)", 6),
        ("round(10 / 3, 2)", 3.33),
        ("trust >= 50 and not reach < 1000", True),
        ("false or trust == 51", False),
        ("1 < 2 <= 2 != 3", True),
        ("0 < 2 > 2", False),
        ("True and not False", True),
        ("(trust +\n 1)", 51),
    ],
)
def test_an_expression_has_the_value_of_school(text: str, value: float) -> None:
    assert parse(text).value(NAMES) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 +",
        "2 ** 3",
        "2 // 3",
        "'text'",
        "None",
        "[1]",
        "a.b",
        "a if b else c",
        "open(1)",
        "min(1)",
        "round(1, 2, 3)",
        "abs(x=1)",
        "min",
        "1 in 2",
        "a = 3",
        "lambda: 1",
        "1e400",
        "(" * 60 + "1" + ")" * 60,
        "not " * 90 + "a",
        "-" * 200 + "1",
        "1+" * MAX_LENGTH + "1",
        "\0",
    ],
)
def test_nothing_else_is_an_expression(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text)


def test_a_mistake_is_placed_in_characters_not_in_bytes() -> None:
    with pytest.raises(ExpressionError) as found:
        parse("  é + rate.x")
    assert (found.value.offset, found.value.width) == (6, 6)


def test_the_names_come_with_the_place_of_their_first_use() -> None:
    assert parse(" trust + é * trust").names == (("trust", 1), ("é", 9))
    assert parse("(1 +\n  reach)").names == (("reach", 7),)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1 / 0", "zero"),
        ("1 % (trust - 50)", "zero"),
        ("nobody + 1", "nobody has no value"),
        ("9e14 * trust", "too large"),
        ("round(1.5, 10)", "0 to 9"),
        ("round(1.5, 0 - 1)", "0 to 9"),
    ],
)
def test_what_has_no_value_says_why(text: str, reason: str) -> None:
    with pytest.raises(EvaluationError, match=reason):
        parse(text).value(NAMES)


def test_a_condition_holds_or_not() -> None:
    assert parse("trust > 10").holds(NAMES)
    assert not parse("trust - 50").holds(NAMES)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_values_are_those_of_arithmetic(one: int, two: int, three: int) -> None:
    values = {"a": one, "b": two, "c": three}
    assert parse("a * b - (c + a)").value(values) == one * two - (three + one)
    assert parse("a < b < c").value(values) == (one < two < three)
    assert parse("max(a, b, c) - min(a, b, c)").value(values) == max(
        one, two, three
    ) - min(one, two, three)


@given(st.text(max_size=60), st.floats(-1e3, 1e3))
def test_any_text_ends_in_a_value_or_an_error(text: str, value: float) -> None:
    try:
        found = parse(text).value(dict.fromkeys("abcxyz", value))
    except (ExpressionError, EvaluationError):
        return
    assert math.isfinite(found)
    assert abs(found) <= LARGEST


@given(st.integers(-(10**6), 10**6))
def test_half_is_rounded_away_from_zero(number: int) -> None:
    assert rounded(number + math.copysign(0.5, number)) == number + (
        1 if number >= 0 else -1
    )
