"""What is written is read again, whole, but for what the report said; the second time nothing more is lost."""

from typing import Any

import pytest
from format_documents import KINDS_, documents, expected, normal, sources
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from askance.formats import FORMATS, Document, read_source, written

PAIRS = [(f, kind) for f in FORMATS.names() if FORMATS[f].write for kind in KINDS_ if kind in FORMATS[f].kinds]
HOW = settings(deadline=None, suppress_health_check=list(HealthCheck), database=None)
EACH = pytest.mark.parametrize(("name", "kind"), PAIRS, ids=[f"{f}-{k}" for f, k in PAIRS])


def again(document: Document, name: str) -> tuple[Document, set[str], set[str]]:
    """The document read back, and the reasons of the writer and of the reader."""
    files, out = written(document, FORMATS[name])
    back, report = read_source(sources(files, FORMATS[name].folder), name)
    return back, {loss.reason for loss in out.losses}, {loss.reason for loss in report.losses}


def check(name: str, kind: str, data: Any) -> None:
    """Once against what the report leaves, and once more against itself."""
    document = data.draw(documents(kind, data.draw(st.booleans())))
    left, declared = expected(document, FORMATS[name])
    assume(left.items)
    back, lost, lost_too = again(document, name)
    if not (lost - declared) and not lost_too:
        assert normal(back, FORMATS[name]) == normal(left, FORMATS[name])
    assume(back.items)
    twice, more, more_too = again(back, name)
    if not more and not more_too:
        assert normal(twice, FORMATS[name]) == normal(back, FORMATS[name])


@EACH
@given(data=st.data())
@settings(HOW, max_examples=3, derandomize=True)
def test_what_is_written_comes_back_but_for_what_the_report_says(name: str, kind: str, data: Any) -> None:
    check(name, kind, data)


@pytest.mark.slow
@EACH
@given(data=st.data())
@settings(HOW, max_examples=15)
def test_many_documents_come_back(name: str, kind: str, data: Any) -> None:
    check(name, kind, data)
