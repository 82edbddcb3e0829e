"""Segments and transcripts of recordings: Audacity, RTTM, NeMo, Label Studio; the lines of labelling.md."""

import json
from pathlib import Path

import pytest
from format_samples import AUDACITY, LABEL_STUDIO_AUDIO, NEMO, RTTM

from askance.errors import FormatError
from askance.formats import (
    FORMATS,
    Annotation,
    Document,
    Item,
    read_annotations,
    read_source,
    write_annotations,
    written,
)
from askance.formats.source import in_memory
from askance.labels.structured import write

TWO = [{"start": 0.5, "end": 1.25, "label": "owl"}, {"start": 1, "end": 2.5, "label": "screech owl"}]


def segments(*found: dict[str, object]) -> str:
    return write(list(found))


def losses(report: object) -> dict[str, int]:
    return {loss.reason: loss.count for loss in report.losses}  # type: ignore[attr-defined]


def test_an_audacity_track() -> None:
    document, report = read_source(in_memory(AUDACITY.encode(), "a.txt"))
    assert report.format == "audacity"
    assert document.annotations == (Annotation("a", "segments", segments(*TWO)),)
    assert losses(report) == {"frequencies of segments": 1, "labels of a moment, which has no length": 1}


def test_a_folder_of_tracks_is_one_for_each_recording(tmp_path: Path) -> None:
    names = ("owls/1.wav", "owls/1.flac", "empty.wav")
    told = (segments(*TWO), segments(TWO[0]), "[]")
    answers = tuple(Annotation(n, "segments", v) for n, v in zip(names, told, strict=True))
    report = write_annotations(Document(tuple(map(Item, names)), answers), tmp_path / "tracks", "audacity")
    assert report.whole
    assert (tmp_path / "tracks/owls/1.wav.txt").read_text() == (
        "0.500000\t1.250000\towl\n1.000000\t2.500000\tscreech owl\n"
    )
    back, _ = read_annotations(tmp_path / "tracks", "audacity")
    assert {a.item: a.value for a in back.annotations} == dict(zip(names, told, strict=True))


def test_audacity_with_commas_and_what_is_no_label() -> None:
    document, _ = read_source(in_memory(b"0,5\t1,25\towl\r\n", "a.txt"), "audacity")
    assert document.annotations[0].value == segments(TWO[0])
    for text, said in (
        ("owl\n", "line 1: 'owl' is no label"),
        ("0\t1\n-1\t2\towl\n", "line 2: '-1' is no time"),
        ("nan\t1\tx", "'nan'"),
    ):
        with pytest.raises(FormatError, match=said):
            read_source(in_memory(text.encode(), "a.txt"), "audacity")


def test_rttm_is_turns_by_start_and_length() -> None:
    document, report = read_source(in_memory(RTTM.encode(), "a.rttm"))
    assert report.format == "rttm"
    turns = [{"start": 0.5, "end": 1.25, "label": "spk1"}, {"start": 1, "end": 1.5, "label": "spk2"}]
    assert document.annotations == (Annotation("a", "segments", segments(*turns)),)
    assert losses(report) == {"lines that are no turn of a speaker": 1}
    assert written(document, FORMATS["rttm"])[0][""].decode() == (
        "SPEAKER a 1 0.500 0.750 <NA> <NA> spk1 <NA> <NA>\nSPEAKER a 1 1.000 0.500 <NA> <NA> spk2 <NA> <NA>\n"
    )


def test_what_rttm_cannot_carry_is_counted() -> None:
    items = (Item("two words.wav"), Item("silent.wav"), Item("a.wav"))
    answers = tuple(
        Annotation(i.name, "segments", v) for i, v in zip(items, (segments(TWO[0]), "[]", segments(*TWO)), strict=True)
    )
    files, report = written(Document(items, answers), FORMATS["rttm"])
    assert losses(report) == {
        "samples whose names have blanks in them": 1,
        "that nothing is heard": 1,
        "blanks in the names of classes (now _)": 1,
    }
    assert "screech_owl" in files[""].decode()
    with pytest.raises(FormatError, match="a turn has ten fields, and this one has 4"):
        read_source(in_memory(b"SPEAKER a 1 0.5\n", "a.rttm"), "rttm")


def test_a_nemo_manifest_has_transcripts_or_classes() -> None:
    document, report = read_source(in_memory(NEMO.encode(), "m.jsonl"))
    assert report.format == "nemo"
    assert [(i.name, dict(i.data)) for i in document.items] == [
        ("a.wav", {"duration": 3.2}),
        ("b.wav", {"duration": 1.0}),
        ("c.wav", {"duration": 2}),
    ]
    assert [(a.item, a.kind, a.value) for a in document.annotations] == [
        ("a.wav", "text", "hello"),
        ("b.wav", "class", "dog"),
        ("c.wav", "text", ""),
    ]
    assert losses(report) == {
        "what a manifest says besides (speaker)": 1,
        "where in a file a recording begins (offset)": 1,
    }
    lines = written(document, FORMATS["nemo"])[0][""].decode().splitlines()
    assert json.loads(lines[0]) == {"audio_filepath": "a.wav", "duration": 3.2, "text": "hello"}


def test_label_studio_has_segments_as_labels_of_a_channel() -> None:
    document, report = read_source(in_memory(LABEL_STUDIO_AUDIO.encode(), "a.json"))
    heard = [TWO[0], {"start": 1, "end": 2, "label": "rain"}]
    assert [(a.item, a.kind, a.value) for a in document.annotations] == [("a.wav", "segments", segments(*heard))]
    assert losses(report) == {"which channel a segment is on": 1}
    task = json.loads(written(Document((Item("a.wav"),), document.annotations), FORMATS["labelstudio"])[0][""])[0]
    assert task["data"] == {"audio": "a.wav"}
    first = task["annotations"][0]["result"][0]
    assert (first["type"], first["to_name"]) == ("labels", "audio")
    assert first["value"] == {"start": 0.5, "end": 1.25, "channel": 0, "labels": ["owl"]}
