"""What a question looks like in Label Studio: the tags of a labelling configuration.  Floor 6."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from askance.errors import BadConfig
from askance.formats.regions import TYPE_OF
from askance.formats.xml_tree import escaped
from askance.protocols import LabelKind

# our kind of label -> the tag that asks for it; its name in lower case is the type of a result
TAGS = {
    "class": "Choices",
    "classes": "Choices",
    "number": "Number",
    "rating": "Rating",
    "text": "TextArea",
    "spans": "Labels",
    "boxes": "RectangleLabels",
    "polygons": "PolygonLabels",
    "mask": "BrushLabels",
    "keypoints": "KeyPointLabels",
}
# kind of pool -> (the tag that shows a sample, the key of its data)
SHOWS = {"image": ("Image", "image"), "text": ("Text", "text"), "table": ("Table", "row"), "array": ("Table", "row")}


@dataclass(frozen=True)
class Question:
    """name: of the tag that asks; shows: of the tag that shows the sample, value: the key of its data; type: of a
    result."""

    name: str
    shows: str
    value: str
    type: str


def question(kind: LabelKind, content: str) -> Question:
    """As `xml` asks it.  content: the kind of the pool."""
    if kind.name not in TAGS:
        raise BadConfig(f"Label Studio has no question for labels of the kind {kind.name}; it has {', '.join(TAGS)}")
    if content not in SHOWS:
        raise BadConfig(f"Label Studio cannot show {content}; a pool of {', '.join(SHOWS)} can be pushed")
    _, value = SHOWS[content]
    name = "answer" if kind.name == value else kind.name  # names of tags are distinct: a text about a text
    return Question(name, value, value, TYPE_OF[kind.name])


def xml(kind: LabelKind, content: str) -> str:
    """A labelling configuration that asks for this kind of label."""
    asked, form = question(kind, content), kind.form()
    shown = f'<{SHOWS[content][0]} name="{asked.shows}" value="${asked.value}"/>'
    names = form.get("points") if kind.name == "keypoints" else form.get("classes")
    return f"<View>{shown}{_control(kind.name, asked, form, names or ())}</View>"


def _control(kind: str, asked: Question, form: Mapping[str, Any], names: Sequence[str]) -> str:
    tag = TAGS[kind]
    more = _more(kind, form)
    said = f'<{tag} name="{asked.name}" toName="{asked.shows}"{more}'
    inner = "Choice" if tag == "Choices" else "Label"
    parts = "".join(f'<{inner} value="{quoted(name)}"/>' for name in names)
    return f"{said}>{parts}</{tag}>" if parts else f"{said}/>"


def _more(kind: str, form: Mapping[str, Any]) -> str:
    match kind:
        case "class":
            return ' choice="single" showInline="true"'
        case "classes":
            return ' choice="multiple"'
        case "rating":
            return f' maxRating="{form.get("high", 5)}"'
        case "number":
            ends = (("min", form.get("low")), ("max", form.get("high")))
            return "".join(f' {name}="{value:g}"' for name, value in ends if value is not None)
    return ""


def quoted(text: str) -> str:
    return escaped(text).replace('"', "&quot;")


def of_project(project: Mapping[str, Any], kind: LabelKind, name: str = "") -> Question:
    """The question of a project that is there already, which asks for this kind of label.

    project: as its API gives it; name: of the tag, where several fit
    """
    wanted = TYPE_OF.get(kind.name, "")
    found: dict[str, Any] = project.get("parsed_label_config") or {}
    fits = [n for n, tag in found.items() if str(tag.get("type", "")).lower() == wanted and name in ("", n)]
    if len(fits) != 1:
        there = ", ".join(f"{n} ({tag.get('type')})" for n, tag in found.items()) or "no question"
        why = "several fit; say which, with --question" if fits else f"none asks for {TAGS.get(kind.name, kind.name)}"
        raise BadConfig(f"the project {project.get('title')!r} has {there}: {why}")
    tag = found[fits[0]]
    shown = tag["inputs"][0] if tag.get("inputs") else {}
    return Question(fits[0], tag["to_name"][0], str(shown.get("value") or tag["to_name"][0]), wanted)
