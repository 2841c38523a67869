"""The draft of deviations: what fails today, ready to be filled in."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.record import synthetic_run as build

from restproof.deviations import load_deviations
from restproof.errors import ConfigurationError
from restproof.oracle.verdict import judge
from restproof.record.reader import read
from restproof.report.draft import draft_deviations


def test_a_draft_that_is_filled_in_declares_all_that_failed_and_nothing_else(tmp_path: Path) -> None:
    made, changed = (
        build.item("create.answers-created", "office", "create"),
        build.item("input.type", "office", "create"),
    )
    found = [build.finding(changed, field=f, kind="value", message=f"{f}: \u2028 # odd") for f in ("zip", "city: x")]
    events = [made, build.finding(made, actual="202"), build.outcome(made, "fail")]
    events += [changed, *found, build.outcome(changed, "fail")]
    run = read(build.write(tmp_path / "run", *build.small(*events)))
    file = tmp_path / "draft.yaml"
    file.write_text(draft_deviations(run, judge(run)))
    with pytest.raises(ConfigurationError, match="needs 'owner'"):
        load_deviations(file)
    text = file.read_text().replace("owner:", "owner: us").replace("reason:", "reason: known")
    file.write_text(text.replace("expires:", "expires: 2027-01-01"))
    declared = load_deviations(file)
    assert [(d["requirement"], d["field"], d["kind"], d["actual"]) for d in declared] == [
        ("create.answers-created", None, "status", "202"),
        ("input.type", "zip", "value", None),
        ("input.type", "city: x", "value", None),
    ]
    again = read(build.write(tmp_path / "again", *build.small(*events, head=build.header(deviations=declared))))
    assert judge(again).counts["fail"] == 0
    assert draft_deviations(again, judge(again)).count("requirement:") == 0
