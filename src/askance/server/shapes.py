"""What goes over the wire, both ways.  The OpenAPI schema, and the page's types, are made from these.  Floor 6."""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

SampleId = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$", description="A sample: 16 hexadecimal digits")]
Key = Annotated[str, Field(min_length=8, max_length=64, pattern=r"^[\w.-]+$", description="The client's own, one each")]
Role = Literal["owner", "reviewer", "annotator"]
Aggregate = Literal["first", "majority", "dawid_skene"]
Name = Annotated[str, Field(min_length=1, max_length=100)]


class Shape(BaseModel):
    """Nothing is let in that is not named, and no text that a database or a file could not hold."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def holdable(cls, given: Any) -> Any:
        if isinstance(given, dict):
            _refuse_unwritable(given)
        return given


UNWRITABLE = re.compile("[\0\ud800-\udfff]")
DEEPEST, NUMBERS = 64, (int, float)


def _refuse_unwritable(value: Any, left: int = DEEPEST) -> None:
    """Half of a character that takes two, the character 0, or lists in lists without end."""
    if not left:
        raise ValueError(f"lists and objects lie inside each other {DEEPEST} deep at most")
    if isinstance(value, str):
        if UNWRITABLE.search(value):
            raise ValueError("text must be whole Unicode characters, and none of them the character 0")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _refuse_unwritable(key)
            _refuse_unwritable(inner, left - 1)
    elif isinstance(value, list) and not all(type(v) in NUMBERS for v in value):  # rows of numbers are many
        for inner in value:
            _refuse_unwritable(inner, left - 1)


# ---------------------------------------------------------------- errors


class Fault(Shape):
    """code: a word for programs; message: a sentence for people; request_id: what the log calls it."""

    code: str
    message: str
    request_id: str


class Problem(Shape):
    """Every error has this shape."""

    error: Fault


# ---------------------------------------------------------------- people


class Me(Shape):
    """Who is asking.  local: one person on this machine, who may do everything."""

    name: str
    admin: bool
    local: bool
    version: str


class Credentials(Shape):
    name: Name
    password: Annotated[str, Field(min_length=1, max_length=1000)]


class NewInvitation(Shape):
    campaign: str = Field(description="The campaign that it lets in to")
    role: Role = "annotator"
    days: Annotated[int, Field(ge=1, le=90)] = 7


class Invitation(Shape):
    """token: shown this once; only its hash is kept."""

    token: str
    campaign: str
    role: Role
    until: float


class Acceptance(Shape):
    token: Annotated[str, Field(max_length=200)]
    name: Name
    password: Annotated[str, Field(min_length=10, max_length=1000)]


class NewToken(Shape):
    what: Annotated[str, Field(min_length=1, max_length=100, description="What it is for")]


class Token(Shape):
    """For programs: `Authorization: Bearer ...`.  secret: shown when it is made, and never again."""

    id: str
    what: str
    made: float
    secret: str | None = None


class Part(Shape):
    role: Role


class Member(Shape):
    name: str
    role: Role


# ---------------------------------------------------------------- campaigns


class Summary(Shape):
    id: str
    role: Role
    samples: int
    labels: int
    pending: int
    rounds: int
    kind: str


class Model(Shape):
    """version: the round it was fitted in; 0 is none yet."""

    version: int
    labeled: int
    at: float | None
    training: bool
    error: str | None = Field(default=None, description="Why the latest attempt to train failed")


class Campaign(Shape):
    """form: what the page needs to draw the question; its `kind` says which."""

    id: str
    role: Role
    form: dict[str, Any]
    content: Literal["image", "audio", "text", "table", "array", "signals"]
    guide: str
    strategy: str
    learner: str
    batch: int
    overlap: int = Field(description="People who are asked each question")
    aggregate: Aggregate
    gold: float | None = Field(description="Share of gold questions; None: not for annotators to know")
    gold_feedback: bool
    control: int
    budget: int | None
    samples: int
    labels: int
    mine: int
    pending: int
    skipped: int
    model: Model
    blind: bool = Field(description="Suggestions are hidden until the first key")


class Settings(Shape):
    """What an owner may change while people label."""

    guide: Annotated[str, Field(max_length=50_000)] | None = None
    blind: bool | None = None
    overlap: Annotated[int, Field(ge=1, lt=1000)] | None = Field(default=None, description="Of the next questions")
    aggregate: Aggregate | None = None
    gold: Annotated[float, Field(ge=0, lt=1)] | None = None
    gold_feedback: bool | None = None
    control: Annotated[int, Field(ge=0, le=100)] | None = None


# ---------------------------------------------------------------- the queue


class Content(Shape):
    """What is shown of a sample.  text, or the address of an image or a recording, or the fields of a row.

    width, height: of the picture as it lies on the disk, turned upright, where a label has coordinates in it
    seconds: how long the recording is
    """

    kind: Literal["image", "audio", "text", "table", "array", "signals"]
    name: str
    text: str | None = None
    image: str | None = None
    audio: str | None = None
    seconds: float | None = None
    width: int | None = None
    height: int | None = None
    fields: dict[str, Any] | None = None


class Guess(Shape):
    label: str
    p: float


class Task(Shape):
    """One question, leased to whoever asked until `until`.

    why: what the strategy said; rank of the round's batch; model: the version whose ranking this is
    """

    id: SampleId
    round: int
    rank: int
    utility: float
    why: str
    until: float
    model: int
    content: Content
    guesses: list[Guess]
    flagged: bool = False
    note: str = ""


class Want(Shape):
    """n: how many to hold in all; have: the ones that the page has at hand already, which are not sent again."""

    n: Annotated[int, Field(ge=1, le=50)] = 5
    have: Annotated[list[SampleId], Field(max_length=200)] = []


class Queue(Shape):
    """tasks: best first.  left: questions that are open to anybody; empty_why: said where there are no tasks."""

    tasks: list[Task]
    left: int
    model: int
    labels: int
    empty_why: str = ""


class Beat(Shape):
    ids: Annotated[list[SampleId], Field(max_length=200)]


class Held(Shape):
    until: float


class Answer(Shape):
    """value: as the campaign's kind of label has it; ms, keys: how long it took and how many key presses."""

    key: Key
    id: SampleId
    value: Any
    ms: Annotated[int, Field(ge=0, le=86_400_000)] | None = None
    keys: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    suggested: str | None = Field(default=None, max_length=1000, description="The suggestion, where there was one")
    shown: bool | None = Field(default=None, description="Whether the suggestion was to be seen")
    model: int | None = None


class Answers(Shape):
    """want: what to be handed next, in the same request; it is looked for once the answers are kept."""

    answers: Annotated[list[Answer], Field(min_length=1, max_length=500)]
    want: Want | None = None


class Feedback(Shape):
    """How one did on a gold question; known: its answer."""

    right: bool
    known: str


class Kept(Shape):
    """counts: False for an answer that came too late and is kept beside those that count."""

    key: str
    id: SampleId
    counts: bool
    value: str
    feedback: Feedback | None = Field(default=None, description="Only where an owner has set that people are told")


class Receipt(Shape):
    """queue: the next questions, where some were wanted."""

    kept: list[Kept]
    labels: int
    queue: Queue | None = None


class Skip(Shape):
    key: Key
    id: SampleId
    why: Annotated[str, Field(max_length=500)] = ""


class Undone(Shape):
    """The question again, with what was answered; value None: it had been skipped."""

    task: Task
    value: str | None


class Past(Shape):
    """What one has done lately, newest first."""

    id: SampleId
    name: str
    value: str | None = Field(description="None: skipped")
    at: float
    content: Content


class History(Shape):
    done: list[Past]


class Remark(Shape):
    flagged: bool = False
    note: Annotated[str, Field(max_length=5000)] = ""


class Peaks(Shape):
    """The outline of a recording: the least and the greatest value of each of equal stretches; 127 is full scale."""

    seconds: float
    low: list[int]
    high: list[int]


class Neighbour(Shape):
    id: SampleId
    label: str
    distance: float
    content: Content


class Neighbours(Shape):
    labelled: list[Neighbour]


# ---------------------------------------------------------------- grid, map


class Cell(Shape):
    id: SampleId
    p: float
    content: Content


class Grid(Shape):
    """Samples that the model takes for one class, the surest first; leased to whoever asked."""

    label: str
    cells: list[Cell]
    until: float


class Points(Shape):
    """The pool in a plane, in columns.  label: the answer; guess: the model's; '' where there is none."""

    ids: list[SampleId]
    x: list[float]
    y: list[float]
    label: list[str]
    guess: list[str]
    total: int


class Wish(Shape):
    ids: Annotated[list[SampleId], Field(min_length=1, max_length=1000)]


class Wished(Shape):
    queued: int


# ---------------------------------------------------------------- review


class Said(Shape):
    who: str
    value: str
    at: float
    counts: bool


class Disagreement(Shape):
    """lead: how far what counts is ahead of the next, in [0, 1]."""

    id: SampleId
    content: Content
    answers: list[Said]
    agreed: str = Field(description="What counts now")
    lead: float
    guesses: list[Guess] = []


class Disagreements(Shape):
    items: list[Disagreement]
    total: int


class Decision(Shape):
    """value None takes a decision back; gold: serve it to others from now on to see how they do."""

    value: Any = None
    gold: bool = False


class Share(Shape):
    """A share of n, with its 95 % interval (Wilson)."""

    value: float
    low: float
    high: float
    n: int


class Gold(Shape):
    """A question whose answer is known: how many have answered it, and how many of them right."""

    id: SampleId
    name: str
    value: str
    asked: int
    right: int


class GoldQuestions(Shape):
    """people: the share that each had right."""

    items: list[Gold]
    total: int
    people: dict[str, Share]


class NewGold(Shape):
    """answers: {sample: what is known of it; null: it is gold no longer}."""

    answers: Annotated[dict[SampleId, Any], Field(min_length=1, max_length=1000)]


class Sample(Shape):
    """All that is known of one.

    rule: how several answers become the label; agreement: how far they speak for it, in [0, 1]: the share that says so,
    or one less their mean distance from it, or by dawid_skene its probability; probs: {class: that speaks for it};
    weights, by dawid_skene: {person: share of their answers that is expected to be right}
    """

    id: SampleId
    content: Content
    label: str | None
    decided: bool
    gold: bool
    rule: str
    agreement: float | None
    probs: dict[str, float]
    weights: dict[str, float]
    answers: list[Said]
    remarks: list[dict[str, Any]]
    why: str
    round: int | None


# ---------------------------------------------------------------- dashboard


class Point(Shape):
    labels: int
    value: float
    low: float
    high: float


class Curve(Shape):
    """how: how it was made, in a sentence, where that is not plain."""

    metric: str
    points: list[Point]
    how: str = ""


class Worker(Shape):
    """One person's work.  per_hour: while they work, breaks of over five minutes left out; gold: share right, with its
    95 % interval; others see their own where they are told, else none."""

    who: str
    answers: int
    per_hour: float | None
    median_ms: float | None
    gold: float | None
    gold_low: float | None
    gold_high: float | None
    gold_n: int


class Pair(Shape):
    """Two people, on the n samples that both have answered.  alike: the mean of 1 - distance, which of classes is the
    share that is the same; kappa: Cohen's, of classes."""

    one: str
    other: str
    n: int
    alike: float
    kappa: float | None


class Agreement(Shape):
    """On samples that two people or more have answered; gold questions have no part in it.

    share: of samples on which all say the same; alpha: Krippendorff's, by `distance`; fleiss: Fleiss' kappa, of
    classes, over the fleiss_n samples with as many answers as most have; of: on how many samples alpha and the pairs
    were measured, the latest ones, where there are very many
    """

    n: int
    share: float | None
    alpha: float | None
    distance: str
    fleiss: float | None = None
    fleiss_n: int = 0
    pairs: list[Pair] = []
    of: int = 0


class Rule(Shape):
    rule: str
    stop: bool
    why: str


class Dashboard(Shape):
    curve: Curve | None
    random: Curve | None
    balance: dict[str, int]
    people: list[Worker]
    agreement: Agreement
    calibration: dict[str, Any]
    forecast: str
    verdicts: list[Rule]
    seconds: dict[str, float]
    flagged: int


class Entry(Shape):
    """One line of the audit log."""

    seq: int
    at: float
    who: str
    kind: str
    what: str


class Log(Shape):
    entries: list[Entry]


class FileFormat(Shape):
    """kinds: of label that it carries; keeps: what beside them; folder: it comes and goes as a .zip."""

    name: str
    about: str
    read: bool
    written: bool
    folder: bool
    kinds: list[str]
    keeps: list[str]


class Loss(Shape):
    """What could not be carried, how often, and where at first."""

    reason: str
    count: int
    examples: list[str]


class Imported(Shape):
    """new: labels that were not known; labels: those that the file has for samples of the campaign."""

    new: int
    format: str
    labels: int
    losses: list[Loss]


class Started(Shape):
    training: bool


# ---------------------------------------------------------------- one-shot selection


class Given(Shape):
    """What to choose from: probabilities and embeddings of your model, or texts that a learner of ours looks at.

    items: the samples' own names; labels: {item: label}, of texts that are labelled already
    """

    k: Annotated[int, Field(ge=1, le=100_000)]
    strategy: Annotated[str, Field(max_length=4000)] = "auto"
    items: Annotated[list[str], Field(max_length=200_000)] = []
    texts: Annotated[list[str], Field(max_length=200_000)] = []
    labels: dict[str, str] = {}
    learner: Annotated[str, Field(max_length=1000, description="Of texts; left out, tfidf")] = ""
    probs: list[list[float]] | None = None
    embeddings: list[list[float]] | None = None
    labeled_embeddings: list[list[float]] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0


class Pick(Shape):
    item: str
    row: int
    rank: int
    utility: float
    why: str


class Picks(Shape):
    strategy: str
    picks: list[Pick]


class PickOfFile(Shape):
    """id: of the content, or of the key; item: the name in the file."""

    id: SampleId
    item: str
    rank: int
    utility: float
    why: str


class PicksOfFile(Shape):
    """pool: samples to choose from; labeled: those that had a label; skipped: {name: why it could not be read}."""

    strategy: str
    learner: str
    pool: int
    labeled: int
    picks: list[PickOfFile]
    skipped: dict[str, str]
