"""Campaigns of every kind of label over made-up samples, and a server of them for one person, for the page's tests.

python tests/page/page_server.py FOLDER [NAME ...] makes what is not there yet, serves it, and says the address.
"""

import csv
import shutil
import sys
import wave
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from askance.campaign import Campaign, Config, PoolConfig, landscape, setup
from askance.server.serve import Serving, serve

PLACES = ("Zürich", "Lagos", "Oslo", "Lima", "Hanoi", "Quito", "Perth", "Turin")
PEOPLE = ("Ada Moreau", "Bo Lindqvist", "Chidi Okafor", "Dana Petrov", "Emi Sato", "Farid Haddad")
BODIES = ("Northwind", "the Rail Union", "Helio Labs", "Union Bank", "the Coast Guard", "Atlas FC")
EVENTS = (
    "{who} of {body} told reporters in {place} that the vote had been put off until spring",
    "{body} beat the champions in {place} after {who} scored twice in the last minutes",
    "Shares of {body} fell by a fifth when {who} left the board in {place}",
    "A probe built by {body} near {place} has found water, {who} writes in a new study",
    "Heavy rain closed the port of {place}; {body} sent boats, and {who} thanked the crews",
)
TAIL = " 🙂 The report said <img src=x onerror=alert(1)> nothing of prices."
TOPICS = ("World", "Sports", "Business", "Science")
QUESTIONS = 120  # of the first round: more than a test answers


def sentences(n: int) -> Iterator[str]:
    """Each another one, with characters outside the first plane, and a piece of HTML that must stay text."""
    draw = np.random.default_rng(7)
    for i in range(n):
        named = {"who": draw.choice(PEOPLE), "body": draw.choice(BODIES), "place": draw.choice(PLACES)}
        said = EVENTS[int(draw.integers(len(EVENTS)))].format(**named)
        yield f"{said[0].upper()}{said[1:]}.{TAIL if i % 3 == 0 else ''}{f' ({i})' if TAIL else ''}"


def table(path: Path, header: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as f:
        csv.writer(f).writerows([header, *rows])
    return path


def texts(folder: Path, n: int = 300) -> PoolConfig:
    return PoolConfig(str(table(folder / f"texts-{n}.csv", ("text",), ((s,) for s in sentences(n)))), text="text")


def pairs(folder: Path) -> PoolConfig:
    said = list(sentences(400))
    path = table(folder / "pairs.csv", ("first summary", "second summary"), zip(said[::2], said[1::2], strict=True))
    return PoolConfig(str(path), features=("first summary", "second summary"))


def measured(folder: Path) -> PoolConfig:
    draw = np.random.default_rng(5)
    rows = ((*(draw.random(3) * (540, 250, 365)).round(1).tolist(),) for _ in range(300))
    path = table(folder / "rows.csv", ("cement (kg)", "water (kg)", "age (days)"), rows)
    return PoolConfig(str(path), features=("cement (kg)", "water (kg)", "age (days)"))


def drawings(folder: Path, n: int = 70) -> PoolConfig:
    """Cells as a microscope shows them, about."""
    place, draw = folder / "pictures", np.random.default_rng(3)
    place.mkdir(exist_ok=True)
    for i in range(n):
        image = Image.new("RGB", (640, 420), (232, 226, 214))
        pen = ImageDraw.Draw(image)
        for _ in range(int(draw.integers(3, 8))):
            x, y, r = int(draw.integers(40, 600)), int(draw.integers(40, 380)), int(draw.integers(16, 46))
            tone = draw.integers(-18, 18, 3)
            body, heart = (np.add(tone, base).tolist() for base in ((196, 158, 178), (112, 74, 122)))
            pen.ellipse((x - r, y - r, x + r, y + r), tuple(body), (148, 96, 128), 2)
            pen.ellipse((x - r // 3, y - r // 3, x + r // 3, y + r // 3), tuple(heart))
        pen.text((8, 8), f"slide {i}", fill=(20, 20, 20))
        image.save(place / f"slide-{i:03}.png")
    return PoolConfig(str(place))


def recordings(folder: Path, n: int = 70) -> PoolConfig:
    """Three seconds each: a call that rises or falls, twice."""
    place, draw = folder / "calls", np.random.default_rng(4)
    place.mkdir(exist_ok=True)
    t = np.arange(8000) / 8000
    for i in range(n):
        sound, low, high = np.zeros(24_000), *draw.uniform(200, 1500, 2)
        for begin in (2000, 14_000):
            sweep = np.sin(2 * np.pi * np.cumsum(np.linspace(low, high, 8000)) / 8000) * np.sin(np.pi * t) ** 2
            sound[begin : begin + 8000] += 0.6 * sweep
        sound += draw.normal(0, 0.01, len(sound))
        with wave.open(str(place / f"call-{i:03}.wav"), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes((sound * 32767).astype("<i2").tobytes())
    return PoolConfig(str(place))


def digits(folder: Path) -> PoolConfig:
    from sklearn.datasets import load_digits

    found = load_digits()
    np.save(folder / "digits.npy", (found.images / 16).astype(np.float32))
    table(folder / "labels.csv", ("id", "label"), enumerate(found.target.tolist()))
    return PoolConfig(str(folder / "digits.npy"))


Source = Callable[[Path], PoolConfig]
SPECS: dict[str, tuple[Source, dict[str, object]]] = {
    "news": (texts, {"classes": TOPICS}),
    "tenthousand": (lambda f: texts(f, 10_000), {"classes": TOPICS, "warmup": 600}),
    "rows": (measured, {"classes": ("strong", "weak")}),
    "digits": (digits, {"classes": tuple("0123456789"), "warmup": 20}),
    "learned": (digits, {"truth": "labels.csv", "validation": 0.2, "warmup": 30, "strategy": "margin", "overlap": 2}),
    "topics": (texts, {"labels": "classes", "classes": TOPICS}),
    "strength": (measured, {"labels": "number(low=0, high=100, unit='MPa')"}),
    "stars": (measured, {"labels": "rating"}),
    "summaries": (texts, {"labels": "text"}),
    "names": (texts, {"labels": "spans", "classes": ("PER", "ORG", "LOC")}),
    "boxes": (drawings, {"labels": "boxes", "classes": ("cell", "dust")}),
    "outlines": (drawings, {"labels": "polygons", "classes": ("cell", "dust")}),
    "points": (drawings, {"labels": "keypoints(points='nucleus,edge')", "classes": ("cell", "dust")}),
    "masks": (drawings, {"labels": "mask", "classes": ("cell", "dust")}),
    "calls": (recordings, {"classes": ("rising", "falling"), "warmup": 60}),
    "listened": (recordings, {"classes": ("rising", "falling"), "warmup": 20}),
    "transcripts": (recordings, {"labels": "text(empty=True)", "warmup": 60}),
    "heard": (recordings, {"labels": "segments", "classes": ("rising", "falling"), "warmup": 60}),
    "better": (pairs, {"labels": "preference"}),
}


def make(root: Path, name: str, as_name: str = "") -> Path:
    """The campaign with its first round of questions, where it is not there yet.  as_name: what to call it."""
    place, first = root / f"{as_name or name}.askance", root / "made" / f"{name}.askance"
    if place.exists():
        return place
    if not first.exists():
        new(first, root / "made", name)
    return Path(shutil.copytree(first, place))


def new(place: Path, data: Path, name: str) -> None:
    data.mkdir(parents=True, exist_ok=True)
    source, more = SPECS[name]
    config = replace(Config(warmup=QUESTIONS, batch=20, warmup_strategy="random", seed=1, pool=source(data)), **more)  # type: ignore[arg-type]
    if config.truth:
        config = replace(config, truth=str(data / config.truth))
    with closing(Campaign.create(place, config)) as campaign:
        learn(campaign) if name == "learned" else campaign.step()


def learn(campaign: Campaign) -> None:
    """Six rounds by two people, one of whom errs now and then; the seventh is open."""
    truth = setup.answers(campaign.config, campaign.pool)
    campaign.step()
    for _ in range(6):
        for who, errs in (("zoe", 0), ("ben", 9)):
            tasks = enumerate(campaign.ask(who, 100), 1)
            said = [(t, str((int(truth[t.id]) + (errs > 0 and n % errs == 0)) % 10)) for n, t in tasks]
            campaign.tell_many(who, said)
        campaign.step()
    landscape.write(campaign.folder.root, landscape.survey(campaign.learner, campaign.pool, 6))


if __name__ == "__main__":
    folder, *names = sys.argv[1:]
    for name in names:
        make(Path(folder), name)
    serve(Serving(Path(folder), local="ann", train=False))
