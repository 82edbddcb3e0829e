"""One selection over what was sent: what the bench's process runs.  Floor 6.

The same as `askance select` on the same file: the pool is read, a learner says what it thinks where one is needed, and
the strategy chooses.  Features of pictures are kept by their content, so that the second query of the same pictures
runs no network.
"""

import io
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from askance.errors import BadPool, FormatError

MOST_UNPACKED = 1 << 31  # bytes of what was packed
MOST_ROWS = 2_000_000
ARROW = (".arrow", ".feather")
ENDINGS = (".npz", ".npy", ".parquet", ".csv", ".tsv", ".jsonl", ".zip", *ARROW)


@dataclass(frozen=True)
class Sent:
    """name: of the file, whose ending tells what it is; labels: {name of a sample: its label}; cache: for features."""

    name: str
    data: bytes
    k: int
    strategy: str = ""
    seed: int = 0
    learner: str = ""
    text: str = ""
    features: str = ""
    id: str = ""
    label: str = ""
    signals: str = ""
    cache: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    def with_labels(self, labels: Mapping[str, str]) -> "Sent":
        return replace(self, labels=labels)

    def with_learner(self, learner: str, cache: str) -> "Sent":
        return replace(self, learner=learner, cache=cache)


def sent_texts(texts: Sequence[str], k: int, strategy: str, seed: int) -> Sent:
    """As a table of one column; the samples are called by their numbers, from 0."""
    import pyarrow as pa

    table, out = pa.table({"text": pa.array(texts, pa.string())}), io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as stream:
        stream.write_table(table)
    return Sent("texts.arrow", out.getvalue(), k, strategy, seed, text="text")


def chosen(sent: Sent) -> dict[str, Any]:
    """{"strategy", "learner", "pool", "labeled", "picks": [{"id", "item", "rank", "utility", "why"}], "skipped"}."""
    from askance.cli import opening, picking

    with tempfile.TemporaryDirectory(prefix="askance-select-") as folder:
        pool = opened(sent, Path(folder))
        answers = labels_of(sent, pool)
        spec = opening.learner_text(sent.learner, pool, answers)
        cache = Path(sent.cache) if sent.cache and not sent.id else None  # keys are distinct in their own file only
        model = opening.learner(spec, pool, cache, False)
        try:
            picked = picking.pick(pool, sent.k, sent.strategy, model, spec, answers, sent.seed)
        except MemoryError:
            raise BadPool(f"{sent.name} takes more memory than there is here; send it in parts") from None
        said = {"strategy": picked.batch.strategy, "learner": spec, "pool": len(pool), "labeled": picked.labeled}
        return {**said, "picks": picked.rows(), "skipped": dict(picked.skipped)}


def labels_of(sent: Sent, pool: Any) -> dict[int, str]:
    """Of the column that was named, and those that were sent beside the file."""
    from askance.pools import find

    own = pool.answers() if sent.label else {}
    ids = find(pool, list(sent.labels)).tolist() if sent.labels else []
    return {**own, **dict(zip(ids, sent.labels.values(), strict=True))}


def opened(sent: Sent, folder: Path) -> Any:
    """The pool; nothing in it is a path or an address of the sender's."""
    from askance.pools import open_pool

    pool = open_pool(
        _placed(sent, folder),
        text=sent.text or None,
        features=sent.features or None,
        id=sent.id or None,
        label=sent.label or None,
        signals=sent.signals or None,
    )
    if len(pool) > MOST_ROWS:
        raise BadPool(f"{sent.name} has {len(pool):,} samples, and at most {MOST_ROWS:,} are taken at once")
    return pool


def _placed(sent: Sent, folder: Path) -> Any:
    ending = Path(sent.name.lower()).suffix
    if ending not in ENDINGS:
        raise FormatError(f"{sent.name}: its name must end in one of {', '.join(ENDINGS)}")
    if ending in ARROW:
        return arrow(sent)
    if ending in (".zip", ".npz"):
        check_unpacked(sent)
    if ending == ".zip":
        return unpacked(sent, folder)
    path = folder / f"sent{ending}"
    path.write_bytes(sent.data)
    return str(path)


def arrow(sent: Sent) -> Any:
    """A table of an Arrow file or stream."""
    import pyarrow as pa

    try:
        if sent.data[:6] == b"ARROW1":
            table = pa.ipc.open_file(pa.BufferReader(sent.data)).read_all()
        else:
            table = pa.ipc.open_stream(pa.BufferReader(sent.data)).read_all()
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError) as e:
        first = str(e).splitlines()[0] if str(e) else repr(e)
        raise FormatError(f"{sent.name} is no readable file or stream of Arrow: {first}") from None
    return table


def check_unpacked(sent: Sent) -> None:
    """Before anything of it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(sent.data)) as archive:
            size = sum(i.file_size for i in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError) as e:
        raise FormatError(f"{sent.name} is not a readable zip file: {e}") from None
    if size > MOST_UNPACKED:
        raise FormatError(f"{sent.name} unpacks to {size:,} bytes, and at most {MOST_UNPACKED:,} are taken")


def unpacked(sent: Sent, folder: Path) -> str:
    """The pictures of a zip, under clean names below the folder."""
    from askance.formats.sink import safe_join
    from askance.formats.source import from_zip
    from askance.images import is_image_name

    source = from_zip(sent.data, sent.name)
    names = [name for name in source.names() if is_image_name(name)]
    if not names:
        raise BadPool(f"{sent.name} holds no picture; a .zip is of pictures, and signals come as .npz or .parquet")
    for name in names:
        place = safe_join(folder, name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(source.read(name))
    return str(folder)
