"""Which arms of a chooser were asked, as people see it."""

from askance.cli import rounds, status
from askance.history import History, Pick, Round
from askance.meta import Draw, Kept, plain, spoken
from askance.report.sections import every_round

NAMES = ("margin", "kcenter", "random")
DRAWS = (
    Draw(5, 0, 0.5, (1.0, 0.0, 0.0)),
    Draw(6, 1, 0.3, (0.0, 1.0, 0.0)),
    Draw(5, 2, 0.2, (1.0, 0.0, 0.1)),  # drawn again: it counts for margin, which asked it first
    Draw(7, 0, 0.5, (1.0, 0.0, 0.0)),
)
ROUND = Round(
    3,
    40,
    60,
    tuple(Pick(i, str(i), n, 0.5, "") for n, i in enumerate((5, 6, 7), 1)),
    strategy="albl(margin, kcenter, random)",
    arms=plain(NAMES, Kept((0.5, 0.3, 0.2), DRAWS, 100, 60, 0.8)),
)


def test_the_arms_that_asked_are_named_with_their_picks() -> None:
    assert spoken(ROUND.arms) == "margin 2, kcenter 1"
    assert rounds.line(ROUND).endswith("3 questions by albl(margin, kcenter, random) (margin 2, kcenter 1)")
    assert "albl(margin, kcenter, random): margin 2, kcenter 1" in str(every_round([ROUND], None))
    assert rounds.plain(History({}, (ROUND,)))["rounds"][0]["odds"] == {"margin": 0.5, "kcenter": 0.3, "random": 0.2}


def test_status_has_the_odds() -> None:
    assert status.odds(ROUND.arms) == "margin 0.50, kcenter 0.30, random 0.20"


def test_who_is_out_is_said() -> None:
    assert spoken(plain(NAMES, Kept((0.5, 0.5, 0.0), DRAWS[:2]))) == "margin 1, kcenter 1; out: random"
