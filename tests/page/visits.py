"""Visits to the page by a real browser: what is pressed, what is kept, and what went wrong."""

import os
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from page_server import make
from sqlalchemy import select

from askance.campaign import Campaign
from askance.store.schema import label

PATIENCE = 20_000  # ms that anything may take on a busy machine
WATCH = """
addEventListener("securitypolicyviolation", (e) => console.error("CSP:", e.violatedDirective, e.blockedURI));
addEventListener("unhandledrejection", (e) => console.error("unhandled:", String(e.reason)));
"""
NEXT = "id => { const m = document.querySelector('main.item'); return m && m.dataset.item !== id && m.dataset.item }"
TIMED = """
() => {
  const times = (window.times = []);
  const main = document.querySelector("main.item");
  let began = 0;
  addEventListener("keydown", (e) => { began = e.timeStamp }, true);
  new MutationObserver(() => {
    if (!began || !main.dataset.item) return;
    const from = began;
    const changed = performance.now();
    began = 0;
    requestAnimationFrame(() => requestAnimationFrame(() => times.push([changed - from, performance.now() - from])));
  }).observe(main, { attributes: true, attributeFilter: ["data-item"] });
}
"""
OFFLINE = r"net::ERR_(INTERNET_DISCONNECTED|CONNECTION_REFUSED|FAILED|NETWORK_CHANGED)"


@dataclass(frozen=True)
class Site:
    """A server in a process of its own.  url: nothing behind the port; entry: the address that lets one in, or ""."""

    root: Path
    url: str
    entry: str = ""

    def kept(self, name: str, who: str = "ann") -> dict[str, str]:
        """{sample in hex: label as the store has it} of one person."""
        with closing(Campaign.open(self.root / f"{name}.askance")) as campaign, campaign.store.reading() as db:
            rows = list(db.execute(select(label.c.sample, label.c.value).where(label.c.who == who)))
        return {r.sample: r.value for r in rows}


@contextmanager
def serving(root: Path, *command: str) -> Iterator[Site]:
    """A server that says its address on stderr, until this is left."""
    words = [sys.executable, *command]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=environment)
    lines: queue.Queue[str] = queue.Queue()
    assert process.stderr
    threading.Thread(target=lambda f: [lines.put(line) for line in f], args=(process.stderr,), daemon=True).start()
    try:
        said = lines.get(timeout=60)
        found = re.match(r"(http://[\w.:]+)/(\?token=\S+)?", said)
        assert found, said
        yield Site(root, found[1], said.strip() if found[2] else "")
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stderr.close()


@dataclass
class Visit:
    """One page.  wrong: what the console, the policy and the network complained about; expected: what may be there."""

    site: Site
    name: str
    page: Any
    wrong: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE)
        self.page.add_init_script(WATCH)
        self.page.on(
            "console", lambda m: m.type in ("error", "warning") and self.wrong.append(f"{m.text} {m.location}")
        )
        self.page.on("pageerror", lambda e: self.wrong.append(f"error: {e}"))
        self.page.on("dialog", lambda d: (self.wrong.append(f"dialog: {d.message}"), d.accept()))

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(f"{message.text} {message.location}")

    def expect(self, pattern: str) -> None:
        """A complaint that belongs to what the test does."""
        self.expected.append(pattern)

    def complaints(self) -> list[str]:
        return [w for w in self.wrong if not any(re.search(p, w) for p in self.expected)]

    # ---- where it is

    def go(self, screen: str = "") -> None:
        """screen: "" for labelling."""
        self.page.goto(f"{self.site.url}/c/{self.name}{'/' if screen else ''}{screen}")
        self.page.wait_for_selector("main")
        if not screen:
            self.asked()

    def asked(self, id: str = "") -> None:
        """When a question is there, or this one."""
        self.page.wait_for_selector(f"main.item[data-item='{id}']" if id else "main.item:not([data-item=''])")

    @property
    def item(self) -> str:
        """The sample that is asked about, in hex."""
        return str(self.page.locator("main.item").get_attribute("data-item"))

    def press(self, *keys: str) -> None:
        for key in keys:
            if key.isascii():
                self.page.keyboard.press(key)
            else:
                self.page.keyboard.insert_text(key)

    def after(self, id: str) -> str:
        """-> the next question, when it is there."""
        return str(
            self.page.wait_for_function(NEXT, arg=id).evaluate("() => document.querySelector('main.item').dataset.item")
        )

    def label(self, n: int, keys: Callable[[int, str], Sequence[str]]) -> list[str]:
        """Answers n questions by what keys(i, sample) presses.  -> their samples, in order."""
        done: list[str] = []
        now = self.item
        for i in range(n):
            self.press(*keys(i, now))
            done.append(now)
            now = self.after(now)
        return done

    def saved(self) -> None:
        """When all answers are on the server's disk."""
        self.page.wait_for_selector(".saved .ok")

    def says(self, words: str) -> None:
        self.page.get_by_text(words).first.wait_for()


def chromium(path: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def visits(browser: Any, site: Site) -> Iterator[Callable[..., Visit]]:
    """-> visit(name, screen, ...), and when all is done: nothing went wrong in any of them."""
    contexts: list[Any] = []
    made: list[Visit] = []

    def visit(name: str, screen: str = "", spec: str = "", beside: Visit | None = None, **options: Any) -> Visit:
        """spec: which of the made-up campaigns it is, where it is called otherwise; beside: in the same browser."""
        make(site.root, spec or name, name)
        context = beside.page.context if beside else browser.new_context(**options)
        if not beside:
            contexts.append(context)
            if site.entry:
                context.request.get(site.entry)
        made.append(Visit(site, name, context.new_page()))
        made[-1].go(screen)
        return made[-1]

    yield visit
    complaints = [c for v in made for c in v.complaints()]
    for context in contexts:
        context.close()
    assert not complaints, complaints


def timed(v: Visit, keys: int, think: float) -> list[tuple[float, float]]:
    """[(ms from a key until the document had changed, until it was painted)] of questions of four classes."""
    before = len(v.site.kept(v.name))
    v.page.evaluate(TIMED)
    for i in range(keys):
        v.press(str(1 + i % 4))
        v.page.wait_for_timeout(think)
    v.saved()
    found = v.page.evaluate("() => times")
    answered = len(v.site.kept(v.name)) - before
    assert answered == len(found), f"{answered} questions were answered and {len(found)} measured"
    return [(changed, painted) for changed, painted in found]
