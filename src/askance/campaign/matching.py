"""A document of annotations against the samples of a pool: which answer is for which.  Floor 5."""

import json
import posixpath
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from askance.errors import BadLabel, FormatError
from askance.formats import KEEPS, Annotation, Document, Format, Item, Loss, Tally
from askance.formats.values import canonical
from askance.formats.writing import fitted
from askance.pools.answers import Finder
from askance.pools.ids import text_ids
from askance.protocols import Pool

# A label of one kind that says the same as one of another: {(what the file has, what the campaign asks for)}
SAYS = {("class", "classes"), ("classes", "class"), ("number", "rating"), ("rating", "number")}
# What of a document a campaign has itself, or keeps in another way; the rest is lost, and told.
NO_LOSS = frozenset(KEEPS) - {"who", "at", "ms", "skipped", "ground_truth", "note", "several", "predictions"}


def matched(
    document: Document, pool: Pool, kind: str, question: str, where: str
) -> tuple[dict[int, str], tuple[Loss, ...]]:
    """({sample: label}, what was left behind).  kind: the name of the campaign's; question: which answers, of several.

    A file with answers, none of which the campaign can take, is a BadLabel.
    """
    tally = Tally()
    asked = translated(one_question(document, kind, question, where), kind, tally)
    thin = fitted(asked, _into(kind), tally)
    told = {a.item: a.value for a in thin.annotations if a.kind == kind}
    found: dict[int, str] = {}
    for name, sample in places(pool, [item for item in thin.items if item.name in told], tally).items():
        if found.setdefault(sample, told[name]) != told[name]:
            tally.lost("answers for one sample under two names, where they differ", name)
    if document.annotations and not found:
        _refuse(tally, where, kind)
    return found, tally.losses()


def _into(kind: str) -> Format:
    """A campaign as a format: one label a sample, of one kind."""
    return Format("campaign", "", (), frozenset({kind}), NO_LOSS, lambda source: False)


def _refuse(tally: Tally, where: str, kind: str) -> None:
    first = next(iter(tally.losses()), None)
    raise BadLabel(f"{where} has no answer that is a {kind} of a sample of the pool; left behind: {first}")


def one_question(document: Document, kind: str, question: str, where: str) -> Document:
    """With the answers to one question alone, where there are several of the kind."""
    fits = {a.question for a in document.annotations if a.kind == kind or (a.kind, kind) in SAYS}
    if question and question not in fits:
        raise FormatError(f"{where} has no question {question!r} of the kind {kind}; it has {_listed(fits)}")
    if len(fits) > 1 and not question:
        raise FormatError(f"{where} has answers to several questions, {_listed(fits)}; say which, with --question")
    if not question:
        return document
    kept = tuple(a for a in document.annotations if a.question in ("", question))
    return replace(document, annotations=kept)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(map(repr, words))) or "none"


def translated(document: Document, kind: str, tally: Tally) -> Document:
    """With labels that say the same as one of the campaign's kind made into it."""
    return replace(document, annotations=tuple(_said(a, kind, tally) for a in document.annotations))


def _said(a: Annotation, kind: str, tally: Tally) -> Annotation:
    if a.skipped or (a.kind, kind) not in SAYS:
        return a
    try:
        return replace(a, kind=kind, value=_value(a, kind))
    except BadLabel as e:
        tally.lost(f"labels of the kind {a.kind} that are no {kind}", f"{a.item}: {e}")
        return a


def _value(a: Annotation, kind: str) -> str:
    if kind == "classes":
        return canonical(kind, [a.value])
    if kind == "class":
        names = json.loads(a.value)
        if len(names) != 1:
            raise BadLabel(f"{len(names)} classes where there is to be one")
        return canonical(kind, names[0])
    return canonical(kind, a.value)


def places(pool: Pool, items: Sequence[Item], tally: Tally) -> dict[str, int]:
    """{name of an item: sample}: by its text, its name, or the last part of its path where no other sample has that.

    A name that stands for another text is no match: files without names number their lines.  What the pool has not is
    in the tally.
    """
    by_text, by_name = _by_text(pool, items), _by_name(pool, items)
    wrong = _other_text(pool, items, by_name)
    found = {name: sample for name, sample in by_name.items() if name not in wrong} | by_text
    for item in items:
        if item.name not in found:
            tally.lost("answers for samples that the pool has not", item.name)
    return found


def _texts(item: Item) -> list[str]:
    return [v for v in item.data.values() if isinstance(v, str)]


def _by_text(pool: Pool, items: Sequence[Item]) -> dict[str, int]:
    if pool.kind != "text":
        return {}
    there, pairs = set(pool.ids.tolist()), [(item.name, text) for item in items for text in _texts(item)]
    ids = text_ids([text for _, text in pairs]).tolist() if pairs else []
    return {name: i for (name, _), i in zip(pairs, ids, strict=True) if i in there}


def _by_name(pool: Pool, items: Sequence[Item]) -> dict[str, int]:
    own, ends = Finder(pool), _ends(pool)
    found: dict[str, int] = {}
    for item in items:
        for word in (item.name, *(t for t in _texts(item) if ends)):
            sample = own.find(word)
            sample = ends.get(posixpath.basename(word.replace("\\", "/"))) if sample is None else sample
            if sample is not None:
                found.setdefault(item.name, sample)
    return found


def _other_text(pool: Pool, items: Sequence[Item], found: Mapping[str, int]) -> set[str]:
    """Names of items whose sample shows none of their texts."""
    asked = [item for item in items if item.name in found and _texts(item)] if pool.kind == "text" else []
    if not asked:
        return set()
    shown = pool.take(np.array([found[item.name] for item in asked], np.uint64)).data
    return {item.name for item, text in zip(asked, shown, strict=True) if str(text) not in _texts(item)}


def _ends(pool: Pool) -> dict[str, int]:
    """{last part of the name: sample} of the pictures where no other has it."""
    if pool.kind != "image":
        return {}
    ends = [posixpath.basename(str(name)) for name in pool.names]
    count = Counter(ends)
    return {end: i for end, i in zip(ends, pool.ids.tolist(), strict=True) if count[end] == 1}
