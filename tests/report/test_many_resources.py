"""The page of a contract of many resources tells of the worst ones, and counts the others."""

from __future__ import annotations

import re
from pathlib import Path

from tests.record import synthetic_run as build

from restproof.oracle.verdict import judge
from restproof.record.reader import read
from restproof.report.formats import render
from restproof.report.page import MOST_RESOURCES


def page(path: Path, resources: int, failing: list[str]) -> str:
    """The page of a run with a create of each resource: those in ``failing`` fail a rule for each time that they stand
    there, the others keep one."""
    names = [f"r{number:03}" for number in range(resources)]
    contract = {"name": "many", "title": "Many", "path": "contracts/many", "resources": {n: ["create"] for n in names}}
    events = []
    tried = [(name, rule) for name in names for rule in range(failing.count(name) or 1)]
    for number, (name, rule) in enumerate(tried, 1):
        item = build.item(f"house.rule-{rule}", name, "create")
        case = build.case(item)
        events += [item, case, build.exchange(number, item, case)]
        events += [build.finding(item, case, number)] if name in failing else []
        events.append(build.outcome(item, "fail" if name in failing else "pass"))
    build.write(path, *build.small(*events, head=build.header(contract=contract)))
    run = read(path)
    return render(run, judge(run), "html")


def rows_of(html: str) -> list[str]:
    """The resources of the matrix."""
    return re.findall(r'<th scope="row">(r\d+)</th><td><a', html)


def test_the_worst_of_many_resources_are_told_of_and_the_others_counted(tmp_path: Path) -> None:
    many = MOST_RESOURCES + 30
    html = page(tmp_path / "run.jsonl.gz", many, ["r010", "r129"])
    shown = rows_of(html)
    assert len(shown) == MOST_RESOURCES
    assert shown[0] == "r000"
    assert shown[-1] == "r129"
    assert "r128" not in html
    assert f"The {MOST_RESOURCES} resources of {many}" in html
    assert f"{many - 2} pass" in re.sub(r"<[^>]+>", "", html)


def test_a_failure_of_a_resource_that_is_not_shown_leads_nowhere(tmp_path: Path) -> None:
    many = MOST_RESOURCES + 30
    failing = [f"r{number:03}" for number in range(many)]
    html = page(tmp_path / "run.jsonl.gz", many, [*failing, *failing[30:]])
    anchors = set(re.findall(r'id="(at-[^"]+)"', html))
    assert len(anchors) == MOST_RESOURCES
    links = set(re.findall(r'href="#(at-[^"]+)"', html))
    assert ">r030 create</a>" in html
    assert links <= anchors
    assert set(failing[:30]) <= set(re.findall(r"<span>(r\d+) create", html))


def test_the_resources_of_a_usual_contract_are_all_told_of(tmp_path: Path) -> None:
    html = page(tmp_path / "run.jsonl.gz", MOST_RESOURCES, [])
    assert len(rows_of(html)) == MOST_RESOURCES
    assert "with the worst outcomes" not in html
