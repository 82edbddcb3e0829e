"""A format: how it is read and written, what it can carry, and how a file of it is known.  Floor 4.

A new format is one new file that registers a Format; ours are found by the same way as other packages', the
entry-point group `askance.formats`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from askance.errors import FormatError
from askance.formats.document import Document
from askance.formats.report import Tally
from askance.formats.source import Source
from askance.registry import Registry

Files = Mapping[str, bytes]  # relative name -> content; a format of one file calls it ''
Reader = Callable[[Source, Tally], Document]
Writer = Callable[[Document, Tally], Files]

# What a format may keep of a document, beside the labels themselves: {word: what is lost where it does not}
KEEPS: Mapping[str, str] = {
    "name": "the names of samples",
    "text": "the texts of samples",
    "data": "what samples show beside a text",
    "size": "the sizes of pictures",
    "question": "the names of questions",
    "key": "the ids of answers",
    "who": "who answered",
    "at": "when it was answered",
    "ms": "how long an answer took",
    "skipped": "samples that were skipped",
    "ground_truth": "which answers are gold",
    "note": "notes on answers",
    "suggestion": "what the model had suggested",
    "selection": "why the sample was asked",
    "predictions": "predictions",
    "several": "further answers for a sample that has one",
    "unanswered": "samples without an answer",
    "classes": "classes that no label names, and the order of classes",
    "points": "the names of keypoints",
}


@dataclass(frozen=True)
class Format:
    """One way to write annotations down.

    about     a line for people
    suffixes  of a file of it; folder: it is a folder of files
    kinds     the kinds of label that it can carry
    keeps     words of KEEPS
    sniff     whether a source looks like it
    read      None where it is only written; write: None where it is only read
    """

    name: str
    about: str
    suffixes: tuple[str, ...]
    kinds: frozenset[str]
    keeps: frozenset[str]
    sniff: Callable[[Source], bool]
    read: Reader | None = None
    write: Writer | None = None
    folder: bool = False

    def __post_init__(self) -> None:
        unknown = self.keeps - set(KEEPS)
        if unknown:
            raise FormatError(f"the format {self.name} keeps {sorted(unknown)}, of which KEEPS says nothing")


FORMATS: Registry[Format] = Registry("format", "askance.formats", FormatError)


def register(format: Format) -> Format:
    FORMATS.add(format.name, format)
    return format
