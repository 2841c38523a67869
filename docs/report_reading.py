"""Writes docs/report-reading.md: what the page of a faulty server says to somebody who has only the page.

    python docs/report_reading.py

Runs the suites against a sandbox with one fault after the other, reads nothing but ``index.html``, and takes down what
the first screen says and what the cause says that it leads to.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path

from restproof.sandbox.faults import catalogue

HERE = Path(__file__).parent
FAULTS = {
    "missing-credential-accepted": "department",
    "unknown-id-200": "department",
    "create-not-stored": "department",
    "coerces-integers": "project",
    "duplicate-accepted": "department",
    "update-resets-unnamed": "office",
    "delete-stays-listed": "department",
    "page-skips-one": "department",
    "number-as-text": "department",
    "error-leaks-trace": "department",
    "nul-500": "department",
    "no-date": "department",
}
"""Each fault, of a family of its own, with the resource that the run is narrowed to."""
VOID = {"meta", "br", "input", "rect", "circle", "path", "link"}


class Page(HTMLParser):
    """The text of the elements of a page that the wanted classes name, in order, each with its own id and link."""

    def __init__(self, html: str, *wanted: str) -> None:
        super().__init__()
        self.wanted = set(wanted)
        self.found: list[tuple[str, dict[str, str], str]] = []
        self._open: list[tuple[str, int | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        hits = self.wanted & {*known.get("class", "").split(), f"#{known.get('id', '')}"}
        if hits:
            self.found.append((min(hits), known, ""))
        if tag not in VOID:
            self._open.append((tag, len(self.found) - 1 if hits else None))

    def handle_endtag(self, tag: str) -> None:
        self.handle_data(" ")
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        for at in {at for _, at in self._open if at is not None}:
            name, known, text = self.found[at]
            self.found[at] = (name, known, text + data)

    def texts(self, name: str) -> list[str]:
        return [" ".join(text.split()) for found, _, text in self.found if found == name]


def page_of(fault: str, resource: str) -> str:
    """``index.html`` of a run against a sandbox with the fault."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "restproof", "run", "procore", "-q", "--out", folder, "--fault", fault]
        subprocess.run([*command, "--resource", resource], check=False, stdout=subprocess.DEVNULL)
        return (Path(folder) / "index.html").read_text(encoding="utf-8")


def first_screen(html: str) -> tuple[str, str]:
    """The sentence under the verdict, and the first line of what is broken."""
    head = Page(html, "lead", "broken")
    lead = head.texts("lead")[0].partition(" Incomplete.")[0]
    items = re.search(r'<ol class="broken">.*?</li>', html, re.DOTALL)
    line = " ".join(re.sub(r"<[^>]+>", " ", items[0]).split()) if items else "nothing is broken"
    return lead, _plain(line)


def one_click(html: str) -> list[str]:
    """What the first cause tells: the rule, the steps, what is marked, the nearest case that passes, how to see it
    again."""
    start = html.index('<details class="cause row"')
    cause = html[start : html.index("</section>", start)].split('<details class="cause row"')[1]
    page = Page(f"<div>{cause}", "statement", "step", "finding", "near", "again")
    marked = [_plain(re.sub(r"<[^>]+>", "", text)) for text in re.findall(r"<mark>(.*?)</mark>", cause)]
    told = [f"The rule: {text.removeprefix('The rule ')}" for text in page.texts("statement")]
    told += [f"Step: {text}" for text in page.texts("step")[:4]]
    told += [f"Finding: {text}" for text in page.texts("finding")[:2]]
    told += [f"Marked: {text}" for text in marked[:2]]
    told += [text.partition(" What it sent and got")[0] for text in page.texts("near")[:1]]
    told += [f"To copy: {text}" for text in page.texts("again")]
    return [_same(_plain(text))[:420] for text in told]


def _plain(text: str) -> str:
    for sign, code in (("&#34;", '"'), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(sign, code)
    return text


def _same(text: str) -> str:
    """``text`` without what is another in each run: ports, ids, times."""
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)
    text = re.sub(r"\b\d{9,}\b", "ID", text)
    return re.sub(r"\b\d+(\.\d)? ms\b", "N ms", text)


def section(fault: str, resource: str, html: str) -> str:
    """What the page of one fault says, as Markdown."""
    lead, line = first_screen(html)
    whole = catalogue()[fault]
    lines = [f"## {fault}", "", f"What is wrong: {whole.summary}. Only `{resource}` was tested.", ""]
    lines += ["First screen:", "", f"> {_same(lead)}  ", f"> {_same(line)}", "", "One click more:", ""]
    lines += [f"- {'`' + text.replace('`', '´') + '`'}" for text in one_click(html)]
    return "\n".join(lines)


INTRODUCTION = """# What a page says of a faulty server

For each of these faults of the sandbox, `index.html` was opened and nothing else was read: no run file, no terminal.
Below stands what the first screen says, and what the first cause says when it is opened. `python docs/report_reading.py`
writes this page anew; ports, ids and times are left out.
"""


def main() -> None:
    parts = [INTRODUCTION]
    for fault, resource in FAULTS.items():
        parts.append(section(fault, resource, page_of(fault, resource)))
        sys.stderr.write(f"{fault}\n")
    (HERE / "report-reading.md").write_text("\n\n".join(part.strip() for part in parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
