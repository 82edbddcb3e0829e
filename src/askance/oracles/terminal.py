"""A person at the terminal.  Floor 4.

photos/17.jpg                       1 cat   2 dog          s skip   u undo   q quit
label: ca
'ca' is not one of the classes 'cat', 'dog'; did you mean 'cat'?
"""

from collections.abc import Callable

from rich.console import Console
from rich.markup import escape

from askance.errors import BadLabel
from askance.labels import Number, OneClass
from askance.protocols import Item, LabelKind


class Undo(Exception):
    """Raised by an oracle: take my latest answer back, and ask me again."""


class Quit(Exception):
    """Raised by an oracle: I stop here; what was answered is kept."""


class Terminal:
    """Shows each item and waits for a class by its name or number; a typo is answered with the nearest class.

    read: how a line is read, given the prompt; a class that is called s, u or q goes before the command of that name
    kind: what sort of answer is wanted; None = one of the item's classes
    """

    def __init__(
        self,
        *,
        open_classes: bool = False,
        console: Console | None = None,
        read: Callable[[str], str] = input,
        kind: LabelKind | None = None,
    ):
        self.open_classes, self.read, self.kind = open_classes, read, kind
        self.console = console or Console()

    def __call__(self, item: Item) -> str | None:
        self._show(item)
        kind = self.kind or OneClass(item.classes, self.open_classes)
        while True:
            answer = self._line()
            if answer in item.classes:
                return answer
            match answer:
                case "":
                    continue
                case "s":
                    return None
                case "u":
                    raise Undo
                case "q":
                    raise Quit
            if answer.isdecimal() and 1 <= int(answer) <= len(item.classes):
                return item.classes[int(answer) - 1]
            try:
                return kind.check(answer)
            except BadLabel as e:
                self.console.print(escape(str(e)), style="yellow", highlight=False)

    def _line(self) -> str:
        try:
            return self.read("label: ").strip()
        except EOFError:
            raise Quit from None

    def _show(self, item: Item) -> None:
        classes = "   ".join(f"[bold]{n}[/] {escape(c)}" for n, c in enumerate(item.classes, 1))
        if isinstance(self.kind, Number):
            classes = f"a number {escape(self.kind.range())}"
        self.console.rule(escape(item.name), align="left")
        if item.kind not in ("image", "audio") or str(item.content) != item.name:
            self.console.print(escape(str(item.content)), highlight=False)
        self.console.print(f"{classes}      [dim]s skip   u undo   q quit[/]", highlight=False)
