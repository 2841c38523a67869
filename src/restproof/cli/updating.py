"""``restproof import openapi --update``: a changed document into a contract that people have edited since."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from restproof.contract.document import Problems, Route, read_text, read_yaml
from restproof.contract.load import check
from restproof.contract.openapi.imported import Imported
from restproof.contract.openapi.threeway import MISSING, Change, applied, merged
from restproof.contract.openapi.written import (
    LEFT_OUT,
    MEMORY,
    flow,
    left_out_lines,
    remember,
    resource_lines,
    schema_text,
)
from restproof.errors import ConfigurationError, ContractError, Place
from restproof.learning.patch import Unwritable, edited, removed, with_lines
from restproof.learning.word import Edit
from restproof.record.disk import write_whole

_LONGEST = 60


@dataclass(frozen=True)
class Update:
    """``changes``: file → what becomes of each place in it. ``texts``: file → its new content, ``None`` where it goes.
    ``known``: whether it is known what was imported before."""

    changes: Mapping[str, list[Change]]
    texts: Mapping[str, str | None]
    known: bool

    def lines(self) -> Iterator[str]:
        """What differs, a line each: what was taken from the document, then what was kept against it."""
        for kind in ("taken", "kept"):
            for file, changes in self.changes.items():
                yield from (_message(file, c) for c in changes if c.kind == kind)


def update_of(found: Imported, folder: Path) -> Update:
    """The update of the contract in ``folder`` to what an import makes of the document now. Raises ``ContractError``
    where a file there cannot be read, and ``ConfigurationError`` where a change cannot be written into it."""
    memory = _json(folder / MEMORY)
    base = memory if isinstance(memory, dict) else {}
    target = folder / "contract.yaml"
    mine = read_yaml(target, Problems()).value
    plain = json.loads(json.dumps({"contract": found.contract, "schemas": found.schemas}))
    words = list(merged(base.get("contract", MISSING), mine, plain["contract"]))
    changes, texts = {target.name: words}, dict[str, str | None]()
    text = read_text(target)
    new = _written(text, target, mine, words, found)
    if new != text:
        texts[target.name] = new
    before = base.get("schemas", {})
    for name in dict.fromkeys([*before, *plain["schemas"]]):
        shown = _json(folder / name)
        changes[name] = list(merged(before.get(name, MISSING), shown, plain["schemas"].get(name, MISSING)))
        if any(c.kind == "taken" for c in changes[name]):
            value = applied(shown, changes[name])
            texts[name] = None if value is MISSING else schema_text(value)
    return Update(changes, texts, memory is not MISSING)


def save(update: Update, found: Imported, folder: Path) -> list[ContractError]:
    """Write an update where what comes of it is sound; else nothing is written, and its problems are returned. Raises
    ``OSError``."""
    with TemporaryDirectory(prefix="restproof-update-") as temporary:
        copy = Path(temporary) / folder.resolve().name
        shutil.copytree(folder, copy)
        _write(update, copy)
        problems = check(copy / "contract.yaml")
    if not problems:
        _write(update, folder)
        remember(found, folder)
    return problems


def _write(update: Update, folder: Path) -> None:
    for name, text in update.texts.items():
        if text is None:
            (folder / name).unlink(missing_ok=True)
        else:
            write_whole(folder / name, text)


def _json(file: Path) -> Any:
    """The value of a JSON file; ``MISSING`` where there is none. Raises ``ContractError``."""
    if not file.exists():
        return MISSING
    try:
        return json.loads(read_text(file))
    except ValueError as error:
        raise ContractError(f"this is not JSON: {error}", place=Place(file), hint="mend it first") from None


def _written(text: str, file: Path, mine: Any, changes: list[Change], found: Imported) -> str:
    """The text of a contract with what was taken; all else stays as it is."""
    wanted = applied(mine, changes)
    for change in changes:
        if change.kind == "taken":
            try:
                text = _with(text, change, wanted, found)
            except Unwritable as error:
                message = f"{_way(change.route)} cannot be written there: {error}"
                raise ConfigurationError(
                    message, place=Place(file), hint=f"write it by hand: {_short(change.value)}"
                ) from None
    head, mark, _ = text.partition(f"{LEFT_OUT}\n")
    if mark:
        text = "\n".join([head.rstrip("\n"), *left_out_lines(found)]) + "\n"
    return text


def _with(text: str, change: Change, wanted: Any, found: Imported) -> str:
    """The text with one change."""
    route = change.route
    above = wanted
    for name in route[:-1]:
        above = above[name]
    if change.value is MISSING and not above:
        return edited(text, Edit(route[:-1], {}))
    if change.value is MISSING:
        return removed(text, route)
    if change.mine is MISSING and len(route) == 2 and route[0] == "resources":
        return with_lines(text, ("resources",), resource_lines(str(route[1]), change.value, found))
    origin = found.origins.get(route)
    return edited(text, Edit(route, change.value), f"# from: {origin}" if origin else "")


def _message(file: str, change: Change) -> str:
    way = _way(change.route) if file == "contract.yaml" else f"{file}: {_way(change.route)}".rstrip(": ")
    if change.kind == "kept":
        says = "no longer says it" if change.value is MISSING else f"says {_short(change.value)}"
        has = "taken it out" if change.mine is MISSING else _short(change.mine)
        return f"! {way}: you have {has}, and it stays; the document {says}"
    if change.mine is MISSING:
        return f"+ {way}: {_short(change.value)}"
    return f"- {way}" if change.value is MISSING else f"~ {way}: {_short(change.mine)} → {_short(change.value)}"


def _way(route: Route) -> str:
    return ".".join(map(str, route[1:] if route[:1] == ("resources",) else route))


def _short(value: Any) -> str:
    text = flow(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
