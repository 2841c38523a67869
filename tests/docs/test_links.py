"""Every link of the documents leads to a file of the repository, and to a heading that it has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from restproof.cli.main import COMMANDS
from restproof.report.formats import FORMATS

ROOT = Path(__file__).parents[2]
PAGES = sorted(p for p in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")])


def anchors(page: Path) -> set[str]:
    """The fragments of a page's headings, as they are shown: lower case, blanks as hyphens, other signs left out."""
    headings = re.findall(r"^#+ +(.*)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        file, _, fragment = target.partition("#")
        if re.match(r"\w+:", target):
            continue
        led = (page.parent / file).resolve() if file else page
        assert led.exists(), target
        assert not fragment or led.suffix != ".md" or fragment in anchors(led), target


def test_the_index_names_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\]\(([\w-]+\.md)", index)) | {"README.md"}
    assert {p.name for p in (ROOT / "docs").glob("*.md")} == named


def test_the_page_of_reports_has_a_row_for_each_format() -> None:
    page = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \| `[\w.-]+` \|", page, re.M)) == set(FORMATS)


def test_the_page_of_commands_has_a_row_for_each() -> None:
    page = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `restproof (\w+)", page, re.M)) == set(COMMANDS)
