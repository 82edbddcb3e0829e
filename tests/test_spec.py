"""The text of a strategy: read, printed, refused."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.errors import BadStrategy
from askance.spec import parse
from askance.strategy import ATOMS, Blend, Constant, Over, Pipe, Strategy

SCORERS = ["margin", "entropy", "entropy(normalised=True)", "random", "rank", "power(beta=2.0)"]


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("margin", "margin"),
        (" margin|top( x = 10 )|kcenter ", "margin | top(x=10) | kcenter"),
        ("0.3*(entropy|rank)+(margin|rank)", "0.3 * (entropy | rank) + (margin | rank)"),
        ("margin * entropy + random", "margin * entropy + random"),
        ("margin * (entropy + random)", "margin * (entropy + random)"),
        ("margin + (entropy + random)", "margin + (entropy + random)"),
        ("(margin + entropy) * 2", "(margin + entropy) * 2.0"),
        ("badge", "gradients | kmeanspp"),
        ("power_bald(beta=3)", "bald | power(beta=3)"),
        ("over(entropy, how='mean') | top", "over(entropy, how='mean') | top"),
        ("margin | (top(x=3) | kcenter)", "margin | (top(x=3) | kcenter)"),
    ],
)
def test_text_to_strategy_and_back(text: str, printed: str) -> None:
    s = parse(text)
    assert str(s) == printed
    assert parse(str(s)) == s
    assert pickle.loads(pickle.dumps(s)) == s
    assert copy.deepcopy(s) == s


def scorers() -> st.SearchStrategy[Strategy]:
    leaves = st.sampled_from(SCORERS).map(parse) | st.floats(0, 1e6).map(Constant)
    return st.recursive(
        leaves,
        lambda inner: (
            st.builds(Blend, st.sampled_from("+*"), inner, inner)
            | st.builds(Pipe, inner, inner)
            | st.builds(Over, inner, st.sampled_from(["max", "mean"]))
        ),
        max_leaves=8,
    )


@given(scorers())
def test_every_expression_prints_as_a_text_that_reads_back(s: Strategy) -> None:
    assert parse(str(s)) == s
    assert pickle.loads(pickle.dumps(s)) == s


def test_python_operators_make_the_same_trees() -> None:
    margin, top, kcenter = (ATOMS[n] for n in ("margin", "top", "kcenter"))
    assert margin | top.with_(x=10) | kcenter == parse("margin | top(x=10) | kcenter")
    assert 0.5 * margin + margin * 2 == parse("0.5 * margin + margin * 2")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("entrpy", "no strategy is named 'entrpy'; did you mean 'entropy'?"),
        ("margin | topp(x=3)", "no strategy is named 'topp'; did you mean 'top'? (in 'margin | topp(x=3)')"),
        ("zzz", "no strategy is named 'zzz'; `askance strategies` lists them"),
        ("margin(x=3)", "margin has no parameter 'x'; it has none"),
        ("top(y=3)", "top has no parameter 'y'; it has x"),
        ("top(x=0)", "top: x must be 1 or more, not 0"),
        ("top(x='a')", "top: x must be a whole number, not 'a'"),
        ("top(x=True)", "top: x must be a whole number, not True"),
        ("entropy(normalised=1)", "entropy: normalised must be True or False, not 1"),
        ("power(beta=-1)", "power: beta must be 0.0 or more, not -1"),
        ("top(x=margin)", "x=margin in 'top(x=margin)' must be a number, a word in quotes"),
        ("top(3)", "takes its parameters by name"),
        ("top(**{})", "** has no place"),
        ("kcenter + margin", "+ joins scorers only, and kcenter is a selector"),
        ("over(kcenter)", "over(...) takes a scorer, and kcenter is a selector"),
        ("over(margin, how='median')", "over: how must be one of 'max', 'min', 'sum', 'mean', not 'median'"),
        ("over(margin, x=1)", "over has no parameter 'x'; it has how"),
        ("margin |", "cannot read the strategy 'margin |'"),
        ("margin - entropy", "cannot read 'margin - entropy'"),
        ("-1 * margin", "cannot read '-1'"),
        ("True", "cannot read 'True'"),
        ("__import__('os').system('x')", "cannot read"),
        ("margin.fn", "cannot read 'margin.fn'"),
        ("[margin for margin in ()]", "cannot read"),
        ("(" * 300 + "margin" + ")" * 300, "cannot read the strategy"),
        ("margin" + " | top" * 2000, "at most 4000 characters"),
        ("1e999 * margin", "0 or more, not inf"),
        ("", "cannot read the strategy ''"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(BadStrategy) as caught:
        parse(text)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
