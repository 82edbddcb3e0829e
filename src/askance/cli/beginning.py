"""A campaign that begins with a file of annotations: its samples, its kind of label, its classes.  Floor 6."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from askance.campaign import Campaign
    from askance.formats import Document

# Where pictures lie beside the file that is about them: below itself, beside it, as VOC and YOLO have them.
BESIDE = ("", "images", "..", "../images", "../JPEGImages", "../..")
LOOKED_AT = 20_000  # files of such a folder


@dataclass(frozen=True)
class Beginning:
    """where: settings of the pool; said: the others; answers: how many there are to import."""

    where: Mapping[str, Any]
    said: Mapping[str, Any]
    answers: int


def begin(file: Path, format: str, campaign: Path, pool: str, labels: str) -> Beginning:
    """What the file tells, where nobody said.  pool, labels: what was said.

    Texts are written into a table beside the campaign, CAMPAIGN.samples.jsonl, which is then its pool; pictures must be
    on this machine.
    """
    from askance.formats import read_annotations

    document, _ = read_annotations(file, format)
    kind = labels or usual_kind(document)
    where = {} if pool else samples_of(document, file, campaign)
    said: dict[str, Any] = {"labels": kind}
    if document.classes and kind.partition("(")[0] not in ("number", "rating", "text", "preference"):
        said["classes"] = document.classes
    return Beginning(where, said, len(document.annotations))


def usual_kind(document: "Document") -> str:
    """The kind of most of its answers; class where there are none."""
    count = Counter(a.kind for a in document.annotations if a.kind)
    kind = count.most_common(1)[0][0] if count else "class"
    if kind != "keypoints":
        return kind
    points = document.points or tuple(map(str, range(1, _most_points(document) + 1)))
    return f"keypoints(points={','.join(points)!r})"


def _most_points(document: "Document") -> int:
    marked = (json.loads(a.value) for a in document.annotations if a.kind == "keypoints" and a.value)
    return max((len(thing["points"]) for things in marked for thing in things), default=1)


def samples_of(document: "Document", file: Path, campaign: Path) -> dict[str, Any]:
    from askance.errors import BadConfig

    texts = [(item.name, item.data["text"]) for item in document.items if isinstance(item.data.get("text"), str)]
    if texts and len(texts) == len(document.items):
        return {"source": str(table_of(texts, campaign)), "text": "text", "id": "name"}
    found = pictures_of(document, file)
    if found is None:
        first = document.items[0].name if document.items else "nothing"
        raise BadConfig(f"{file} is about {first}, and no such file lies beside it; say where they lie, with --pool")
    return {"source": str(found)}


def table_of(texts: list[tuple[str, str]], campaign: Path) -> Path:
    from askance.errors import BadConfig

    place = campaign.with_suffix(".samples.jsonl")
    if place.exists():
        raise BadConfig(f"{place} is there already; remove it, or choose another name for the campaign")
    lines = [json.dumps({"name": name, "text": text}, ensure_ascii=False) + "\n" for name, text in texts]
    place.write_text("".join(lines), "utf-8")
    return place


def pictures_of(document: "Document", file: Path) -> Path | None:
    """The nearest folder that has some of them."""
    wanted = {Path(item.name).name for item in document.items}
    root = file if file.is_dir() else file.parent
    for step in BESIDE:
        folder = (root / step).resolve()
        if folder.is_dir() and any(p.name in wanted for p in islice(_files(folder, step), LOOKED_AT)):
            return folder
    return None


def _files(folder: Path, step: str) -> Iterator[Path]:
    """Above the file only what lies there itself: it may be somebody's home."""
    return folder.iterdir() if step in ("..", "../..") else (p for p in folder.rglob("*") if p.is_file())


def bring(campaign: "Campaign", file: Path, format: str) -> None:
    """The answers of the file; what could not be carried is told."""
    from askance.cli import show

    found = campaign.import_annotations(file, format)
    for loss in found.losses:
        show.note(f"not carried: {loss}")
    show.note(f"{show.counted(found.new, 'label')} of {file.name}")
