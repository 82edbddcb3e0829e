"""Files of real data sets, as their authors published them: VOC of blood cells, CoNLL of names."""

import json
import tarfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from format_documents import sources

from askance.formats import FORMATS, read_annotations, read_source, written

pytestmark = pytest.mark.data
Shared = Callable[[str], Path]


def test_blood_cells_in_voc_through_coco_and_yolo_and_back(shared_data: Shared, tmp_path: Path) -> None:
    with tarfile.open(shared_data("bccd_detection") / "BCCD_voc.tar.xz") as tar:
        for member in [m for m in tar if m.name.endswith(".xml")][:60]:
            tar.extract(member, tmp_path, filter="data")
    document, report = read_annotations(tmp_path)
    boxes = [b for a in document.annotations for b in json.loads(a.value)]
    assert (report.format, report.items, set(document.classes)) == ("voc", 60, {"RBC", "WBC", "Platelets"})
    assert len(boxes) > 600
    for name in ("coco", "yolo", "labelstudio", "jsonl"):
        files, out = written(document, FORMATS[name])
        back, again = read_source(sources(files, FORMATS[name].folder), name)
        assert (out.losses, again.losses) == ((), ())
        assert {a.item: a.value for a in back.annotations} == {a.item: a.value for a in document.annotations}


def test_names_in_conll_are_as_many_as_their_beginnings(shared_data: Shared) -> None:
    path = shared_data("wnut17_ner") / "dev.conll"
    document, report = read_annotations(path)
    begun = Counter(line.split("\t")[1][2:] for line in path.read_text().splitlines() if "\tB-" in line)
    found = Counter(s["label"] for a in document.annotations for s in json.loads(a.value))
    assert (report.format, report.items, report.losses) == ("conll", 1009, ())
    assert found == begun
    files, out = written(document, FORMATS["conll"])
    assert out.losses == ()
    assert read_source(sources(files, False), "conll")[0].annotations == document.annotations
