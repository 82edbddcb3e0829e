"""Annotations in and out: Label Studio, COCO, VOC, YOLO, CoNLL, Prodigy, doccano, tables and more.  Floor 4.

    document, report = read_annotations("export.json")
    for loss in report.losses: print(loss)              # what could not be carried, with the first examples
    write_annotations(document, "coco.json", "coco")

One format a file; each registers a Format that says what it carries, and `docs/formats.md` is made from that.
"""

from askance.formats.derive import derived
from askance.formats.document import Annotation, Document, Item, Prediction, Suggestion
from askance.formats.format import FORMATS, KEEPS, Format, register
from askance.formats.reading import read_annotations, read_source
from askance.formats.report import Loss, Report, Tally
from askance.formats.writing import write_annotations, written

__all__ = [
    "FORMATS",
    "KEEPS",
    "Annotation",
    "Document",
    "Format",
    "Item",
    "Loss",
    "Prediction",
    "Report",
    "Suggestion",
    "Tally",
    "derived",
    "read_annotations",
    "read_source",
    "register",
    "write_annotations",
    "written",
]
