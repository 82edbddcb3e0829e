"""kill -9 at any instant: no acknowledged label is lost, and the picks are those that would have been made.

The children are real processes, forked, and killed by SIGKILL: at every single commit in turn, and at odd moments.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import cycle
from pathlib import Path

import pytest
from sqlalchemy import event as hooks

from askance.campaign import Campaign
from askance.errors import BadCampaign, Conflict
from askance.history import Round
from askance.oracles import AnswerKey


def child(work: Callable[[], None]) -> int:
    """The process number of a fork that does the work and ends."""
    pid = os.fork()
    if not pid:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return pid


def picks(rounds: tuple[Round, ...]) -> list[tuple[object, ...]]:
    return [(r.number, r.labeled, r.picks, {n: m.value for n, m in r.metrics.items()}) for r in rounds]


def opened(c: Campaign) -> Campaign:
    return Campaign.open(c.folder.root)


@pytest.fixture
def straight(campaign) -> list[tuple[object, ...]]:
    """What a run makes that nobody disturbs."""
    c = campaign(budget=32, strategy="margin | top(x=3) | kcenter")
    return picks(c.run(AnswerKey(c.pool.answers())).rounds)


def test_killed_before_and_after_every_commit_it_goes_on_as_if_it_had_not_been(campaign, straight) -> None:
    c = campaign(budget=32, strategy="margin | top(x=3) | kcenter")
    answers, killed = AnswerKey(c.pool.answers()), 0
    c.close()

    def dies(moment: str, nth: int) -> None:
        mine, seen = opened(c), []

        def count(db) -> None:
            seen.extend([db] if db.get_execution_options().get("writes") else [])
            if len(seen) == nth:
                os.kill(os.getpid(), signal.SIGKILL)

        hooks.listen(mine.store.engine, moment, count)
        mine.run(answers)

    for moment, nth in cycle([("commit", 3), ("begin", 4), ("commit", 4), ("begin", 3), ("commit", 5), ("begin", 5)]):
        before = opened(c).labels()
        status = os.waitpid(child(partial(dies, moment, nth)), 0)[1]
        assert opened(c).labels().items() >= before.items(), "an answer was lost"
        if status == 0:
            break
        assert os.WTERMSIG(status) == signal.SIGKILL
        killed += 1
        assert killed < 60
    assert killed > 4
    assert picks(opened(c).history().rounds) == straight


def test_killed_at_odd_moments_it_goes_on_as_if_it_had_not_been(campaign, straight) -> None:
    c = campaign(budget=32, strategy="margin | top(x=3) | kcenter")
    answers = AnswerKey(c.pool.answers())
    c.close()
    for moment in (0.005, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3):
        pid = child(lambda: opened(c).run(answers) and None)
        time.sleep(moment)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    c = opened(c)
    assert picks(c.run(answers).rounds) == straight
    before = c.labels()
    c.rebuild()
    assert c.labels() == before


def test_what_was_acknowledged_is_there_after_a_kill(campaign) -> None:
    c = campaign(batch=100, warmup=100)
    c.step()
    answers = c.pool.answers()
    c.close()
    acknowledged: set[int] = set()
    for _ in range(4):
        there, here = os.pipe()

        def tells(here: int = here) -> None:
            mine = opened(c)
            while tasks := mine.ask("ann", 3):
                for task in tasks:
                    mine.tell("ann", task, answers[task.id])
                    os.write(here, task.id.to_bytes(8, "little"))

        pid = child(tells)
        os.close(here)
        said = b"".join(os.read(there, 8) for _ in range(6))  # it is in the middle of telling
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        while more := os.read(there, 4096):
            said += more
        os.close(there)
        acknowledged |= {int.from_bytes(said[i : i + 8], "little") for i in range(0, len(said), 8)}
        again = opened(c)
        assert acknowledged <= again.labels().keys()
        again.close()
    assert len(acknowledged) >= 24


def test_two_runners_get_one_clear_sentence_and_people_go_on(campaign) -> None:
    c = campaign()
    c.step()
    c.close()
    there, here = os.pipe()

    def waits_for_ever(item: object) -> str:
        os.write(here, b".")
        signal.pause()
        return ""

    pid = child(lambda: opened(c).run(waits_for_ever) and None)
    try:
        os.read(there, 1)
        mine = opened(c)
        assert mine.status()["running"]["pid"] == pid
        for second in (mine.step, lambda: mine.run(AnswerKey({}))):
            with pytest.raises(Conflict, match=f"process {pid} on .* is running .*wait until it is done, or stop it"):
                second()
        mine.store.clock = lambda: time.time() + 700  # the runner's questions come free
        task = mine.ask("ann")[0]
        assert mine.tell("ann", task, "setosa") is True
        mine.store.clock = time.time
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    assert mine.step().number == 1
    mine.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a tiny file system needs root")
def test_a_full_disk_stops_a_run_with_one_sentence_and_it_goes_on_later(config, straight, tmp_path: Path) -> None:
    place = tmp_path / "tiny"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], check=False).returncode:
        pytest.skip("a tiny file system cannot be mounted here")
    try:
        c = Campaign.create(place / "c.askance", config(budget=32, strategy="margin | top(x=3) | kcenter"))
        answers = AnswerKey(c.pool.answers())
        c.run(answers, until="budget(labels=10)")
        (place / "ballast").write_bytes(bytes(os.statvfs(place).f_bavail * os.statvfs(place).f_bsize))
        with pytest.raises(BadCampaign, match=r"cannot write to .*c\.askance: the disk is full"):
            c.run(answers)
        assert len(c.labels()) >= 10
        (place / "ballast").unlink()
        assert picks(c.run(answers).rounds) == straight
        c.close()
    finally:
        subprocess.run(["umount", place], check=True)


# ---- folders


def test_a_creation_that_is_cut_off_can_be_done_again(campaign, config, tmp_path: Path) -> None:
    place = tmp_path / "x.askance"

    def dies_half_way() -> None:
        def die(source: Path, target: Path) -> None:
            os.kill(os.getpid(), signal.SIGKILL)

        Path.rename = die  # the last step, which gives the database its name
        Campaign.create(place, config())

    assert os.waitpid(child(dies_half_way), 0)[1] == signal.SIGKILL
    with pytest.raises(BadCampaign, match=r"is no campaign: it has no campaign\.db"):
        Campaign.open(place)
    made = Campaign.create(place, config())
    assert made.step().number == 0
    made.close()


def test_folders_that_are_no_campaign_are_refused(campaign, config, tmp_path: Path) -> None:
    with pytest.raises(BadCampaign, match="there is no campaign"):
        Campaign.open(tmp_path / "nothing.askance")
    with pytest.raises(BadCampaign, match="it has no campaign"):
        Campaign.open(tmp_path)
    c = campaign()
    with pytest.raises(BadCampaign, match="is a campaign already"):
        Campaign.create(c.folder.root, c.config)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "holiday.jpg").write_bytes(b"")
    with pytest.raises(BadCampaign, match="exists and is not empty"):
        Campaign.create(tmp_path / "full", c.config)
    assert [p.name for p in (tmp_path / "full").iterdir()] == ["holiday.jpg"]


def test_a_newer_versions_campaign_is_refused(campaign) -> None:
    c = campaign()
    with c.store.writing() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(BadCampaign, match=r"c0\.askance was made by a newer Askance"):
        Campaign.open(c.folder.root)


def test_a_configuration_from_elsewhere_is_checked(campaign) -> None:
    c = campaign()
    text = replace(c.config, batch=9).text().replace("batch = 9", "batch = 0")
    with c.store.writing() as db:
        db.exec_driver_sql("UPDATE campaign SET value = ? WHERE key = 'config'", (text,))
    with pytest.raises(ValueError, match=r"the configuration in .*c0\.askance: batch must be 1 or more"):
        Campaign.open(c.folder.root)
