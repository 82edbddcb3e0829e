"""What each shape is made of: what is refused everywhere, and the words that many share.  Floor 6."""

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
