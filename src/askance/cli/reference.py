"""The page docs/cli.md, made from the commands themselves.  Floor 6.

python -m askance.cli.reference > docs/cli.md
"""

from collections.abc import Iterator
from typing import Any

import typer

INTRODUCTION = """# The command line

<!-- Made by `python -m askance.cli.reference > docs/cli.md`; a test holds it current.  Do not edit. -->

    askance demo                                              the whole loop on real digits; leaves a report
    askance select photos -k 20 --learner onnx:mobilenet.onnx which 20 to label next, and why
    askance new photos --pool photos --classes cat,dog --learner onnx:mobilenet.onnx
    askance label photos                                      answer at the terminal; it learns between batches
    askance run photos --truth labels.csv --control random    or let an answer key answer, against a control
    askance report photos                                     learning curve, rounds, pictures of what was chosen

Results go to stdout, progress and notes to stderr. `--json` prints exactly one object on stdout. Bars show on a
terminal once something has taken a second, and lines elsewhere.

| exit code | what it means |
|---|---|
| 0 | fine |
| 2 | the input is wrong: one sentence on stderr says what, where, and what would be right |
| 1 | a fault of ours; `--debug` (or `ASKANCE_DEBUG=1`) shows the traceback |
| 130 | stopped by Ctrl-C; every answer that was acknowledged is kept |

**POOL** is a folder of images (any nesting), a table (`.csv .tsv .jsonl .parquet` with `--text COLUMN`,
`--path COLUMN` or `--features COL,COL`), an `.npy` or `.npz` of probabilities or embeddings, a folder or glob of
Parquet or `.npy` shards, or a URL of one of these; see [pools.md](pools.md). **SPEC** is a learner; see
[learners.md](learners.md). **TEXT** is a strategy; see [strategies.md](strategies.md).

## What is chosen by when nobody says

| what the model gives | once it has learned, and for probabilities of your own | before it has seen a label |
|---|---|---|
| probabilities and embeddings | `uherding`; `dbal` where a matrix of yours does not fit into memory | `typiclust` |
| embeddings alone | `typiclust` | `typiclust` |
| probabilities alone | `margin` | `random` |
| neither | `random` | `random` |

Measured by `benchmarks/usual.py` on the digits of the demo, batches of 10 after a warm-up of 20, 5 seeds: median labels
to 95 % of the full-data accuracy, mean area under the learning curve from 20 to 150 labels, and its paired difference
from random with the 95 % interval:

| warm-up | then | labels | area | better than random by |
|---|---|---|---|---|
| `random` | `random` | 110 | .857 |  |
| `random` | `entropy` | 140 | .818 | -.039 (-.081 to +.003) |
| `random` | `margin` | 90 | .880 | +.023 (-.001 to +.047) |
| `random` | `badge` | 110 | .865 | +.008 (-.013 to +.030) |
| `random` | `dbal` | 80 | .895 | +.039 (+.008 to +.070) |
| `typiclust` | `random` | 120 | .881 | +.024 (+.005 to +.043) |
| `typiclust` | `typiclust` | 80 | .910 | +.053 (+.033 to +.073) |
| `typiclust` | `margin` | 80 | .908 | +.052 (+.029 to +.074) |
| `typiclust` | `badge` | 110 | .887 | +.031 (+.015 to +.047) |
| `typiclust` | `max_herding` | 50 | .917 | +.061 (+.040 to +.081) |
| `typiclust` | `uherding` | 60 | .921 | +.065 (+.043 to +.086) |
| `typiclust` | `dbal(beta=5)` | 80 | .911 | +.054 (+.036 to +.072) |
| `typiclust` | `dbal` | 60 | .919 | +.063 (+.040 to +.086) |

`--strategy auto` says the same in a word. [auto.md](auto.md) has the measurements, eight sets among them that had no
part in the choice. No strategy wins everywhere: `run --control "margin; random"` compares on your own data.
"""


def markdown() -> str:
    """The whole page."""
    from askance.cli.app import app

    group: Any = typer.main.get_command(app)
    return "\n".join([INTRODUCTION, *(section(name, c) for name, c in group.commands.items())]).rstrip() + "\n"


def section(name: str, command: Any) -> str:
    """One command: what it does, how it is written, its options."""
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    given = [p for p in command.params if p.param_type_name == "option" and p.name != "help"]
    usage = " ".join(["askance", name, *(_placeholder(p) for p in arguments), "[OPTIONS]" if given else ""]).strip()
    words = " ".join((command.help or "").split())
    lines = [f"## askance {name}\n", f"{words}\n", f"    {usage}\n", "| | |\n|---|---|"]
    return "\n".join([*lines, *rows(arguments, given), ""])


def rows(arguments: list[Any], given: list[Any]) -> Iterator[str]:
    for p in [*arguments, *given]:
        spelled = [_placeholder(p)] if p in arguments else [*p.opts, *p.secondary_opts]
        value = f" {p.metavar}" if p not in arguments and p.metavar else ""
        yield f"| `{' '.join(spelled)}{value}` | {(p.help or '').replace('|', chr(92) + '|')}{_default(p)} |"


def _placeholder(p: Any) -> str:
    return str(p.metavar or p.name.upper())


def _default(p: Any) -> str:
    """Worth saying where it is a number or a word."""
    if p.default in (None, "", False, True, ()) or callable(p.default) or p.required:
        return ""
    return f" Default: `{p.default}`."


if __name__ == "__main__":
    print(markdown(), end="")
