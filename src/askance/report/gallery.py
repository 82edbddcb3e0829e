"""What each round chose, with the reason: pictures, outlines of recordings, or a table of the rest.  Floor 6."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from askance.errors import AskanceError
from askance.history import Pick, Round
from askance.images import thumbnail
from askance.progress import track
from askance.protocols import Pool
from askance.report.html import Html, data_uri, join, table, tag
from askance.report.outline import outline
from askance.report.sheet import caption, contact_sheet, fitted_into
from askance.samples import Samples

Seen = Image.Image | str  # a sample as a person sees it: a picture, or its text
Shows = Callable[[Sequence[int]], Mapping[int, Seen]]  # ids -> what could be read of them

MOST_ROUNDS, MOST_PICKS, MOST_PICTURES = 40, 24, 480  # so that the page stays one that a browser opens at once
LONGEST = 400  # characters of a text
TILE = 160


def of_pool(pool: Pool) -> Shows:
    """Shows the samples of a pool; those that cannot be read are left out."""

    def show(ids: Sequence[int]) -> Mapping[int, Seen]:
        wanted = np.array(ids, np.uint64)
        known = wanted[np.isin(wanted, pool.ids)]
        return seen(pool.take(known)) if len(known) else {}

    return show


def seen(samples: Samples) -> Mapping[int, Seen]:
    """{id: picture or text}; a kind that cannot be shown gives nothing, and the names must do."""
    ids = [int(i) for i in samples.ids]
    match samples.kind:
        case "image":
            return _pictures(ids, samples.data, partial(thumbnail, side=256))
        case "audio":
            return _pictures(ids, samples.data, outline)
        case "text":
            return {i: str(text) for i, text in zip(ids, samples.data, strict=True)}
        case "table":
            return {i: _row(row) for i, row in zip(ids, samples.data.to_pylist(), strict=True)}
        case "array" if samples.data.ndim in (3, 4):
            return {i: _pixels(a) for i, a in zip(ids, samples.data, strict=True)}
    return {}


def shown_rounds(rounds: Sequence[Round]) -> list[Round]:
    """The newest first; of very many the first, the last, and some evenly between."""
    chose = [r for r in rounds if r.picks]
    if len(chose) > MOST_ROUNDS:
        chose = [chose[i] for i in np.linspace(0, len(chose) - 1, MOST_ROUNDS).round().astype(int)]
    return chose[::-1]


def gallery(rounds: Sequence[Round], shows: Shows, folder: Path) -> Html:
    """The section's inside.  Rounds with pictures are also written into the folder as contact sheets, round-NNN.jpg."""
    chosen = shown_rounds(rounds)
    each = max(6, min(MOST_PICKS, MOST_PICTURES // max(1, len(chosen))))
    parts = [_round(r, shows, each, folder, i == 0) for i, r in enumerate(track(chosen, "drawing what was chosen"))]
    left = len([r for r in rounds if r.picks]) - len(chosen)
    if left:
        parts.append(tag("p", f"{left} rounds between these are left out here.", class_="quiet"))
    return join(parts)


def _round(r: Round, shows: Shows, each: int, folder: Path, newest: bool) -> Html:
    picks = r.picks[:each]
    found = shows([p.id for p in picks])
    drawn = any(isinstance(v, Image.Image) for v in found.values())
    most = f", the first {len(picks)} shown" if len(picks) < len(r.picks) else ""
    heading = f" — {len(r.picks):,} chosen by {r.strategy or 'hand'}{most}"
    inside = _sheet(picks, found) if drawn else _table(picks, found)
    beside = [_file(r, picks, found, folder)] if drawn else []
    return tag("details", tag("summary", tag("b", f"Round {r.number}"), heading), inside, *beside, open=newest)


def _sheet(picks: Sequence[Pick], found: Mapping[int, Seen]) -> Html:
    return tag("div", *(_figure(p, found.get(p.id)) for p in picks), class_="sheet")


def _figure(p: Pick, image: Seen | None) -> Html:
    first, *rest = caption(p.rank, p.why, p.name)
    lines = tag("figcaption", tag("b", first), *(tag("span", line, class_="quiet") for line in rest))
    if not isinstance(image, Image.Image):
        return tag("figure", tag("div", image or "cannot be read", class_="unread"), lines)
    shown = tag("img", src=data_uri(*_encoded(image)), alt=p.name or f"pick {p.rank}", loading="lazy")
    return tag("figure", shown, lines, class_="tiny" if max(image.size) <= 32 else "")


def _encoded(image: Image.Image) -> tuple[bytes, str]:
    """Icons without loss, photographs as JPEG."""
    out, tiny = BytesIO(), max(image.size) <= 32
    if tiny:
        image.convert("RGB").save(out, "PNG")
    else:
        fitted_into(image, TILE).save(out, "JPEG", quality=82)
    return out.getvalue(), "image/png" if tiny else "image/jpeg"


def _file(r: Round, picks: Sequence[Pick], found: Mapping[int, Seen], folder: Path) -> Html:
    name = f"round-{r.number:03d}.jpg"
    rows = [(_picture(found.get(p.id)), caption(p.rank, p.why, p.name)) for p in picks]
    contact_sheet(rows, 6, folder / name, title=f"Round {r.number}: chosen by {r.strategy}" if r.strategy else "")
    return tag("p", tag("a", "as one picture", href=name), class_="quiet")


def _picture(image: Seen | None) -> Image.Image | str:
    return image if isinstance(image, Image.Image) else ""  # "" is no file: a grey tile


def _table(picks: Sequence[Pick], found: Mapping[int, Seen]) -> Html:
    rows = [
        (str(p.rank), tag("span", _clipped(str(found.get(p.id, p.name))), class_="text"), p.name, p.why) for p in picks
    ]
    if not found:
        return table(("rank", "sample", "why"), [(rank, name, why) for rank, _, name, why in rows], numbers=[0])
    return table(("rank", "content", "sample", "why"), rows, numbers=[0])


def _pictures(ids: Sequence[int], locations: Any, look: Callable[[str], Image.Image]) -> Mapping[int, Seen]:
    found: dict[int, Seen] = {}
    for i, location in zip(ids, locations, strict=True):
        try:
            found[i] = look(str(location))
        except AskanceError:  # the sheet says so in its place
            continue
    return found


def _pixels(a: np.ndarray) -> Image.Image:
    """(H, W) or (H, W, channels), from its least value black to its greatest white."""
    a = np.nan_to_num(a)  # a picture for a person: what is unknown is black
    low, high = float(a.min()), float(a.max())
    bright = ((a - low) * (255.0 / max(high - low, 1e-12))).astype(np.uint8)
    return Image.fromarray(bright if a.ndim == 2 else bright[..., 0] if a.shape[2] < 3 else bright[..., :3])


def _row(row: Mapping[str, Any]) -> str:
    short = {name: f"{value:.6g}" if isinstance(value, float) else str(value) for name, value in row.items()}
    return "\n".join(f"{name}: {value}" for name, value in short.items())


def _clipped(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
