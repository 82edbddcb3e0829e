"""YOLO of Ultralytics: a text file a picture, in shares of it: boxes, outlines, turned boxes, keypoints.  Floor 4.

A folder with data.yaml, labels/.../a.txt and, where the pictures are there too, images/.../a.jpg, which tell their
sizes.  Without pictures a table sizes.csv (file,width,height) tells them; it is written always.  What data.yaml says of
paths is never followed.
"""

import json
import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from askance.errors import FormatError
from askance.formats import geometry
from askance.formats.delimited import read_table, table
from askance.formats.document import Annotation, Document, Item
from askance.formats.format import Files, Format, register
from askance.formats.report import Tally
from askance.formats.sizes import upright_size
from askance.formats.source import Source, clean
from askance.formats.values import gathered
from askance.images import is_image_name
from askance.progress import track

Thing = dict[str, Any]
SIZES = "sizes.csv"
CONFIG = ("data.yaml", "data.yml", "dataset.yaml")
LABELS = "labels/"
OFF = 1.5  # pixels by which four corners may miss those of a rectangle


@dataclass(frozen=True)
class Settings:
    """What data.yaml says.  points, each: keypoints of a thing, and numbers of one (2 or 3)."""

    classes: tuple[str, ...]
    names: tuple[str, ...] = ()
    points: int = 0
    each: int = 3


@dataclass(frozen=True)
class Line:
    """A line of a label file: the class and numbers; size: of the picture."""

    label: str
    numbers: Sequence[float]
    size: tuple[int, int]
    where: str

    def pixels(self, at: int, count: int) -> list[tuple[float, float]]:
        """So many points from there on."""
        pairs = self.numbers[at : at + 2 * count]
        return [(x * self.size[0], y * self.size[1]) for x, y in zip(pairs[::2], pairs[1::2], strict=True)]

    def box(self) -> Thing:
        (cx, cy), (w, h) = self.pixels(0, 2)
        return {"x": cx - w / 2, "y": cy - h / 2, "w": w, "h": h, "label": self.label}

    def fault(self, right: str) -> FormatError:
        return FormatError(f"{self.where}: {len(self.numbers) + 1} numbers; a line here is {right}")


Take = Callable[[Line, Settings, Tally], tuple[str, Thing]]


def _read(source: Source, tally: Tally, take: Take, kind: str) -> Document:
    settings = _settings(source)
    files = label_files(source)
    if not files:
        raise FormatError(f"{source.where} holds no label file; they lie in {LABELS}, as .txt")
    pictures = {posixpath.splitext(n)[0]: n for n in source.names() if is_image_name(n)}
    sizes = _sizes(source)
    items, annotations = [], []
    for file in track(files, f"reading {source.where}"):
        item = _item(source, file, pictures, sizes, tally)
        items.append(item)
        pieces: dict[str, list[tuple[Thing, str]]] = {kind: []}
        for line in _lines(source, file, (item.width, item.height), settings):
            of, thing = take(line, settings, tally)
            pieces.setdefault(of, []).append((thing, line.where))
        some = any(pieces.values())
        annotations += [Annotation(item.name, k, gathered(k, p, tally)) for k, p in pieces.items() if p or not some]
    for picture in sorted(pictures.keys() - {posixpath.splitext(f.replace(LABELS, "images/"))[0] for f in files}):
        if picture not in {posixpath.splitext(f)[0] for f in files}:
            tally.lost("pictures without a label file", pictures[picture])
    return Document(tuple(items), tuple(annotations), (), settings.classes, settings.names)


def label_files(source: Source) -> list[str]:
    """All the .txt below a folder labels/, or, where there is none, all but lists of classes."""
    texts = [n for n in source.names(".txt") if posixpath.basename(n) not in ("classes.txt", "obj.names")]
    return [n for n in texts if f"/{LABELS}" in f"/{n}"] or texts


def _settings(source: Source) -> Settings:
    config = next((n for n in source.names() if posixpath.basename(n) in CONFIG), "")
    if config:
        return _configured(parse_yaml(source.text(config), source.called(config)), source.called(config))
    listed = next((n for n in source.names() if posixpath.basename(n) in ("classes.txt", "obj.names")), "")
    if not listed:
        raise FormatError(f"{source.where} has no data.yaml and no classes.txt, so classes have no names")
    return Settings(tuple(line.strip("\r ") for line in source.text(listed).split("\n") if line.strip()))


def _configured(found: Any, where: str) -> Settings:
    found = found if isinstance(found, dict) else {}
    names = found.get("names")
    if isinstance(names, dict) and all(n in names for n in range(len(names))):
        names = [names[n] for n in range(len(names))]
    if not isinstance(names, list) or not all(_is_name(n) for n in names):
        raise FormatError(f"{where}: names must be a list of classes, or {{0: cat, 1: dog}} with every number from 0")
    shape = found.get("kpt_shape", [0, 3])
    if not (isinstance(shape, list) and len(shape) == 2 and shape[1] in (2, 3) and _counts(shape[0])):
        raise FormatError(f"{where}: kpt_shape must be [how many, 2 or 3], not {shape!r}")
    joints = found.get("kpt_names")
    joints = next(iter(joints.values()), []) if isinstance(joints, dict) else joints or []
    named = tuple(map(str, joints)) if isinstance(joints, list) and len(joints) == shape[0] else ()
    return Settings(tuple(map(str, names)), named, shape[0], shape[1])


def _is_name(value: Any) -> bool:
    """YAML reads an unquoted no as False, and that is no name."""
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _counts(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1000


class _Plain(yaml.SafeLoader):
    """YAML without anchors: they could unfold to more than any memory."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "aliases are not read", None)
        return super().compose_node(parent, index)


def parse_yaml(text: str, where: str) -> Any:
    if len(text) > 1_000_000:
        raise FormatError(f"{where} has more than a million characters; a data.yaml is short")
    try:
        return yaml.load(text, _Plain)
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as e:
        raise FormatError(f"{where} is not plain YAML: {' '.join(str(e).split())[:200]}") from None


def _sizes(source: Source) -> dict[str, Item]:
    """{the name of a label file without its suffix: the picture} of sizes.csv."""
    if SIZES not in source.members:
        return {}
    found = {}
    for where, row in read_table(source.text(SIZES), source.called(SIZES)):
        try:
            name, width, height = row["file"], int(row["width"][:9]), int(row["height"][:9])
        except (KeyError, ValueError):
            raise FormatError(f"{where}: a row is file,width,height, the latter two whole numbers") from None
        found[posixpath.splitext(clean(name))[0]] = Item(name, {}, width, height)
    return found


def _item(source: Source, file: str, pictures: Mapping[str, str], sizes: Mapping[str, Item], tally: Tally) -> Item:
    """labels/train/a.txt belongs to images/train/a.jpg."""
    stem = posixpath.splitext(file)[0]
    folder, _, rest = f"/{stem}".rpartition(f"/{LABELS}")
    split, _, plain = rest.partition("/")
    if split in ("train", "val", "test") and plain:
        if split != "train":
            tally.lost("which part of the data a sample is of (train, val, test)", file)
    else:
        plain = rest
    if plain in sizes and sizes[plain].width > 0 and sizes[plain].height > 0:
        return sizes[plain]
    picture = pictures.get(f"{folder}/images/{rest}".lstrip("/")) or pictures.get(stem)
    if picture is None:
        raise FormatError(
            f"{source.called(file)}: the size of its picture is not known; put the pictures into images/, or a row "
            f"file,width,height into {SIZES}"
        )
    return _opened(source, picture, plain)


def _opened(source: Source, picture: str, plain: str) -> Item:
    width, height = upright_size(source.read(picture), source.called(picture))
    return Item(plain + posixpath.splitext(picture)[1], {}, width, height)


def _lines(source: Source, file: str, size: tuple[int, int], settings: Settings) -> Iterator[Line]:
    for n, text in enumerate(source.text(file).split("\n"), 1):
        words = text.split()
        if not words:
            continue
        where = f"{source.called(file)}, line {n}"
        try:
            numbers = [float(w) for w in words]
        except ValueError:
            raise FormatError(f"{where}: {text.strip()[:60]!r} is not numbers with blanks between them") from None
        at = numbers[0]
        if at not in range(len(settings.classes)):
            raise FormatError(f"{where}: there is no class {words[0]}; there are 0 to {len(settings.classes) - 1}")
        yield Line(settings.classes[int(at)], numbers[1:], size, where)


def _take_box(line: Line, settings: Settings, tally: Tally) -> tuple[str, Thing]:
    if len(line.numbers) != 4:
        raise line.fault("class x y width height; --from yolo-seg, yolo-obb and yolo-pose are for other lines")
    return "boxes", line.box()


def _take_outline(line: Line, settings: Settings, tally: Tally) -> tuple[str, Thing]:
    """A line of five numbers among outlines is a box: Label Studio mixes them."""
    if len(line.numbers) == 4:
        return "boxes", line.box()
    if len(line.numbers) < 6 or len(line.numbers) % 2:
        raise line.fault("class x1 y1 x2 y2 x3 y3 ...")
    ring = [list(p) for p in line.pixels(0, len(line.numbers) // 2)]
    return "polygons", {"rings": [ring], "label": line.label}


def _take_turned(line: Line, settings: Settings, tally: Tally) -> tuple[str, Thing]:
    if len(line.numbers) != 8:
        raise line.fault("class x1 y1 x2 y2 x3 y3 x4 y4")
    box, off = geometry.from_corners(line.pixels(0, 4))
    if off > OFF:
        tally.lost("four corners that are not those of a rectangle (the nearest one was taken)", line.where)
    return "boxes", {**box, "label": line.label}


def _take_joints(line: Line, settings: Settings, tally: Tally) -> tuple[str, Thing]:
    if not settings.points or len(line.numbers) != 4 + settings.points * settings.each:
        raise line.fault(f"class x y width height and {settings.points} keypoints (kpt_shape of data.yaml)")
    width, height = line.size
    joints = []
    for n in range(4, len(line.numbers), settings.each):
        x, y = line.numbers[n] * width, line.numbers[n + 1] * height
        seen = line.numbers[n + 2] if settings.each == 3 else 2 if x or y else 0
        joints.append([x, y, int(seen) if abs(seen) < 9 else 9])
    around = [p[:2] for p in joints if p[2]]
    box = line.box()
    if not around or max(abs(a - box[k]) for a, k in zip(geometry.extent(around), "xywh", strict=True)) > 1:
        tally.lost("the box around keypoints, where it is not their extent", line.where)
    return "keypoints", {"points": joints, "label": line.label}


# ------------------------------------------------------------------------------------------------- and back

Give = Callable[[Thing, tuple[int, int], Tally, str], list[float] | None]


def _write(document: Document, tally: Tally, give: Give) -> Files:
    items = {item.name: item for item in document.items}
    numbers = {name: n for n, name in enumerate(document.classes)}
    files: dict[str, bytes] = {}
    sizes = []
    for a in document.annotations:
        item = items[a.item]
        if not item.width or not item.height:
            tally.lost("labels of pictures of unknown size (YOLO writes shares of it)", item.name)
            continue
        stem = posixpath.splitext(clean(item.name))[0]
        place = f"{LABELS}train/{stem}.txt"
        if place in files:
            raise FormatError(f"two samples would be written to {place}, one of them {item.name!r}; rename one")
        files[place] = "".join(_said(json.loads(a.value), item, numbers, tally, give)).encode()
        sizes.append({"file": item.name, "width": item.width, "height": item.height})
    config = _config(document)
    return {"data.yaml": config, SIZES: table(("file", "width", "height"), sizes), **files}


def _said(things: list[Thing], item: Item, numbers: Mapping[str, int], tally: Tally, give: Give) -> Iterator[str]:
    for thing in things:
        if "label" not in thing:
            tally.lost("things without a class", item.name)
            continue
        shares = give(thing, (item.width, item.height), tally, item.name)
        if shares is not None:
            yield " ".join([str(numbers[thing["label"]]), *(f"{round(s, 12):.15g}" for s in shares)]) + "\n"


def _config(document: Document) -> bytes:
    said: dict[str, Any] = {"path": ".", "train": "images/train", "val": "images/val"}
    said |= {"names": dict(enumerate(document.classes))}
    things = [t for a in document.annotations if a.kind == "keypoints" for t in json.loads(a.value)]
    most = max((len(t["points"]) for t in things), default=len(document.points))
    if most:
        said |= {"kpt_shape": [most, 3]}
        said |= {"kpt_names": {0: list(document.points)}} if len(document.points) == most else {}
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=False).encode("utf-8")


def _shares(points: Sequence[Sequence[float]], size: tuple[int, int]) -> list[float]:
    return [v for x, y in points for v in (x / size[0], y / size[1])]


def _give_box(thing: Thing, size: tuple[int, int], tally: Tally, item: str) -> list[float]:
    if thing.get("rotation"):
        tally.lost("the rotation of boxes (the upright box around it was written; yolo-obb keeps it)", item)
    x, y, w, h = geometry.upright(thing)
    return _shares([(x + w / 2, y + h / 2), (w, h)], size)


def _give_outline(thing: Thing, size: tuple[int, int], tally: Tally, item: str) -> list[float]:
    if len(thing["rings"]) > 1:
        tally.lost("holes of outlines", item, len(thing["rings"]) - 1)
    return _shares(thing["rings"][0], size)


def _give_turned(thing: Thing, size: tuple[int, int], tally: Tally, item: str) -> list[float]:
    return _shares(geometry.corners(thing), size)


def _give_joints(thing: Thing, size: tuple[int, int], tally: Tally, item: str) -> list[float] | None:
    around = [p[:2] for p in thing["points"] if p[2]]
    if not around:
        tally.lost("things of which no keypoint is there", item)
        return None
    x, y, w, h = geometry.extent(around)
    joints = [v for px, py, seen in thing["points"] for v in (px / size[0], py / size[1], seen)]
    return [*_shares([(x + w / 2, y + h / 2), (w, h)], size), *joints]


def _lengths(source: Source) -> set[int]:
    """Of the lines of the first label files."""
    texts = [source.text(n) for n in label_files(source)[:50]]
    return {len(line.split()) for text in texts for line in text.split("\n") if line.strip()}


def _looks(source: Source, name: str) -> bool:
    """By the lengths of lines; a keypoint line is told by kpt_shape; nine numbers may be outlines or turned boxes."""
    if not source.folder or not (source.names(*CONFIG) or source.names("classes.txt")) or not label_files(source):
        return False
    if not source.names(*CONFIG) and not any(n.startswith(LABELS) for n in source.names()):
        return False
    config = source.names(*CONFIG)
    posed = bool(config) and "kpt_shape" in source.text(config[0])
    lengths = _lengths(source)
    if posed or name == "yolo-pose":
        return posed and name == "yolo-pose"
    if lengths <= {5}:
        return name == "yolo"
    return name == "yolo-seg" or (name == "yolo-obb" and lengths == {9})


def _format(name: str, about: str, kind: str, take: Take, give: Give, more: frozenset[str] = frozenset()) -> Format:
    return Format(
        name,
        about,
        (),
        frozenset({kind}),
        frozenset({"name", "size", "classes"}) | more,
        sniff=lambda source: _looks(source, name),
        read=lambda source, tally: _read(source, tally, take, kind),
        write=lambda document, tally: _write(document, tally, give),
        folder=True,
    )


YOLO = register(_format("yolo", "YOLO boxes", "boxes", _take_box, _give_box))
SEG = register(_format("yolo-seg", "YOLO outlines", "polygons", _take_outline, _give_outline))
OBB = register(_format("yolo-obb", "YOLO turned boxes", "boxes", _take_turned, _give_turned))
POSE = register(_format("yolo-pose", "YOLO keypoints", "keypoints", _take_joints, _give_joints, frozenset({"points"})))
