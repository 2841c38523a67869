"""What an imported contract still asks a person: its ``# decide:`` lines, but for those that are answered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from restproof.contract.document import Problems, read_yaml
from restproof.contract.openapi.promises import ANY

_ASKS = re.compile(r"^( *)# decide: (.+)$")
_CANDIDATE = re.compile(r"^(?P<indent> *)(?P<comment># *)?(?P<word>\w+): *(?P<value>.*?)(?: {2,}#.*)?$")
_RESOURCE = re.compile(r"^  ([\w-]+):")


def to_decide(file: Path) -> Iterator[tuple[int, str]]:
    """Line and text of each question that is open: the contract has none of the words below it, and leaves open what
    they would say."""
    words: Mapping[str, Any] = read_yaml(file, Problems()).value
    lines, resource = file.read_text(encoding="utf-8").splitlines(), ""
    for at, line in enumerate(lines):
        if not line.startswith(" "):
            resource = ""
        elif found := _RESOURCE.match(line):
            resource = found[1]
        if asks := _ASKS.match(line):
            holder = words.get("resources", {}).get(resource) or words
            if not any(_is_answered(holder, candidate) for candidate in _candidates(lines[at + 1 :], asks[1])):
                yield at + 1, asks[2]


def _candidates(lines: list[str], indent: str) -> Iterator[re.Match[str]]:
    """The lines below a question that would answer it, be they comments still or no more: those of the first word."""
    word = ""
    for line in lines:
        found = None if _ASKS.match(line) else _CANDIDATE.match(line)
        if found is None or found["indent"] != indent or word not in ("", found["word"]):
            return
        word = found["word"]
        yield found


def _is_answered(holder: Mapping[str, Any], candidate: re.Match[str]) -> bool:
    word = candidate["word"]
    if word == "unknown_field":
        said = holder.get("statuses", {}).get(word, ANY)
        return bool(said != ANY)
    if word == "references" and candidate["comment"]:
        # Others may be known already; what is still a comment need not be YAML.
        try:
            asked = yaml.safe_load(candidate["value"])
        except yaml.YAMLError:
            return False
        return isinstance(asked, dict) and asked.keys() <= holder.get(word, {}).keys()
    # A contract that no longer leaves it open says that there is none.
    return word in holder or (word in ("unique", "rules") and word not in holder.get("open", [word]))
