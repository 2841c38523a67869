"""Progress in a log: what was sent so far, and that clean-up has begun."""

from __future__ import annotations

import signal
from types import SimpleNamespace

import pytest
from rich.progress import Progress as Bar

from restproof.cli.progress import Progress


def test_a_log_tells_the_requests_that_were_sent_and_when_clean_up_begins(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(quiet=False)
    progress.live = False
    progress.begin([SimpleNamespace(id=f"i{n}", cost=100) for n in range(5)])
    for sent in (7, 1100):
        progress.advance("failed" if sent == 7 else "passed", sent)
    progress.advance("passed", None)
    progress.clean_up()
    lines = capsys.readouterr().err.splitlines()
    assert [line.rpartition(", ")[0] for line in lines[:3]] == [
        " 20 %  1 of 5 items, 7 requests, 1 failed",
        " 40 %  2 of 5 items, 1,100 requests, 1 failed",
        " 60 %  3 of 5 items, 1 failed",
    ]
    assert lines[3:] == ["cleaning up what the run has made"]


@pytest.mark.parametrize(
    ("alone", "each", "told"), [(True, 0.5, True), (True, 0.01, False), (False, 0.5, False)], ids=str
)
def test_who_waits_for_each_answer_is_told_of_a_quicker_way_once(
    alone: bool, each: float, told: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("restproof.cli.progress.time.monotonic", lambda: now[0])
    progress = Progress(quiet=False, is_alone=alone)
    progress.live = False
    progress.begin([SimpleNamespace(id=f"i{n}", cost=100) for n in range(20)])
    for number in range(1, 6):
        now[0] = 20 * each * number
        progress.advance("passed", 20 * number)
    said = [line for line in capsys.readouterr().err.splitlines() if "concurrency" in line]
    assert said == ["one request at a time, 0.5 s each: --concurrency 8 has up to eight under way"] * told


def test_a_signal_waits_until_the_bar_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = Bar.start

    def interrupted(bar: Bar) -> None:
        signal.raise_signal(signal.SIGINT)
        usual(bar)

    monkeypatch.setattr(Bar, "start", interrupted)
    progress = Progress(quiet=False)
    progress.live = True
    with pytest.raises(KeyboardInterrupt):
        progress.begin([SimpleNamespace(id="i", cost=1)])
    assert progress._bar.live.is_started
    progress.end()
    assert not progress._bar.live.is_started
