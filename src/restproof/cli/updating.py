"""``restproof import openapi --update``: a changed document into a contract that people have edited since."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from restproof.contract.document import Problems, Route, read_text, read_yaml
from restproof.contract.load import check
from restproof.contract.openapi.imported import Imported
from restproof.contract.openapi.sharing import FILE, definitions, names_in, shared, whole
from restproof.contract.openapi.threeway import MISSING, Change, applied, merged, same
from restproof.contract.openapi.written import (
    LEFT_OUT,
    MEMORY,
    flow,
    left_out_lines,
    on_one_line,
    remember,
    resource_lines,
    schema_text,
)
from restproof.errors import ConfigurationError, ContractError, Place
from restproof.frozen import frozen
from restproof.learning.patch import Unwritable, edited, removed, with_lines
from restproof.learning.word import Edit
from restproof.record.disk import copy_to_write, write_whole

_LONGEST = 60
_REFERRED = re.compile(rf'{re.escape(FILE)}#/\$defs/([^"]+)')


@frozen
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
    written = {"contract": found.contract, "schemas": shared(found.schemas, found.names)}
    plain = json.loads(json.dumps(written))
    words = list(merged(base.get("contract", MISSING), mine, plain["contract"]))
    changes, texts = {target.name: words}, dict[str, str | None]()
    text = read_text(target)
    new = _written(text, target, mine, words, found)
    if new != text:
        texts[target.name] = new
    # A schema that several share is compared where it is used: what was edited stays edited there.
    before, theirs = whole(base.get("schemas", {})), whole(plain["schemas"])
    names = tuple(dict.fromkeys([*before, *theirs]))
    there = {name: value for name in (*names, FILE) if (value := _json(folder / name)) is not MISSING}
    shown = whole(there)
    for name in names:
        sides = (before.get(name, MISSING), shown.get(name, MISSING), theirs.get(name, MISSING))
        changes[name] = list(merged(*sides))
    if any(c.kind == "taken" for name in names for c in changes[name]):
        wanted = {name: applied(shown.get(name, MISSING), changes[name]) for name in names}
        files = _shared_again({n: v for n, v in wanted.items() if v is not MISSING}, there, found, folder)
        texts |= {n: schema_text(value) for n, value in files.items() if not same(value, there.get(n, MISSING))}
        texts |= {n: None for n in there if n not in files}
    return Update(changes, texts, memory is not MISSING)


def _shared_again(
    wanted: Mapping[str, Any], there: Mapping[str, Any], found: Imported, folder: Path
) -> dict[str, Mapping[str, Any]]:
    """The files of the schemas that are ``wanted``. What was shared keeps its name, and stays where other files of the
    folder refer to it."""
    defs = definitions(there)
    named = whole({**defs, FILE: {"$defs": defs}})
    others = [f for f in folder.glob("*.json") if f.name not in {*wanted, *there, MEMORY}]
    kept: set[str] = set()
    left = set().union(*map(names_in, wanted.values()), *(_REFERRED.findall(read_text(file)) for file in others))
    while left := {name for name in left if name in defs and name not in kept}:
        kept |= left
        left = set().union(*(names_in(defs[name]) for name in left))
    files = shared(wanted, found.names, named, kept)
    stays = {name: defs[name] for name in kept} | definitions(files)
    return {**files, FILE: {"$defs": dict(sorted(stays.items()))}} if kept else files


def save(update: Update, found: Imported, folder: Path) -> list[ContractError]:
    """Write an update where what comes of it is sound; else nothing is written, and its problems are returned. Raises
    ``OSError``."""
    with TemporaryDirectory(prefix="restproof-update-") as temporary:
        copy = Path(temporary) / folder.resolve().name
        copy_to_write(folder, copy)
        _write(update, copy)
        problems = check(copy / "contract.yaml")
        for problem in problems:
            if problem.place is not None and problem.place.file.is_relative_to(copy):
                # The lines are those of what was not written.
                problem.place = Place(folder / problem.place.file.relative_to(copy))
    if not problems:
        _write(update, folder)
        remember(found, folder, shared(found.schemas, found.names))
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
    return edited(text, Edit(route, change.value), f"# from: {on_one_line(origin)}" if origin else "")


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
