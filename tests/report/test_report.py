"""The page: whole, safe, standing alone, with the sections that have something to say and no others."""

import re
import tomllib
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from making import digits, made_up
from PIL import Image

from askance.errors import BadConfig
from askance.history import History, Metric, Pick, Round
from askance.ops import hex_id
from askance.protocols import FitReport, Verdict
from askance.report import gallery, write_report
from askance.report.html import clean, tag
from askance.report.origin import toml_text
from askance.samples import Samples, objects

EVIL = '"><img src=x onerror=alert(1)><script>alert(2)</script>'
SECTIONS = {
    "Learning curve", "Labelled and unlabelled, round by round", "Training, epoch by epoch", "Class balance",
    "Calibration", "What each round chose, and why", "When to stop", "Time", "Every round in numbers",
    "How to make this again",
}  # fmt: skip


class Page(HTMLParser):
    """Reads a page, and fails where an element is not closed in order."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.headings: list[str] = []
        self.text = ""
        self.source = path.read_text("utf-8")
        self.feed(self.source)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {k: v or "" for k, v in attrs}))
        if tag not in ("meta", "img", "source", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.open and self.open[-1] == "h2":
            self.headings.append(data)

    def all(self, name: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.tags if tag == name]


def stands_alone(page: Page) -> None:
    """Nothing is loaded from anywhere, nothing runs."""
    assert not page.all("script")
    assert not page.all("link")
    assert not page.all("iframe")
    for _, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("src", "srcset"):
            assert attributes.get(name, "data:image/").startswith("data:image/")
    assert "url(" not in page.source.split("</style>")[0]
    assert "@import" not in page.source.split("</style>")[0]
    policy = next(m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> tuple[Page, Path]:
    """A report with all there is."""
    folder = tmp_path_factory.mktemp("full") / "deep" / "report"
    picture = Image.new("RGB", (40, 30), "#aa3300")
    path = write_report(
        made_up(4),
        folder,
        title="Cats & dogs",
        shows=lambda ids: {i: picture for i in ids if i != 302},
        controls={"random": [made_up(4, s, gain=-0.08, strategy="random") for s in range(3)]},
        repeats=[made_up(4, s) for s in (1, 2)],
        full=0.78,
    )
    return Page(path), folder


def test_the_full_page_has_every_section_and_stands_alone(full: tuple[Page, Path]) -> None:
    page, folder = full
    assert set(page.headings) == SECTIONS
    stands_alone(page)
    assert [a["href"] for a in page.all("a") if not (folder / a["href"]).is_file()] == []
    assert {p.name for p in folder.iterdir()} == {
        "report.html", "learning-curve.png", "sizes.png", "training.png", "class-balance.png", "calibration.png",
        "seconds.png", "round-000.jpg", "round-001.jpg", "round-002.jpg", "round-003.jpg",
    }  # fmt: skip


def test_the_full_page_says_the_key_numbers(full: tuple[Page, Path]) -> None:
    page, _ = full
    for said in (
        "40of a budget of 100",
        "mean of 3 seeds",
        "Labels to 0.741, 95 % of full40random: not reached",
        "askance",
    ):
        assert said in page.text
    assert "1,797" not in page.text
    assert page.text.count("margin 0.8") >= 4  # a reason under each picture
    assert "rank 1 of 90" in page.text
    assert "cannot be read" in page.text
    assert "stop" in page.text
    assert "round 3, 40 labels" in page.text  # since when the rule says so


def test_the_full_page_adapts_to_the_dark_and_to_phones(full: tuple[Page, Path]) -> None:
    page, _ = full
    plots = [s for s in page.all("source") if s["media"] == "(prefers-color-scheme: dark)"]
    assert len(plots) == 6
    assert all(image["alt"] for image in page.all("img"))
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in page.all("meta")
    assert "prefers-color-scheme: dark" in page.source.split("</style>")[0]


def test_the_configuration_on_the_page_reads_back(full: tuple[Page, Path]) -> None:
    page, _ = full
    text = page.text[page.text.index("seed = 0") :].split("runs")[0]
    assert tomllib.loads(text) == {"seed": 0, "strategy": "margin"}
    assert "0, 1, 2" in page.text


def test_sections_without_data_are_left_out(tmp_path: Path) -> None:
    bare = History({}, (Round(0, 0, 9, (Pick(1, "a", 1, 0.0, "drawn at random"),)), Round(1, 1, 8)), 1)
    page = Page(write_report(bare, tmp_path, title="bare"))
    absent = {"Learning curve", "Training, epoch by epoch", "Class balance", "Calibration", "When to stop", "Time"}
    assert set(page.headings) == SECTIONS - absent
    assert {p.name for p in tmp_path.iterdir()} == {"report.html", "sizes.png"}
    assert "No configuration was kept." in page.text
    assert "no budget set" in page.text


def test_every_word_of_a_user_is_escaped(tmp_path: Path) -> None:
    r = Round(
        1, 3, 4, (Pick(7, EVIL, 1, 0.5, EVIL),), None, {f"accuracy@{EVIL}": Metric(0.5, 0.4, 0.6, 9)},
        class_counts={EVIL: 2, "\ud800\x00bad": 1}, verdicts=(Verdict(True, 1.0, EVIL, EVIL),), strategy=EVIL,
        seconds={"train": 1.0, EVIL: 2.0},
    )  # fmt: skip
    history = History({"pool": EVIL, "strategy": EVIL}, (r, replace(r, number=2, labeled=5)), 3, 5)
    path = write_report(
        history, tmp_path, title=EVIL, shows=lambda ids: dict.fromkeys(ids, EVIL), controls={EVIL: [history]}
    )
    page = Page(path)
    stands_alone(page)
    assert page.text.count(EVIL) >= 8
    assert all("alert" not in str(a.get("src")) for a in page.all("img"))
    assert "<script" not in page.source


def test_a_real_loop_on_digits(tmp_path: Path) -> None:
    history, control = digits("margin"), digits("random")
    page = Page(write_report(history, tmp_path, title="Digits", controls={"random": [control]}, full=0.96))
    assert "Training, epoch by epoch" not in page.headings
    assert set(page.headings) == SECTIONS - {"Training, epoch by epoch"}
    final = history.rounds[-1].metrics["accuracy@test"]
    assert f"{final.value:.3f} ({final.low:.3f}–{final.high:.3f})" in page.text
    assert final.value > 0.85
    assert "stabilizing(k=2, at=0.99)" in page.text
    assert page.text.count("margin 0.") >= 3 * 20
    stands_alone(page)


# -- what each round chose ---------------------------------------------------------------------------------------------


def chosen(samples: Samples, tmp_path: Path) -> str:
    picks = tuple(
        Pick(int(i), str(n), r, 0.5, "margin 0.5")
        for r, (i, n) in enumerate(zip(samples.ids, samples.names, strict=True), 1)
    )
    found = gallery.seen(samples)
    return str(
        gallery.gallery((Round(1, 5, 5, picks),), lambda ids: {i: found[i] for i in ids if i in found}, tmp_path)
    )


def named(kind: str, data: object, n: int) -> Samples:
    return Samples(np.arange(n, dtype=np.uint64), kind, data, objects([f"row {i}" for i in range(n)]))  # type: ignore[arg-type]


def test_texts_and_rows_are_tables(tmp_path: Path) -> None:
    assert "was it &lt;good&gt;?" in chosen(named("text", objects(["was it <good>?", "x" * 999]), 2), tmp_path)
    assert "x" * 399 + "…" in chosen(named("text", objects(["x" * 999]), 1), tmp_path)
    table = pa.table({"age": [31.5], "job": ["nurse"]})
    assert "age: 31.5\njob: nurse" in chosen(named("table", table, 1), tmp_path)
    assert not list(tmp_path.iterdir())


def test_pictures_come_from_files_and_arrays(tmp_path: Path) -> None:
    Image.new("RGB", (9, 9)).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"")
    found = chosen(named("image", objects([str(tmp_path / "a.png"), str(tmp_path / "b.png")]), 2), tmp_path)
    assert found.count("data:image/") == 1
    assert "cannot be read" in found
    assert (tmp_path / "round-001.jpg").is_file()
    for shape in ((2, 8, 8), (2, 8, 8, 1), (2, 40, 40, 3)):
        assert (
            chosen(named("array", np.arange(np.prod(shape)).reshape(shape) / 7, 2), tmp_path).count("data:image/") == 2
        )
    assert "data:image" not in chosen(named("array", np.ones((2, 5)), 2), tmp_path)


def test_a_long_campaign_shows_some_rounds_and_says_so(tmp_path: Path) -> None:
    rounds = tuple(Round(i, i, 9, tuple(Pick(i * 99 + r, "n", r, 0.0, "w") for r in range(1, 61))) for i in range(90))
    found = str(gallery.gallery(rounds, lambda ids: {}, tmp_path))
    assert found.count("<details") == gallery.MOST_ROUNDS
    assert "50 rounds between these are left out" in found
    assert "<b>Round 0</b>" in found
    assert found.index("<b>Round 89</b>") < found.index("<b>Round 0</b>")
    assert "60 chosen by hand, the first 12 shown" in found


# -- small parts -------------------------------------------------------------------------------------------------------


def test_tags_escape_what_is_not_html() -> None:
    assert tag("p", "1 < 2", tag("b", "&"), title='"') == '<p title="&quot;">1 &lt; 2<b>&amp;</b></p>'
    assert tag("details", open=True, class_="") == "<details open></details>"
    assert clean("a\x00\ud800\n") == "a\ufffd\ufffd\n"


def test_passwords_in_urls_are_masked_and_the_rest_reads_back() -> None:
    config = {
        "pool": {"source": "postgresql://ann:s3cr3t@host:5432/db"}, "url": "s3://bucket/a@b", "path": Path("/a/b"),
        "budget": None, "seed": np.int64(3), "classes": ("a", "b"),
    }  # fmt: skip
    text = toml_text(config)
    assert "s3cr3t" not in text
    assert tomllib.loads(text) == {
        "pool": {"source": "postgresql://ann:***@host:5432/db"}, "url": "s3://bucket/a@b", "path": "/a/b", "seed": 3,
        "classes": ["a", "b"],
    }  # fmt: skip


def test_what_bad_input_gets(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="nothing to report of 'x' yet"):
        write_report(History(), tmp_path, title="x")
    (tmp_path / "file").write_text("")
    with pytest.raises(BadConfig, match="cannot make the folder"):
        write_report(made_up(2), tmp_path / "file" / "report", title="x")


def test_a_report_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    small = History({}, (Round(0, 1, 1),), 1)
    write_report(small, tmp_path, title="first")
    write_report(small, tmp_path, title="second")
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "second" in page
    assert "first" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    assert not list(tmp_path.glob("*.part"))


def test_labels_that_training_could_not_fit_are_named(tmp_path):
    """What the add-on `dynamics` of a network tells of a fit, with the names that people know."""
    history = made_up()
    pick = history.rounds[1].picks[0]
    bad = [
        {"id": hex_id(pick.id), "confidence": 0.08, "correctness": 0.0, "forgotten": None},
        {"id": hex_id(77), "confidence": 0.31, "correctness": 0.25, "forgotten": 3},
    ]
    fit = FitReport(chosen={"dynamics": {"forgotten": 4, "never_learned": 1, "suspicious": bad}})
    rounds = (*history.rounds[:-1], replace(history.rounds[-1], fit=fit))
    page = Page(write_report(replace(history, rounds=rounds), tmp_path, title="watched"))
    assert "Labels to look at again" in page.headings
    for word in (pick.name, hex_id(77), "never right", "0.08", "4 were forgotten at least once and 1 never learned"):
        assert word in page.text
    assert "Labels to look at again" not in Page(write_report(history, tmp_path, title="plain")).headings
