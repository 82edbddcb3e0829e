"""Which columns of a table hold what: chosen by the user, never guessed.  Floor 4."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from askance.errors import BadPool, nearest

# A list column of one of these names is that signal, without being named by the user.
SIGNAL_COLUMNS = ("probs", "members", "logits", "embeddings", "loss")


@dataclass(frozen=True)
class Naming:
    """What the user said of the columns.  features: one "a,b" or several names; signals: what the features are."""

    text: str | None = None
    path: str | None = None
    features: str | Sequence[str] | None = None
    id: str | None = None
    label: str | None = None
    signals: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The feature columns."""
        if self.features is None:
            return ()
        names = self.features.split(",") if isinstance(self.features, str) else self.features
        return tuple(name.strip() for name in names)

    @property
    def texts(self) -> tuple[str, ...]:
        """Columns that are text, whatever they look like."""
        return tuple(name for name in (self.text, self.path, self.id, self.label) if name)

    @property
    def columned(self) -> bool:
        """Whether it says which columns of a table are the samples."""
        return bool(self.text or self.path or self.features)


@dataclass(frozen=True)
class Layout:
    """What the columns are.

    kind     what the samples are; "path" for images and recordings by their paths, "array" for .npy files of features
    columns  where they are; none in .npy files
    signal   the name of the one signal that number columns make up; '' where each list column is one of its own
    """

    kind: Literal["text", "path", "table", "signals", "array"]
    columns: tuple[str, ...]
    signal: str = ""
    id: str | None = None
    label: str | None = None

    @property
    def needed(self) -> list[str]:
        return list(dict.fromkeys([*self.columns, *filter(None, (self.id, self.label))]))


def laid_out(schema: pa.Schema, naming: Naming, where: str) -> Layout:
    """The layout that the naming gives a file of this schema."""
    said = [name for name, is_said in _said(naming) if is_said]
    if len(said) > 1:
        raise BadPool(f"name one of text=, path= and features= for {where}, not {' and '.join(said)}")
    for name in (*naming.texts, *naming.columns):
        require(name, schema.names, where)
    if naming.text:
        return Layout("text", (naming.text,), id=naming.id, label=naming.label)
    if naming.path:
        return Layout("path", (naming.path,), id=naming.id, label=naming.label)
    if naming.columns:
        return _of_features(schema, naming, where)
    found = tuple(field.name for field in schema if field.name in SIGNAL_COLUMNS and _holds_signal(field.type))
    if not found:
        raise BadPool(
            f"{where} has the columns {', '.join(schema.names)}; say which one to use: "
            "--text COLUMN, --path COLUMN (of images or recordings) or --features COLUMN,COLUMN"
        )
    return Layout("signals", found, id=naming.id, label=naming.label)


def _said(naming: Naming) -> tuple[tuple[str, bool], ...]:
    return (("text=", bool(naming.text)), ("path=", bool(naming.path)), ("features=", bool(naming.features)))


def _of_features(schema: pa.Schema, naming: Naming, where: str) -> Layout:
    kind: Literal["table", "signals"] = "table" if naming.signals is None else "signals"
    for name in naming.columns:
        sort = schema.field(name).type
        if kind == "table" and not (is_number(sort) or is_category(sort) or pa.types.is_null(sort)):
            raise BadPool(f"column {name!r} of {where} holds {sort}; features are numbers, true/false or text")
        if kind == "signals" and not (is_number(sort) or is_list(sort)):
            raise BadPool(f"column {name!r} of {where} holds {sort}; signals are numbers, or lists of numbers")
    return Layout(
        "signals" if naming.signals else "table", naming.columns, naming.signals or "", naming.id, naming.label
    )


def require(column: str, columns: Collection[str], where: str) -> None:
    if column not in columns:
        hint = nearest(column, columns)
        raise BadPool(f"{where} has no column {column!r}; its columns are {', '.join(columns)}{hint}")


def is_number(sort: pa.DataType) -> bool:
    return bool(
        pa.types.is_integer(sort)
        or pa.types.is_floating(sort)
        or pa.types.is_boolean(sort)
        or pa.types.is_decimal(sort)
    )


def is_category(sort: pa.DataType) -> bool:
    if pa.types.is_dictionary(sort):
        return is_number(sort.value_type) or is_category(sort.value_type)
    return bool(pa.types.is_string(sort) or pa.types.is_large_string(sort) or pa.types.is_string_view(sort))


def is_list(sort: pa.DataType) -> bool:
    return bool(pa.types.is_list(sort) or pa.types.is_large_list(sort) or pa.types.is_fixed_size_list(sort))


def _holds_signal(sort: pa.DataType) -> bool:
    return is_list(sort) or bool(pa.types.is_floating(sort))
