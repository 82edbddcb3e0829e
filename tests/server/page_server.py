"""A server for the page's tests: campaigns of every kind of label over made-up samples, and one person to label them.

python tests/server/page_server.py FOLDER PORT TOKEN makes what is not there yet, and serves it.
"""

import csv
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import uvicorn
from PIL import Image, ImageDraw

from askance.campaign import Campaign, Config, PoolConfig, landscape, setup
from askance.server.access import House
from askance.server.app import create_app
from askance.server.hall import Hall
from askance.server.people import Person

WORDS = ("rain", "market", "goal", "planet", "bank", "storm", "team", "vote", "orbit", "river", "price", "robot")
TOPICS = ("World", "Sports", "Business", "Science")
QUESTIONS = 120  # of the first round: more than a test answers


def sentences(n: int) -> Iterator[str]:
    draw = np.random.default_rng(7)
    for i in range(n):
        yield f"Report {i}: " + " ".join(draw.choice(WORDS, 18)) + ". Zürich 🙂 said <img src=x onerror=alert(1)> so."


def table(path: Path, header: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as f:
        csv.writer(f).writerows([header, *rows])
    return path


def texts(folder: Path, n: int) -> PoolConfig:
    return PoolConfig(str(table(folder / f"texts-{n}.csv", ("text",), ((s,) for s in sentences(n)))), text="text")


def measured(folder: Path) -> PoolConfig:
    draw = np.random.default_rng(5)
    rows = ((*draw.normal(size=3).round(3).tolist(),) for _ in range(300))
    path = table(folder / "rows.csv", ("cement", "water", "age"), rows)
    return PoolConfig(str(path), features=("cement", "water", "age"))


def drawings(folder: Path) -> PoolConfig:
    place, draw = folder / "pictures", np.random.default_rng(3)
    place.mkdir(exist_ok=True)
    for i in range(150):
        image = Image.new("RGB", (640, 420), tuple(draw.integers(180, 240, 3).tolist()))
        pen = ImageDraw.Draw(image)
        for _ in range(4):
            x, y, r = int(draw.integers(40, 560)), int(draw.integers(40, 340)), int(draw.integers(20, 60))
            pen.ellipse((x - r, y - r, x + r, y + r), fill=tuple(draw.integers(0, 160, 3).tolist()))
        pen.text((8, 8), f"picture {i}", fill=(20, 20, 20))
        image.save(place / f"p{i:03}.png")
    return PoolConfig(str(place))


def digits(folder: Path) -> PoolConfig:
    from sklearn.datasets import load_digits

    found = load_digits()
    np.save(folder / "digits.npy", (found.images / 16).astype(np.float32))
    table(folder / "labels.csv", ("id", "label"), enumerate(found.target.tolist()))
    return PoolConfig(str(folder / "digits.npy"))


Source = Callable[[Path], PoolConfig]
SPECS: dict[str, tuple[Source, dict[str, object]]] = {
    "news": (lambda f: texts(f, 400), {"classes": TOPICS}),
    "tenthousand": (lambda f: texts(f, 10_000), {"classes": TOPICS, "warmup": 400}),
    "pictures": (drawings, {"learner": "cnn", "classes": ("calm", "crowded", "odd")}),
    "rows": (measured, {"classes": ("strong", "weak")}),
    "digits": (digits, {"classes": tuple("0123456789")}),
    "learned": (digits, {"truth": "labels.csv", "validation": 0.2, "warmup": 30, "strategy": "margin", "overlap": 2}),
    "several": (lambda f: texts(f, 400), {"labels": "classes", "classes": TOPICS}),
    "strength": (measured, {"labels": "number(low=0, high=100, unit='MPa')"}),
    "stars": (lambda f: texts(f, 400), {"labels": "rating", "classes": ("a", "b")}),
    "answers": (lambda f: texts(f, 400), {"labels": "text", "classes": ("a", "b")}),
    "names": (lambda f: texts(f, 400), {"labels": "spans", "classes": ("PER", "ORG", "LOC")}),
    "boxes": (drawings, {"learner": "cnn", "labels": "boxes", "classes": ("cell", "dust")}),
    "outlines": (drawings, {"learner": "cnn", "labels": "polygons", "classes": ("cell", "dust")}),
    "points": (drawings, {"learner": "cnn", "labels": "keypoints(points='nose,tail')", "classes": ("cell", "dust")}),
    "masks": (drawings, {"learner": "cnn", "labels": "mask", "classes": ("cell", "dust")}),
    "better": (measured, {"labels": "preference", "classes": ("left", "right")}),
}


def make(root: Path, name: str) -> None:
    """The campaign with its first round of questions.

    A first round learns nothing, so it is there for the kinds of label that nothing learns from yet, too.
    """
    place = root / f"{name}.askance"
    if place.exists():
        return
    data = root / "data"
    data.mkdir(parents=True, exist_ok=True)
    source, more = SPECS[name]
    said = {"warmup": QUESTIONS, "batch": 20, "warmup_strategy": "random", **more}
    if "truth" in said:
        said["truth"] = str(data / str(said["truth"]))
    config = Config(pool=source(data), seed=1, **said)  # type: ignore[arg-type]
    allowed, setup.check_labels = setup.check_labels, lambda config, learner: None
    try:
        campaign = Campaign.create(place, config)
    finally:
        setup.check_labels = allowed
    if name == "learned":
        learn(campaign)
    else:
        campaign.step()
    campaign.close()


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


def serve(root: Path, port: int, token: str) -> None:
    house = House(Hall(root), None, Person("ann", True), token)
    app = create_app(house, frozenset({"localhost", "127.0.0.1"}))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=1)


if __name__ == "__main__":
    folder, port, token, *names = sys.argv[1:]
    for name in names or SPECS:
        make(Path(folder), name)
    serve(Path(folder), int(port), token)
