"""docs/results.md and its pictures, from benchmarks/results_data alone."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from textwrap import fill

from askance.metrics import Comparison
from askance.strategy import RECIPES
from study import first, pictures
from study.kept import About, First, Left, Mean, Row, load
from study.reading import reading
from study.runs import MEMBERS, TEST, catalogue
from study.sets import SETS, Set
from study.tables import (
    RANDOM,
    Group,
    Overall,
    alike,
    best_first,
    common,
    compared,
    complete,
    main_sets,
    overall,
    reached,
    verdict,
    wins,
)

DOCS = Path(__file__).parents[2] / "docs"
PICTURES = DOCS / "images" / "results"


def write() -> None:
    rows, facts = load(Row, "runs"), {a.set: a for a in load(About, "sets")}
    groups = complete(rows)
    groups = {name: groups[name] for name in SETS if name in groups}
    main = main_sets(groups)
    mean: dict[str, dict[str, Mean]] = {}
    for m in load(Mean, "curves"):
        mean.setdefault(m.set, {})[m.strategy] = m
    parts = [
        intro(rows, groups),
        protocol(groups, facts),
        reading(main),
        over_all(main),
        who_beats_whom(main),
        *(one_set(SETS[name], group, facts[name], mean[name]) for name, group in groups.items()),
        first.section(load(First, "first"), groups),
        left_out(main, load(Left, "left"), rows),
    ]
    DOCS.mkdir(exist_ok=True)
    (DOCS / "results.md").write_text("\n\n".join(p for p in parts if p) + "\n", "utf-8")
    print(f"{DOCS / 'results.md'}: {len(rows)} runs, {len(groups)} sets")


# ---------------------------------------------------------------- before the tables


def intro(rows: Sequence[Row], groups: Mapping[str, Group]) -> str:
    seconds = sum(r.seconds for r in rows)
    return f"""# Results: every strategy on {len(groups)} sets

<!-- Made by `python benchmarks/results.py page`; do not edit. -->

{len(rows):,} runs of the whole loop, {seconds / 3600:.1f} hours of one core: every listed strategy that can run with
what a classifier gives, on {len(groups)} sets, each with the same seeds. Made by

```sh
python benchmarks/results.py run WORK --jobs 2    # the runs; may be killed and goes on where it was
python benchmarks/results.py keep WORK            # into benchmarks/results_data: one line a run
python benchmarks/results.py page                 # this page and its pictures, from those lines alone
```

{fill(origin(rows), 120)}"""


def origin(rows: Sequence[Row]) -> str:
    return (
        "Every line of `benchmarks/results_data/runs.csv` names the commit that it was made with "
        f"({commits(rows)}; a + is a tree that other work was going on in) and a digest of the questions "
        "that were asked."
    )


def commits(rows: Sequence[Row]) -> str:
    return ", ".join(f"`{git}`" for git in sorted({r.git for r in rows}))


def protocol(groups: Mapping[str, Group], facts: Mapping[str, About]) -> str:
    head = "| set | what | samples | classes (largest, smallest) | warm-up, batch, budget | C | all labels | seeds |"
    lines = [head, "|---|---|---|---|---|---|---|---|"]
    for name in groups:
        of, a = SETS[name], facts[name]
        full = f"{a.full_accuracy:.3f}" + (f" (balanced {a.full:.3f})" if of.uneven else "")
        sizes = f"{a.classes} ({a.largest:.0%}, {a.smallest:.0%})"
        steps = f"{of.warmup}, {of.batch}, {of.budget}"
        what = f"{of.what}: {a.features} features"
        lines.append(
            f"| `{name}` | {what} | {a.pool:,} | {sizes} | {steps} | {of.c:g} | {full} | {len(groups[name][RANDOM])} |"
        )
    return f"""## How it was measured

{chr(10).join(lines)}

- **Paired.** {TEST:.0%} of a set is drawn by the seed to test on and never asked about. The same seed has the same
  test samples and the same warm-up, drawn at random, for every strategy; differences are taken seed by seed.
- **Cold-start strategies** (`typiclust`, `prob_cover`, `tcm`, `active_ft`, `start_*` ...) choose after that warm-up
  like all others, so what they are made for, the very first batch, is not what is measured here.
- **Learner.** Logistic regression, fitted anew in every round, with a C that is fixed for a set (for rows of mean
  squared length 1) after a look at random samples of that set: the same for all strategies. Committees are {MEMBERS}
  bootstrap members of it.
- **Features** are made once and without labels (benchmarks/study/sets.py); sets larger than the number of samples here
  are sampled at random. Distances are measured in the same features.
- **Measure.** Accuracy; where classes are very uneven in size (`adult`, `hate_tweets`) balanced accuracy, with plain
  accuracy beside it. *Area* is the area under the curve from the warm-up to the budget over its width: the mean of the
  measure over the budget. *All labels* is the learner fitted on everything that is not tested on; *labels to 95 %* the
  least number of labels at which a run measured 95 % of that, on its own test samples.
- **Tests.** Paired t tests of the area against `random`, over the seeds, corrected by Holm for all strategies of the
  set together. **better** and **loses** are said where the corrected p is below .05. Seeds are draws of the same set:
  nothing is said of other sets."""


# ---------------------------------------------------------------- over all sets


def over_all(groups: Mapping[str, Group]) -> str:
    head = "| | strategy | family | mean rank | early | late | better on | loses on | mean less random's | worst set |"
    rows = overall(groups)
    lines = [head, "|---|---|---|---|---|---|---|---|---|---|"]
    lines += [_overall_line(n, o) for n, o in enumerate(rows, 1)]
    words = f"""The {len(rows)} strategies that ran on {listed(groups)}, by their mean rank in area (1 is best of
{len(rows)}). *Early* and *late* are the same rank over the first and the last third of the budget; *better on* and
*loses on* count the sets on which the area differs from random's after Holm's correction; *mean less random's* is the
mean over the sets of the difference in area, *worst set* the least of them."""
    return f"""## Over all sets

{fill(words, 120)}

{chr(10).join(lines)}"""


def _overall_line(place: int, o: Overall) -> str:
    if o.name == RANDOM:
        return f"| {place} | **random** | | {o.rank:.1f} | {o.early:.1f} | {o.late:.1f} | | | | |"
    loses = f"**{o.loses}**" if o.loses else "0"
    cells = f"{o.rank:.1f} | {o.early:.1f} | {o.late:.1f} | {o.better} | {loses} | {o.gain:+.4f} | {o.worst:+.3f}"
    return f"| {place} | {linked(o.name)} | {family(o.name)} | {cells} |"


def who_beats_whom(groups: Mapping[str, Group]) -> str:
    names = [o.name for o in overall(groups)]
    matrix = wins(groups, names)
    words = pictures.heat(matrix, PICTURES / "wins.png")
    pairs = sum(len(g[RANDOM]) for g in groups.values())
    same = "\n".join(f"- {', '.join(f'`{n}`' for n in names)}" for names in alike(groups))
    note = f"\n\nThese asked the very same questions in every run:\n\n{same}" if same else ""
    return f"""## Who beats whom

The share of the {pairs} pairs of a set and a seed in which the strategy of the row had the larger area than that of the
column, ties as half; in the order of the table above. `random` is framed.

![{words}](images/results/wins.png){note}"""


# ---------------------------------------------------------------- each set


def one_set(of: Set, group: Group, a: About, means: Mapping[str, Mean]) -> str:
    seen = pictures.curves(of, means, group, a.full, PICTURES / f"{of.name}.png")
    tests = compared(group)
    plain = compared(group, lambda r: r.accuracy) if of.uneven else {}
    measure = "balanced accuracy" if of.uneven else "accuracy"
    extra, rule = (" plain accuracy: area less random's, p |", "---|") if of.uneven else ("", "")
    lines = [
        f"| | strategy | area less random's (95 %) | wins | p (Holm) | labels to 95 % | s a run |{extra}",
        f"|---|---|---|---|---|---|---|{rule}",
    ]
    lines += [_set_line(name, group[name], tests.get(name), plain.get(name), bool(plain)) for name in best_first(group)]
    better, loses = (sum(verdict(c) == v for c in tests.values()) for v in ("better", "loses"))
    area = sum(r.area for r in group[RANDOM]) / len(group[RANDOM])
    words = (
        f"{of.what[0].upper() + of.what[1:]}; {measure}, {a.full:.3f} with all labels. `random` has an area of "
        f"{area:.4f}. Of {len(tests)} strategies {better} are better than random and {loses} lose to it."
    )
    return f"""## {of.name}

{fill(words, 120)}

![{seen}](images/results/{of.name}.png)

{chr(10).join(lines)}"""


def _set_line(
    name: str, rows: Sequence[Row], c: Comparison | None, plain: Comparison | None, two_measures: bool
) -> str:
    middle, never = reached(rows)
    labels = ("-" if middle is None else f"{middle:,}") + (f" ({never} never)" if never else "")
    took = f"{sum(r.seconds for r in rows) / len(rows):.1f}"
    if c is None:
        return f"| | **random** | | | | {labels} | {took} |" + (" |" if two_measures else "")
    said = verdict(c)
    word = f"**{said}**" if said == "loses" else said
    gain = f"{c.difference:+.4f} ({c.low:+.4f} to {c.high:+.4f})"
    extra = f" {plain.difference:+.4f}, {p_value(plain.holm_p)} |" if plain else ""
    return f"| {word} | `{name}` | {gain} | {c.wins} of {c.n} | {p_value(c.holm_p)} | {labels} | {took} |{extra}"


def p_value(p: float) -> str:
    return "< .001" if p < 0.001 else f"{p:.3f}".lstrip("0") if p < 1 else "1"


# ---------------------------------------------------------------- what is not there


def left_out(groups: Mapping[str, Group], left: Sequence[Left], rows: Sequence[Row]) -> str:
    never = "\n".join(f"- `{name}`: {why}" for name, why in catalogue()[1].items())
    partly = "\n".join(f"- `{x.strategy}` on {x.set}: {x.why}" for x in sorted(left, key=lambda x: x.strategy))
    short = unfinished(groups, rows)
    return f"""## What is not here

Strategies of the catalogue that were not run:

{never}

{partly and "Runs that were given up:" + chr(10) + chr(10) + partly}

{short}""".rstrip()


def unfinished(groups: Mapping[str, Group], rows: Sequence[Row]) -> str:
    """Strategies that are not on every set, because their first runs there took too long or came too late."""
    every, whole = sorted({r.strategy for r in rows}), set(common(groups))
    lines = []
    for name in every:
        if name not in whole:
            there = ", ".join(s for s, g in groups.items() if name in g) or "none"
            lines.append(f"- {linked(name)}: all its runs are done on {there}")
    return "Strategies that are not in the tables over all sets:\n\n" + "\n".join(lines) if lines else ""


def listed(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def linked(name: str) -> str:
    return f"[`{name}`](strategies.md#{name})" if name in RECIPES else f"`{name}`"


def family(name: str) -> str:
    return RECIPES[name].meta.family if name in RECIPES else ""
