"""Runs a command and gives its exit code.  Floor 6.

0 fine, 2 the input was wrong, 1 a fault of ours, 130 stopped by Ctrl-C.
"""

import errno
import os
import sys
import traceback
import warnings
from collections.abc import Sequence

import typer

from askance.errors import AskanceError

FINE, FAULT, WRONG, STOPPED = 0, 1, 2, 130

# What surrounds us and is not as it should be: no fault of ours, and a sentence is enough.
SURROUNDINGS = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.EISDIR}
SURROUNDINGS |= {errno.ENOTDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.EMFILE}

# typer carries its own click in newer versions, and depends on click in older ones; this finds either.
CLICK: type[BaseException] = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")


def run(words: Sequence[str]) -> int:
    """The exit code of the command line `askance WORDS`."""
    from askance.cli.app import app
    from askance.cli.bars import reporting

    debug = "--debug" in words or bool(os.environ.get("ASKANCE_DEBUG"))
    warnings.showwarning = _warn  # type: ignore[assignment]  # it is called with five words, of which two matter
    try:
        with reporting():
            code = typer.main.get_command(app)([w for w in words if w != "--debug"], "askance", standalone_mode=False)
    except BaseException as e:
        return _ended(e, debug)
    if code == STOPPED:
        return _ended(KeyboardInterrupt(), debug)
    return code if isinstance(code, int) else FINE


def _ended(e: BaseException, debug: bool) -> int:
    """Says what went wrong, in one sentence, and gives the exit code."""
    if isinstance(e, BrokenPipeError):  # `askance ... | head`: the reader has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    if debug and not isinstance(e, (KeyboardInterrupt, SystemExit, CLICK)):
        traceback.print_exception(e)
    code, sentence = verdict(e)
    if sentence:
        print(f"askance: {sentence}", file=sys.stderr)
    return code


def verdict(e: BaseException) -> tuple[int, str]:
    """(exit code, what to tell the user) for anything that a command may raise."""
    if isinstance(e, CLICK):
        return WRONG, _usage(e)
    match e:
        case KeyboardInterrupt() | typer.Abort():
            return STOPPED, "stopped; everything that was acknowledged is kept"
        case SystemExit(code=code):
            return (code if isinstance(code, int) else FAULT), ""
        case AskanceError():
            return WRONG, _one_line(str(e))
        case OSError(errno=int() as number) if number in SURROUNDINGS:
            return WRONG, _surroundings(e)
        case MemoryError():
            return FAULT, "there is not enough memory for this; a smaller --shard-rows needs less"
    what = _one_line(f"{type(e).__name__}: {e}")
    return FAULT, f"a fault of ours ({what}); run it again with --debug for the traceback, and please report it"


def _usage(e: BaseException) -> str:
    said = _one_line(e.format_message()).rstrip(".")  # type: ignore[attr-defined]
    context = getattr(e, "ctx", None)
    where = context.command_path if context is not None else "askance"
    return f"{said[:1].lower()}{said[1:]}; `{where} --help` shows what there is"


def _surroundings(e: OSError) -> str:
    where = f"{e.filename}: " if e.filename else ""
    hint = (
        "; free some space and run it again, nothing is half-written" if e.errno in (errno.ENOSPC, errno.EDQUOT) else ""
    )
    return f"{where}{(e.strerror or 'cannot be used').lower()}{hint}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _warn(message: Warning | str, category: type[Warning], *_: object) -> None:
    """A library's warning as one line, without the line of code that raised it."""
    print(f"askance: {category.__name__}: {_one_line(str(message))}", file=sys.stderr)
