"""Label Studio's JSON: tasks with annotations and predictions.  Floor 4."""

import json
import posixpath
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from askance.audio import is_audio_name
from askance.formats import regions
from askance.formats.document import Annotation, Document, Item, Prediction
from askance.formats.format import Files, Format, register
from askance.formats.layers import layered
from askance.formats.node import Node, parse_json
from askance.formats.regions import TYPE_OF, TYPES, Canvas
from askance.formats.report import Tally
from askance.formats.settling import chosen, settled, warned
from askance.formats.source import Source
from askance.formats.values import EVERY_KIND, IMAGE_KINDS, JSON_KINDS, gathered, moment, single
from askance.images import is_image_name
from askance.progress import track

AUDIO = (".wav", ".mp3", ".flac", ".ogg", ".m4a", ".opus")
KEEPS = frozenset({"name", "text", "data", "size", "question", "key", "who", "at", "ms", "skipped", "ground_truth"})
KEEPS |= {"predictions", "several", "unanswered"}


def _read(source: Source, tally: Tally) -> Document:
    return from_tasks(parse_json(source.text(), source.where), tally)


def from_tasks(root: Node, tally: Tally) -> Document:
    tasks = list(root.each()) if isinstance(root.value, list) else root.fault("a list of tasks")
    names = _names(tasks, tally)
    pairs = track(list(zip(tasks, names, strict=True)), f"reading {root.where}")
    parts = [read_task(task, name, tally) for task, name in pairs]
    answers = [a for _, annotations, _ in parts for a in annotations]
    guesses = [p for _, _, predictions in parts for p in predictions]
    points = _points(tasks)
    document = Document(tuple(item for item, _, _ in parts), tuple(answers), tuple(guesses), (), points)
    return settled(_placed(document, tally), tally)


def _names(tasks: Sequence[Node], tally: Tally) -> list[str]:
    """What we called it when we wrote it; the file that it shows; its id.  Files of one name go by the id."""
    found = [_named(task) for task in tasks]
    count = Counter(found)
    for task, name in zip(tasks, found, strict=True):
        if name and count[name] > 1:
            tally.lost("names of files that several tasks share (they go by their ids)", f"{task.where}: {name}")
    return [
        name if name and count[name] == 1 else task["id"].name(str(n))
        for n, (task, name) in enumerate(zip(tasks, found, strict=True), 1)
    ]


def _named(task: Node) -> str:
    meta = task["meta"]
    if isinstance(meta.value, dict) and isinstance(meta.value.get("name"), str) and meta.value["name"]:
        return str(meta.value["name"])
    for value in task["data"].object().values():
        if isinstance(value, str) and shows_file(value):
            return posixpath.basename(value.partition("?")[0])
    return ""


def shows_file(value: str) -> bool:
    """Whether it is the name or the address of a picture or a recording."""
    path = value.partition("?")[0].lower()
    return "\n" not in value and (is_image_name(path) or path.endswith(AUDIO))


def read_task(task: Node, name: str, tally: Tally) -> tuple[Item, list[Annotation], list[Prediction]]:
    meta = task["meta"].value
    item = Item(name, {} if isinstance(meta, dict) and meta.get("data") is False else task["data"].object())
    width, height = _size(task, item)
    canvas = Canvas(item, width, height)
    annotations = [a for node in task["annotations"].each() for a in _annotation(node, canvas, tally)]
    predictions = [p for node in task["predictions"].each() for p in _told(node, canvas, tally)]
    return replace(item, width=width, height=height), annotations, predictions


def _size(task: Node, item: Item) -> tuple[int, int]:
    """Of the first result that tells it."""
    for part in ("annotations", "predictions"):
        for node in task[part].each():
            for result in [] if isinstance(node.value, int) else node["result"].each():
                width, height = regions.sized(result, item)
                if width:
                    return width, height
    meta = task["meta"]
    return (meta["width"].whole(0), meta["height"].whole(0)) if isinstance(meta.value, dict) else (0, 0)


def _annotation(node: Node, canvas: Canvas, tally: Tally) -> list[Annotation]:
    """One for each question; one of no kind where nothing was said."""
    said = Annotation(
        canvas.item.name, "", "", key=node["id"].name(node["unique_id"].text("")), who=_who(node["completed_by"])
    )
    ms = round(node["lead_time"].number() * 1000) if "lead_time" in node else None
    said = replace(said, at=_at(node["created_at"]), ms=ms, ground_truth=node["ground_truth"].flag())
    found = list(read_results(node["result"], canvas, tally))
    if node["was_cancelled"].flag():
        if found:
            tally.lost("what was drawn before a task was skipped", node.where)
        return [replace(said, skipped=True)]
    return [replace(said, kind=k, question=q, value=v) for k, q, v in found] or ([] if _said(node) else [said])


def _said(node: Node) -> bool:
    return bool(node["result"].value)


def _told(node: Node, canvas: Canvas, tally: Tally) -> list[Prediction]:
    """An export names predictions by their numbers, unless it is asked for more."""
    if isinstance(node.value, int):
        tally.lost("predictions of which the file has the number alone", node.where)
        return []
    return _prediction(node, canvas, tally)


def _prediction(node: Node, canvas: Canvas, tally: Tally) -> list[Prediction]:
    score = float(node["score"].number()) if "score" in node else None
    said = Prediction(canvas.item.name, "", "", score=score, model=node["model_version"].name(""))
    found = [replace(said, kind=k, question=q, value=v) for k, q, v in read_results(node["result"], canvas, tally)]
    return found or ([] if _said(node) else [said])


def _who(node: Node) -> str:
    """An id, or an object with an e-mail address, as exports have either."""
    if isinstance(node.value, dict):
        return node["email"].text("") or node["id"].name("")
    return node.name("")


def _at(node: Node) -> str:
    try:
        return moment(node.text(""))
    except (ValueError, OverflowError):
        node.fault("a time such as 2026-01-01T00:00:00Z")


def read_results(results: Node, canvas: Canvas, tally: Tally) -> Iterable[tuple[str, str, str]]:
    """(kind, question, label) for each question; keypoints and choices are settled once all are read."""
    groups: dict[tuple[str, str], list[Node]] = {}
    drawn = {r["id"].name("") for r in results.each() if r["type"].text("") in REGIONS} - {""}
    for result in results.each():
        type_ = result["type"].text("")
        if type_ == "labels" and isinstance(result["value"].value, dict) and regions.is_timed(result["value"]):
            type_ = regions.TIMED
        if type_ not in TYPES:
            tally.lost(f"results of the type {type_ or 'that is not said'}", result.where)
        elif type_ not in REGIONS and result["id"].name("") in drawn:
            tally.lost("answers about one region", result.where)
        else:
            groups.setdefault((result["from_name"].text(type_), type_), []).append(result)
    for (question, type_), group in groups.items():
        label = _label(type_, group, canvas, tally)
        if label is not None:
            yield TYPES[type_], "" if question in _default(type_) else question, label


REGIONS = {"rectanglelabels", "polygonlabels", "brushlabels", "keypointlabels", "labels", regions.TIMED}
UNSIZED = {"labels", regions.TIMED}  # of what is no picture


def _default(type_: str) -> set[str]:
    """How we call a question that has no name."""
    if type_ == regions.TIMED:
        return {type_, TYPES[type_]}
    return {kind for kind, t in TYPE_OF.items() if t == type_}


def _label(type_: str, group: list[Node], canvas: Canvas, tally: Tally) -> str | None:
    for result in group:
        if result["image_rotation"].value:
            tally.lost("that a picture was turned while it was labelled", result.where)
    if type_ == "choices":
        return chosen(n.text() for r in group for n in r["value"]["choices"].each())
    if type_ not in REGIONS:
        if len(group) > 1:
            tally.lost("further answers to one question", group[1].where, len(group) - 1)
        return single(TYPES[type_], regions.plain_value(group[0], type_, tally), group[0].where, tally)
    if type_ not in UNSIZED and not (canvas.width and canvas.height):
        tally.lost("regions of pictures of unknown size (original_width is missing)", group[0].where, len(group))
        return None
    key = "labels" if type_ == regions.TIMED else type_
    labelled = [(r, label) for r in group if (label := regions.label_of(r, key, tally)) is not None]
    if type_ == "brushlabels":
        areas = [(label, regions.area(r["value"], canvas, r.where)) for r, label in labelled]
        return layered(areas, canvas.height, canvas.width, canvas.item.name, tally)
    if type_ == "keypointlabels":
        return json.dumps([[label, *_point(r["value"], canvas)] for r, label in labelled])
    return gathered(TYPES[type_], _things(type_, labelled, canvas, tally), tally)


def _things(
    type_: str, labelled: Iterable[tuple[Node, str]], canvas: Canvas, tally: Tally
) -> Iterable[tuple[Any, str]]:
    for r, label in labelled:
        thing: Any
        if type_ == regions.TIMED:
            thing = regions.segment(r, label, tally)
        elif type_ == "labels":
            thing = regions.span(r, canvas, label, tally)
        else:
            make = regions.box if type_ == "rectanglelabels" else regions.polygon
            thing = make(r["value"], canvas, label)
        if thing is not None:
            yield thing, r.where


def _point(value: Node, canvas: Canvas) -> tuple[float, float]:
    return value["x"].number() / 100 * canvas.width, value["y"].number() / 100 * canvas.height


def _points(tasks: Sequence[Node]) -> tuple[str, ...]:
    """The names of keypoints, where we wrote them down."""
    for task in tasks:
        meta = task["meta"]
        if isinstance(meta.value, dict) and isinstance(meta.value.get("points"), list):
            return tuple(n.text() for n in meta["points"].each())
    return ()


def _placed(document: Document, tally: Tally) -> Document:
    """Keypoints, read as [name, x, y], in the order of all names that there are; the nth of a name is of thing n."""
    marked = [a for a in document.answers if a.kind == "keypoints"]
    names = list(dict.fromkeys([*document.points, *(p[0] for a in marked for p in json.loads(a.value))]))
    answers = tuple(_joined(a, names, tally) for a in document.annotations)
    guesses = tuple(_joined(p, names, tally) for p in document.predictions)
    return replace(document, annotations=answers, predictions=guesses, points=tuple(names))


def _joined(a: Any, names: list[str], tally: Tally) -> Any:
    if a.kind != "keypoints":
        return a
    things: list[dict[str, list[float]]] = []
    for name, x, y in json.loads(a.value):
        n = next((n for n, thing in enumerate(things) if name not in thing), len(things))
        if n == len(things):
            things.append({})
        things[n][name] = [x, y, 2]
    if len(things) > 1:
        tally.lost("which keypoints belong together", a.item)
    pieces = [{"points": [thing.get(name, [0, 0, 0]) for name in names]} for thing in things]
    return replace(a, value=gathered("keypoints", [(p, a.item) for p in pieces], tally))


# ------------------------------------------------------------------------------------------------- and back


def _write(document: Document, tally: Tally) -> Files:
    warned(document.answers, tally)
    answers: dict[str, list[Annotation]] = {}
    for a in document.annotations:
        answers.setdefault(a.item, []).append(a)
    guesses: dict[str, list[Prediction]] = {}
    for p in document.predictions:
        guesses.setdefault(p.item, []).append(p)
    tasks = [
        _task(n, item, answers.get(item.name, []), guesses.get(item.name, []), document.points, tally)
        for n, item in enumerate(document.items, 1)
    ]
    return {"": json.dumps(tasks, ensure_ascii=False, indent=1).encode("utf-8")}


def _task(
    n: int, item: Item, answers: list[Annotation], guesses: list[Prediction], points: Sequence[str], tally: Tally
) -> dict[str, Any]:
    canvas = Canvas(item, item.width, item.height)
    drawn = any(
        kind in IMAGE_KINDS for kind in [*(a.kind for a in answers), *(p.kind for p in guesses)]
    ) or is_image_name(item.name)
    heard = is_audio_name(item.name)
    shows = dict(item.data) or {"image" if drawn else "audio" if heard else "name": item.name}
    meta: dict[str, Any] = {"name": item.name} | ({} if item.data else {"data": False})
    meta |= {"width": item.width, "height": item.height} if item.width else {}
    meta |= {"points": list(points)} if points else {}
    annotations = [_together(group, canvas, points, tally) for group in _groups(answers)]
    predictions = [
        {"model_version": p.model, "score": p.score, "result": _results(p, canvas, points, tally)} for p in guesses
    ]
    return {"id": n, "data": shows, "meta": meta, "annotations": annotations, "predictions": predictions}


def _groups(answers: Sequence[Annotation]) -> list[list[Annotation]]:
    """Answers given together: of one key, by one person, to different questions."""
    groups: list[list[Annotation]] = []
    for a in answers:
        group = next((g for g in groups if a.key and _alike(a, g)), None)
        if group is None:
            groups.append([a])
        else:
            group.append(a)
    return groups


def _alike(a: Annotation, group: list[Annotation]) -> bool:
    b = group[0]
    same = all(getattr(a, f) == getattr(b, f) for f in ("key", "who", "at", "ms", "skipped", "ground_truth"))
    return same and all((a.question or a.kind) != (g.question or g.kind) for g in group)


def _together(group: list[Annotation], canvas: Canvas, points: Sequence[str], tally: Tally) -> dict[str, Any]:
    a = group[0]
    results = [r for part in group if not part.skipped for r in _results(part, canvas, points, tally)]
    said: dict[str, Any] = {"result": results, "was_cancelled": a.skipped, "ground_truth": a.ground_truth}
    said |= {"lead_time": a.ms / 1000} if a.ms is not None else {}
    said |= {"id": int(a.key)} if _is_id(a.key) else {"unique_id": a.key} if a.key else {}
    said |= {"completed_by": int(a.who) if _is_id(a.who) else {"email": a.who}} if a.who else {}
    return said | ({"created_at": a.at} if a.at else {})


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 18 and str(int(text)) == text


def _results(a: Annotation | Prediction, canvas: Canvas, points: Sequence[str], tally: Tally) -> list[dict[str, Any]]:
    value: Any = json.loads(a.value) if a.kind in JSON_KINDS | {"number", "rating"} else a.value
    if a.kind == "mask":
        canvas = replace(canvas, width=value["width"], height=value["height"])
    type_, found = TYPE_OF[a.kind], []
    shows = "image" if a.kind in IMAGE_KINDS or is_image_name(a.item) else "text"
    shows = "audio" if a.kind == "segments" or is_audio_name(a.item) else shows
    for n, part in enumerate(regions.results(a.kind, value, canvas, points, tally), 1):
        result: dict[str, Any] = {"id": f"{a.question or a.kind}{n}", "from_name": a.question or a.kind}
        result |= {"to_name": shows, "type": type_, "value": part}
        if a.kind in IMAGE_KINDS:
            result |= {"original_width": canvas.width, "original_height": canvas.height, "image_rotation": 0}
        found.append(result)
    return found


def _sniff(source: Source) -> bool:
    head = source.head()
    return head.startswith("[") and '"data"' in head and ('"annotations"' in head or '"predictions"' in head)


LABEL_STUDIO = register(
    Format("labelstudio", "Label Studio's JSON export and import", (), EVERY_KIND, KEEPS, _sniff, _read, _write)
)
