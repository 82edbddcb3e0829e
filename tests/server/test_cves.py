"""The attacks that other labelling tools fell to, each tried here; docs/security.md has the list."""

import ast
import asyncio
import csv
import io
import json
import pickle
import re
import socket
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from served import API, PASSWORD, Served, answer, at, fault, tasks

import askance
from askance.campaign import Campaign, Config, PoolConfig
from askance.errors import BadLabel
from askance.formats import FORMATS
from askance.labels.text import parse_kind
from askance.protocols import Item
from askance.server.access import COOKIE, House
from askance.server.app import create_app
from askance.server.contents import shown
from askance.server.hall import Hall
from askance.server.people import Person

SOURCE = Path(askance.__file__).parent
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"
METADATA = "http://169.254.169.254/latest/meta-data"


# ---- files and addresses that the server is made to fetch


@pytest.fixture
def cut_off(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """No connection leaves this process.  -> those that were tried."""
    tried: list[Any] = []

    def refused(*given: Any, **more: Any) -> None:
        tried.append(given)
        raise OSError("this machine has no network")

    for where, name in ((socket.socket, "connect"), (socket.socket, "connect_ex"), (socket, "getaddrinfo")):
        monkeypatch.setattr(where, name, refused)
    return tried


@pytest.mark.parametrize("address", [METADATA, "https://user@127.0.0.1:1/x.csv", "file:///etc/passwd", "s3://bucket/x"])
def test_no_route_fetches_an_address(team: Served, address: str, cut_off: list[Any]) -> None:
    """CVE-2022-36551, CVE-2023-47116, CVE-2025-25297, CVE-2022-31188, CVE-2024-37164."""
    olga = team.of("olga")
    body = {"k": 1, "items": [address, "b"], "probs": [[0.5, 0.5], [0.1, 0.9]]}
    said = [
        olga.post(at("one", "import"), params={"name": address}, content=f"key,kind\n{address},x\n".encode()),
        olga.post(at("one", "import"), params={"name": "x.csv"}, content=address.encode()),
        olga.post(at("one", "import"), params={"name": "x.json"}, content=json.dumps({"url": address}).encode()),
        olga.post(f"{API}/select", json=body),
        olga.post(f"{API}/select", json={**body, "strategy": f"margin(seed='{address}')"}),
        olga.patch(at("one"), json={"guide": address}),
        olga.patch(at("one"), json={"pool": address}),
        olga.patch(at("one"), json={"learner": address}),
        olga.put(at("one", f"samples/{tasks(olga)[0]['id']}/remark"), json={"note": address}),
    ]
    assert cut_off == []
    assert [s.status_code for s in said] == [422, 422, 422, 200, 422, 200, 422, 422, 204]
    assert not [s for s in said if "root:" in s.text]


def raw(app: Any, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
    """GET of the path as it stands: clients take dots and slashes out before they send it."""
    sent: list[dict[str, Any]] = []
    scope = {
        "type": "http",
        "method": "GET",
        "http_version": "1.1",
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost"), *((k.encode(), v.encode()) for k, v in headers.items())],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return sent[0]["status"], b"".join(m.get("body", b"") for m in sent)


OUT = ("../server.db", "..%2fserver.db", "%2e%2e%2fserver.db", "..%5cserver.db", "....//server.db", "%2fetc%2fpasswd")
DEEP = ("../../../../../../../../etc/passwd", "..%2f" * 9 + "etc%2fpasswd", "/etc/passwd", "one.askance/campaign.db")


@pytest.mark.parametrize("path", OUT + DEEP)
def test_no_path_leads_out_of_the_folder(team: Served, path: str) -> None:
    """GHSA-cpmr-mw4j-99r7, CVE-2026-47682, CVE-2025-25295."""
    team.of("root")
    root = {"authorization": f"Bearer {team.tokens['root']}"}
    places = ("", "media/", "samples/", "samples/../../")
    addresses = [at(path, "media/" + "0" * 16), *(at("one", p) + "/" + path for p in places), at("one", path)]
    for address in (*addresses, f"/assets/{path}", f"/assets/{path}%00.js", f"/{path}", f"{API}/{path}"):
        status, body = raw(team.app, address, root)
        assert status in (404, 405, 422), (address, status)
        assert b"SQLite format" not in body
        assert b"root:" not in body
    assert b"<html" in raw(team.app, f"/c/{path}", {})[1], "the same page for every address of the page"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(st.sampled_from("./\\%2eone\x00~ab"), max_size=14))
def test_a_campaign_is_looked_up_by_name_and_never_joined_to_a_path(team: Served, name: str) -> None:
    """CVE-2026-47682."""
    if name in team.house.hall.names():
        return
    with pytest.raises(KeyError):
        team.house.hall.desk(name)


@pytest.mark.parametrize("name", ["../../evil.csv", "/tmp/evil.csv", "..\\evil.csv", "evil.sh", "a.parquet/../../evil"])
def test_an_upload_never_names_the_file_it_lands_in(
    team: Served, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CVE-2026-47682, CVE-2024-37306."""
    scratch = tmp_path / "a" / "b" / "c"
    scratch.mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    said = team.of("olga").post(at("one", "import"), params={"name": name}, content=b"key,kind\nflower-1,x\n")
    assert said.status_code in (200, 422), said.text
    assert not [*tmp_path.rglob("*evil*"), *Path("/tmp").glob("*evil.csv")]
    assert not [*scratch.iterdir()], "and nothing is left lying about"


def named_after_paths(folder: Path) -> Path:
    """A campaign whose samples are called like files of the server."""
    rows = "key,a\n" + "".join(f"{name},{n}.5\n" for n, name in enumerate(("/etc/passwd", "../server.db", "a/../../x")))
    (folder / "rows.csv").write_text(rows)
    pool = PoolConfig(str(folder / "rows.csv"), features=("a",), id="key")
    config = Config(pool=pool, classes=("x", "y"), warmup=3, warmup_strategy="random", stop_set=0)
    with closing(Campaign.create(folder / "named.askance", config)) as campaign:
        campaign.step()
    return folder


def test_an_export_reads_no_file_that_a_sample_is_named_after(tmp_path: Path) -> None:
    """CVE-2025-25295: the exporter put the files into the archive that the tasks named."""
    house = House(Hall(named_after_paths(tmp_path)), None, Person("me", True), "t")
    served = Served(tmp_path, house, create_app(house, frozenset({"localhost"})), tokens={"me": "t"})
    me = served.of("me")
    for task in tasks(me, "named"):
        me.post(at("named", "answers"), json=answer(task))
    told = {f: me.get(at("named", "export"), params={"format": f}) for f in FORMATS.names()}
    served.close()
    assert told["csv"].status_code == 200
    for said in told.values():
        assert said.status_code in (200, 422), said.text
        assert b"root:" not in said.content
        assert b"SQLite format" not in said.content
        if said.content[:2] == b"PK":
            names = zipfile.ZipFile(io.BytesIO(said.content)).namelist()
            assert not [n for n in names if n.startswith("/") or ".." in n.split("/")]


# ---- text that would be run


def answers_with(team: Served, text: str) -> Iterator[Any]:
    ann, olga = team.of("ann"), team.of("olga")
    task = tasks(ann)[0]
    yield ann.post(at("one", "answers"), json=answer(task, text))
    yield ann.put(at("one", f"samples/{task['id']}/remark"), json={"note": text})
    yield team.of("rita").get(at("one", f"samples/{task['id']}"))
    yield team.of("rita").get(at("one", "log"))
    yield olga.patch(at("one"), json={"guide": text})
    yield ann.get(at("one"))
    yield ann.get(f"{API}/campaigns/{text.replace('/', '%2f')}")
    yield ann.post(at("one", "grid"), params={"label": text})
    yield olga.post(at("one", "import"), params={"name": text}, content=text.encode())
    yield ann.post(f"{API}/select", json={"k": 1, "strategy": text, "probs": [[0.5, 0.5]]})
    yield ann.post(f"{API}/select", json={"k": 1, "items": [text], "probs": [[0.5, 0.5]]})
    yield ann.post(f"{API}/tokens", json={"what": text})
    yield ann.get(f"{API}/tokens")
    yield team.client().post(f"{API}/session", json={"name": text, "password": text})
    yield team.client().get(f"/{text}")
    yield team.client().get("/", params={"token": text})
    yield team.client(host=text).get("/")
    yield team.of("rita").get(at("one", "export"))


def test_what_people_type_comes_back_as_data_and_never_as_a_page(team: Served) -> None:
    """CVE-2024-23633, CVE-2024-26152, CVE-2025-25296, CVE-2025-47783, CVE-2026-22033, CVE-2024-47063 and 47064."""
    echoes = 0
    for said in answers_with(team, SCRIPT):
        kind = said.headers.get("content-type", "")
        assert said.status_code != 500, said.request.url
        if "alert(1)" in said.text:
            echoes += 1
            assert kind == "application/json", (said.request.url, kind)
        assert "html" not in kind or "alert" not in said.text
        assert said.headers["x-content-type-options"] == "nosniff"
        assert "script-src 'self'" in said.headers["content-security-policy"]
    assert echoes > 8, "the attack comes back somewhere, or this shows nothing"


def test_what_is_exported_is_saved_and_not_shown(team: Served) -> None:
    """CVE-2024-37306, CVE-2023-47115: a file of other people's words is no page of ours."""
    said = team.of("rita").get(at("one", "export"))
    assert said.headers["content-disposition"].startswith("attachment")
    assert "html" not in said.headers["content-type"]


WAYS = ("dangerouslySetInnerHTML", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "srcdoc")
RUN = re.compile(r"\beval\(|new Function\(|javascript:|setTimeout\(\s*[\"'`]")


def test_the_page_sets_no_html_of_others() -> None:
    """CVE-2024-26152, CVE-2026-22033: nothing that people typed is put into the page as markup, or into a script."""
    web = SOURCE.parents[1] / "web" / "src"
    if not web.is_dir():
        pytest.skip(f"{web} is not there: the page's source lies in the repository, not in the package")
    sources = [p for p in web.rglob("*.ts*") if ".test." not in p.name]
    assert sources
    for path in sources:
        text = path.read_text("utf-8")
        found = [way for way in WAYS if way in text] + RUN.findall(text)
        assert not found, f"{path.name}: {found}"


def test_the_page_has_no_script_of_its_own_in_it() -> None:
    """What the policy allows is files of ours alone: no inline script, no handler, no data in a script."""
    page = (SOURCE / "server" / "static" / "index.html").read_text("utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=\"/assets/)[^>]*>", page) == []
    assert re.findall(r"\son\w+\s*=", page) == []
    assert "http://" not in page
    assert "https://" not in page


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("boxes", [{"x": 1, "y": 2, "w": 3, "h": 4, "label": "cat"}]),
        ("polygons", [{"rings": [[[1, 2], [3, 4], [5, 2]]], "label": "cat"}]),
        ("keypoints(points='nose,tail')", [{"points": [[1, 2, 2], [4, 5, 1]], "label": "cat"}]),
    ],
)
def test_what_is_drawn_is_numbers(kind: str, value: Any) -> None:
    """CVE-2026-23516: markup in a skeleton."""
    check = parse_kind(kind, ("cat",)).check
    check(value)
    places = [m.start() for m in re.finditer(r"(?<![\w\"])\d", json.dumps(value))]
    assert len(places) >= 3
    for n in places:
        text = json.dumps(value)
        with pytest.raises(BadLabel):
            check(json.loads(f'{text[:n]}"{SCRIPT}"{text[n + 1 :]}'))


# ---- pictures that are none


def no_pictures() -> Iterator[tuple[str, bytes]]:
    """Files that are called pictures."""
    yield "page", f"<html><body>{SCRIPT}</body></html>".encode()
    yield "drawing", f'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">{SCRIPT}</svg>'.encode()
    yield "letter", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file\n"
    yield "array", b"\x93NUMPY" + b"\0" * 99
    yield "nothing", b""
    yield "half", a_picture()[:90]
    yield "bomb", a_picture()[:16] + (60_000).to_bytes(4, "big") * 2 + a_picture()[24:]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as z:
        z.writestr("../../evil", "x")
    yield "archive", archive.getvalue()


def a_picture() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((300, 200), 50).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def gallery(tmp_path: Path) -> Iterator[Served]:
    """A campaign of pictures, drawn on by one person."""
    place = tmp_path / "gallery"
    place.mkdir()
    for name in ("a", "b", "c"):
        (place / f"{name}.png").write_bytes(a_picture())
    config = Config(pool=PoolConfig(str(place)), labels="boxes", classes=("cat",), warmup=3, warmup_strategy="random")
    with closing(Campaign.create(tmp_path / "walls.askance", config)) as campaign:
        campaign.step()
    house = House(Hall(tmp_path), None, Person("me", True), "t")
    served = Served(tmp_path, house, create_app(house, frozenset({"localhost"})), tokens={"me": "t"})
    yield served
    served.close()


@pytest.mark.parametrize(("name", "content"), [*no_pictures()], ids=lambda v: v if isinstance(v, str) else "")
def test_a_picture_that_is_none_is_not_sent(gallery: Served, name: str, content: bytes) -> None:
    """CVE-2023-47115, CVE-2026-65986: it was one when the pool was read, and is another file now."""
    me, place = gallery.of("me"), gallery.root / "gallery"
    assert me.get(at("walls")).json()["content"] == "image"  # from here on it knows its pool
    for path in place.iterdir():
        path.write_bytes(content)
    held = tasks(me, "walls")
    assert len(held) == 3, "a picture that cannot be read holds up nobody"
    for task in held:
        said = me.get(task["content"]["image"])
        assert str(place) not in fault(said, 404, "no_picture"), "where it lies on the server is nobody's business"
        assert "alert" not in said.text
    assert not list((gallery.root / "walls.askance" / "cache" / "pictures").glob("*")), "and nothing is kept of it"


def test_a_picture_is_sent_as_one_that_we_made(gallery: Served) -> None:
    """CVE-2023-47115: whatever was behind the pixels, or called what, is gone."""
    me, place = gallery.of("me"), gallery.root / "gallery"
    assert me.get(at("walls")).json()["content"] == "image"
    for path in place.iterdir():
        path.write_bytes(a_picture() + SCRIPT.encode())
    for size, side in ((0, 300), (100, 160), (10**9, 300), (-5, 300)):
        said = me.get(tasks(me, "walls")[0]["content"]["image"], params={"size": size})
        assert said.headers["content-type"] == "image/jpeg"
        assert said.headers["x-content-type-options"] == "nosniff"
        assert b"script" not in said.content
        with Image.open(io.BytesIO(said.content)) as made:
            assert (made.format, max(made.size)) == ("JPEG", side)


def test_a_picture_that_is_gone_holds_up_nobody(gallery: Served) -> None:
    (gallery.root / "gallery" / "a.png").unlink()
    held = tasks(gallery.of("me"), "walls")
    assert sorted(t["content"]["kind"] for t in held) == ["image", "image", "text"]


def test_the_page_is_told_an_address_of_ours_and_never_the_files(gallery: Served) -> None:
    content = gallery.of("me").post(at("walls", "queue"), json={}).text
    assert str(gallery.root) not in content
    item = Item(7, "a.png", "image", str(gallery.root / "gallery" / "a.png"), ())
    assert shown(item, "my photos/?#").image == f"{API}/campaigns/my%20photos%2F%3F%23/media/{7:016x}"


# ---- who one is


def test_no_key_is_in_the_source_and_nothing_is_signed(team: Served) -> None:
    """CVE-2023-43791, doccano's default key: a session is a random number, of which the database knows the hash."""
    people = team.house.people
    assert people
    tokens = {people.give("session", "ann")[1] for _ in range(50)}
    assert len(tokens) == 50
    assert min(map(len, tokens)) >= 43  # 256 bits
    text = "\n".join(p.read_text("utf-8") for p in (SOURCE / "server").rglob("*.py"))
    assert not re.search(r"(?i)secret_?key|\bjwt\b|itsdangerous|SessionMiddleware", text)


def test_an_api_token_is_not_to_be_had_with_a_session(team: Served) -> None:
    """CVE-2026-22033: the token could be read by script.  Here no answer has the secret of a token that exists."""
    browser = team.client(origin="http://localhost")
    browser.post(f"{API}/session", json={"name": "ann", "password": PASSWORD})
    secret = browser.post(f"{API}/tokens", json={"what": "x"}).json()["secret"]
    for path in ("/tokens", "/me", "/campaigns", "/campaigns/one"):
        assert secret not in browser.get(API + path).text
        assert browser.cookies[COOKIE] not in browser.get(API + path).text


def test_what_is_asked_for_by_name_is_a_name_on_a_list(team: Served) -> None:
    """CVE-2023-47117: filters that reached into any column; CVE-2024-47172: a body that sets what is not its own."""
    rita, ann = team.of("rita"), team.of("ann")
    for query in ("format=../x", "format=__class__", "n=1;DROP TABLE label", "before=who__password", "before=-1"):
        path = "export" if query.startswith("format") else "log"
        fault(rita.get(at("one", f"{path}?{query}")), 422)
    body = {"key": "a-good-key", "id": tasks(ann)[0]["id"], "value": "x"}
    for more in ({"who": "root"}, {"counted": True}, {"at": 0}, {"__proto__": {}}, {"seq": 1}):
        fault(ann.post(at("one", "answers"), json={"answers": [body | more]}), 422, "invalid")
    assert ann.get(at("one", "history")).json() == {"done": []}


@pytest.mark.parametrize("text", ["x'; DROP TABLE label; --", 'x" OR 1=1', "%", "_", "?1", ":at", "{0}", "%s"])
def test_no_text_is_a_statement(team: Served, text: str) -> None:
    ann = team.of("ann")
    task = tasks(ann)[0]
    ann.put(at("one", f"samples/{task['id']}/remark"), json={"note": text, "flagged": True})
    ann.post(at("one", "skips"), json={"key": "skip-key-1", "id": task["id"], "why": text})
    fault(team.client().post(f"{API}/session", json={"name": text, "password": text}), 401)
    assert team.of("rita").get(at("one", f"samples/{task['id']}")).json()["remarks"][0]["note"] == text
    team.close()
    with sqlite3.connect(team.root / "one.askance" / "campaign.db") as db:
        assert db.execute("SELECT reason FROM slot WHERE state = 'skipped'").fetchall() == [(text,)]


# ---- data that runs when it is read


class Evil:
    """Makes a file where it is unpickled."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self) -> Any:
        return (Path.touch, (self.path,))


@pytest.mark.parametrize(
    "name", ["x.csv", "x.parquet", "x.npy", "x.npz", "x.pkl", "x.pt", "x.jsonl", "x.json", "x.zip"]
)
def test_nothing_on_the_way_in_is_unpickled(team: Served, name: str) -> None:
    """CVE-2025-5173, CVE-2025-23045."""
    evil, array = team.root / "evil", io.BytesIO()
    np.savez(array, key=np.array([Evil(evil)], object))
    for content in (pickle.dumps(Evil(evil)), array.getvalue()):
        fault(team.of("olga").post(at("one", "import"), params={"name": name}, content=content), 422)
    assert not evil.exists()
    pickle.loads(pickle.dumps(Evil(evil)))
    assert evil.exists(), "it would have run"


def test_an_array_of_objects_is_not_read(team: Served) -> None:
    """What lies in the campaign's folder may have come with it from somebody else."""
    path = team.root / "one.askance" / "landscape.npz"
    np.savez(path, about=np.array([Evil(team.root / "evil")], object), ids=np.zeros(1))
    assert team.of("ann").get(at("one", "map")).status_code in (409, 500)
    assert not (team.root / "evil").exists()


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """('torch.load', the call), of a module."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def said(call: ast.Call, word: str) -> str:
    return next((ast.unparse(k.value) for k in call.keywords if k.arg == word), "")


RUNS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen"}
UNPICKLES = re.compile(
    r"(pickle|dill|cloudpickle|marshal|shelve|joblib|pd|pandas)\.(loads?|open|read_pickle|Unpickler)"
)
THEMSELVES = {"contract/form.py"}  # a strategy's own pickle, made there and read there, in one line


def test_no_module_unpickles_or_runs_text() -> None:
    """CVE-2025-5173, CVE-2025-23045, doccano's templates: by what each call is, wherever it stands."""
    for path in SOURCE.rglob("*.py"):
        here = path.relative_to(SOURCE).as_posix()
        for name, call in calls(path):
            assert name not in RUNS, f"{here}:{call.lineno} {name}"
            assert here in THEMSELVES or not UNPICKLES.fullmatch(name), f"{here}:{call.lineno} {name}"
            if name in ("np.load", "numpy.load"):
                assert said(call, "allow_pickle") in ("", "False"), f"{here}:{call.lineno}"
            if name == "torch.load":
                assert said(call, "weights_only") == "True", f"{here}:{call.lineno}"
            if name == "yaml.load":
                assert ast.unparse(call.args[1]) == "_Plain", f"{here}:{call.lineno}"
            if name.startswith("subprocess."):
                assert said(call, "shell") == "", f"{here}:{call.lineno}"
        assert "jinja2" not in path.read_text("utf-8"), here


FORMULAS = ("=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(1)")


def test_no_cell_of_an_export_is_a_formula(tmp_path: Path) -> None:
    """What samples are called, and what people answered, as a spreadsheet opens it."""
    with (tmp_path / "rows.csv").open("w", newline="") as f:
        csv.writer(f).writerows([("key", "a"), *((text, n) for n, text in enumerate(FORMULAS))])
    pool = PoolConfig(str(tmp_path / "rows.csv"), features=("a",), id="key")
    config = Config(pool=pool, labels="text", warmup=9, warmup_strategy="random", stop_set=0)
    with closing(Campaign.create(tmp_path / "c.askance", config)) as campaign:
        campaign.step()
        for task in campaign.ask("ann", 9):
            campaign.tell("ann", task, task.name)
        campaign.export(tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="") as f:
        rows = list(csv.reader(f))
    assert len(rows) == 1 + len(FORMULAS)
    assert sum(text.strip() in cell for text in FORMULAS for row in rows for cell in row) >= 2 * len(FORMULAS)
    assert not [c for row in rows for c in row if c.startswith(("=", "+", "-", "@", "\t", "\r"))]


# ---- one person in the way of others


def test_nobody_holds_up_the_others(team: Served) -> None:
    """GHSA-7xhx-3q27-xvcx: what one person can hold is limited, and comes back."""
    ann, clock = team.of("ann"), [1000.0]
    team.desk().store.clock = lambda: clock[0]
    fault(ann.post(at("one", "queue"), json={"n": 51}), 422, "invalid")
    fault(ann.post(at("one", "wishes"), json={"ids": [f"{i:016x}" for i in range(1001)]}), 422, "invalid")
    assert len(tasks(ann, n=50)) == 24
    clock[0] += 601
    assert len(tasks(team.of("bob"), n=50)) == 24


def test_whoever_holds_all_they_can_is_handed_no_more(team: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    from askance.campaign import landscape

    desk = team.desk()
    landscape.write(desk.folder, landscape.Landscape(1, desk.campaign.pool.ids, *as_one_class(60)))
    monkeypatch.setattr("askance.campaign.questions.MOST", 30)
    ann = team.of("ann")
    assert len(ann.post(at("one", "grid"), params={"label": "x", "n": 30}).json()["cells"]) == 30
    assert "release" in fault(ann.post(at("one", "grid"), params={"label": "x"}), 409, "conflict")
    assert ann.post(at("one", "queue"), json={"n": 5}).status_code == 200


def as_one_class(n: int) -> tuple[Any, ...]:
    return np.zeros((n, 2), np.float32), np.zeros(n, np.int32), np.ones(n, np.float32), ("x", "y")


DEEPLY = ("(" * 3000, "-" * 3999, "margin | " * 400, "rank(" * 600 + "margin" + ")" * 600)
CODE = (
    "__import__('os').system('id')",
    "margin(seed=open('/etc/passwd'))",
    "().__class__.__bases__",
    "margin.__call__",
)


@pytest.mark.parametrize("text", [*CODE, *DEEPLY, "a" * 4001, "margin; import os", "lambda: 1", "f'{margin}'"])
def test_a_strategy_is_parsed_and_never_run(team: Served, text: str) -> None:
    body = {"k": 1, "probs": [[0.5, 0.5], [0.2, 0.8]], "strategy": text}
    said = team.of("ann").post(f"{API}/select", json=body)
    fault(said, 422)
    assert "root:" not in said.text


def test_the_foreign_site_cannot_write(team: Served) -> None:
    """CVE-2024-37306; the whole of it is in test_guard."""
    evil = TestClient(team.app, "http://localhost", headers={"origin": "http://evil.example", "cookie": "x=y"})
    fault(evil.post(at("one", "train")), 403, "wrong_origin")
    assert not (team.root / "one.askance" / "train.now").exists()
