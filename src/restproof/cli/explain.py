"""``restproof explain``: what a rule, a kind of finding, a word of contracts or of the glossary means, and how to see
it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from restproof.bundle import bundled_dir, suites_of
from restproof.cli.completing import names
from restproof.contract.hints import closest
from restproof.errors import ConfigurationError

if TYPE_CHECKING:
    from restproof.engine.register import Requirement

_OTHER_CASES = {
    "unknown_path": "There is no such path.",
    "unsupported": "The path has no such method.",
    "repeat_delete": "It was deleted before.",
    "unstorable": "A text holds NUL or half of a character, which not every database can store.",
    "unacceptable": "There is no representation that Accept allows.",
    "uri_too_long": "The URI is too long.",
}
_ROW = re.compile(r"^\| \*\*(.+?)\*\* \| (.+?) \|$", re.MULTILINE)


def _words(_ctx: click.Context) -> Iterator[str]:
    """What a shell completes: all of one word."""
    return (word for word in _known() if " " not in word)


@click.command("explain")
@click.argument("word", nargs=-1, required=True, shell_complete=names(_words))
def command(word: tuple[str, ...]) -> None:
    """Explain WORD: the id of a rule or of a family of rules, the kind of a finding, a word of the contract language or
    of the glossary, or a status."""
    wanted = " ".join(word).strip().lower().removesuffix(".*")
    lines = [*_rules(wanted), *_kind(wanted), *_of_contract(wanted), *_word(wanted), *_status(wanted)]
    lines = lines or list(_within(wanted)) or list(_value(wanted))
    if not lines:
        guess = closest(wanted, _known())
        raise ConfigurationError(
            f"nothing is called {wanted!r}",
            hint=f"Did you mean {guess!r}?" if guess else "restproof rules lists the rules.",
        )
    click.echo("\n".join(lines))


def _known() -> list[str]:
    """All that can be explained."""
    rules = _register()
    families = dict.fromkeys(rule.family for rule in rules.values())
    return [*families, *rules, *_kinds(), *(name for name, _, _ in _language()), *_glossary()]


def _rules(wanted: str) -> Iterator[str]:
    """A rule, or the rules of a family in one line each."""
    from restproof.sandbox.faults import catalogue

    register = _register()
    rule = register.get(wanted)
    if rule is None:
        yield from (f"{id}: {other.statement}" for id, other in register.items() if id.startswith(f"{wanted}."))
        return
    yield f"{wanted}: {rule.statement}"
    faults = [fault.name for fault in catalogue().values() if fault.requirement == wanted]
    yield f"  all of it:  restproof rules {wanted}"
    yield f"  run it:     restproof run --only {wanted}"
    if faults:
        yield f"  see it fail: restproof run --only {wanted} --fault {faults[0]}"


def _kind(wanted: str) -> Iterator[str]:
    if wanted in _kinds():
        yield f"{wanted} (the kind of a finding): {_kinds()[wanted]}"


def _of_contract(wanted: str, within: str = "") -> Iterator[str]:
    """What a word of contracts says, wherever it may stand, or ``within`` another one alone."""
    told: dict[str, list[str]] = {}
    for name, place, text in _language():
        if name.lower() == wanted.replace(" ", "_") and place.endswith(within):
            told.setdefault(text, []).append(place)
    for text, places in told.items():
        yield f"{wanted} (a word of a contract, {', '.join(places)}): {text}"
    if told:
        yield "  more: docs/contract.md"


def _within(wanted: str) -> Iterator[str]:
    """A word with the one that it stands in, as reports and ``restproof learn`` name it: ``paging.max``. What a word
    says of a name of the contract's own (``defaults.note``) is said by the word."""
    outer, _, inner = wanted.partition(".")
    if inner:
        is_family = any(rule.family == outer for rule in _register().values())
        yield from list(_of_contract(inner, f" {outer}")) or ([] if is_family else _of_contract(outer))


def _value(wanted: str) -> Iterator[str]:
    """What a value means is said by each word that may have it."""
    words = [(name, text) for name, text, values in _valued() if wanted in values]
    for name, text in dict.fromkeys(words):
        yield f"{wanted} (a value of {name}): {text}"
    if words:
        yield "  more: docs/contract.md"


def _word(wanted: str) -> Iterator[str]:
    if wanted in _glossary():
        yield f"{wanted}: {_glossary()[wanted]}"


def _status(wanted: str) -> Iterator[str]:
    """Where a status is due, unless a contract says otherwise."""
    from restproof.contract.statuses import STATUS_DEFAULTS

    if re.fullmatch("5(xx|[0-9][0-9])", wanted):
        yield f"{wanted}: The server has failed. A request is no reason for it, whatever it holds: robust.no-5xx"
    if re.fullmatch("[1-5][0-9][0-9]", wanted):
        yield from (
            f"{wanted} where {case} (a case of statuses): {text}"
            for case, _, text in _cases()
            if int(wanted) in STATUS_DEFAULTS[case]
        )


def _register() -> Mapping[str, Requirement]:
    """The rules by their ids, the repository's own among them."""
    from restproof.config import load_config
    from restproof.engine.register import load_all

    return load_all(suites_of(load_config(Path.cwd()).root))


def _kinds() -> Mapping[str, str]:
    from restproof.oracle.kinds import KINDS

    return KINDS


def _language() -> list[tuple[str, str, str]]:
    """Each word of contracts, where it stands, and what it says."""
    from restproof.contract.language import language_schema

    schema = language_schema()
    places = {"at the top": schema, **{f"in {name}": said for name, said in schema["$defs"].items()}}
    words = [word for place, said in places.items() for word in _inside(said, place, schema["$defs"])]
    return [*(word for word in words if word[2]), *_cases()]


def _valued() -> Iterator[tuple[str, str, list[str]]]:
    """Each word of contracts that has one of some values, with what it says and those."""
    from restproof.contract.language import language_schema

    def inside(said: Any) -> Iterator[tuple[str, str, list[str]]]:
        if isinstance(said, list):
            said = dict(enumerate(said))
        if not isinstance(said, dict):
            return
        for name, member in said.get("properties", {}).items():
            if isinstance(member, dict) and member.get("description"):
                yield name, str(member["description"]), list(_values(member))
        for part in said.values():
            yield from inside(part)

    return inside(language_schema())


def _values(said: Any) -> Iterator[str]:
    """The texts that a part of the language's schema enumerates, but for those of the words inside of it."""
    if isinstance(said, list):
        said = dict(enumerate(said))
    if isinstance(said, dict):
        yield from (v for v in (*said.get("enum", ()), said.get("const")) if isinstance(v, str))
        for name, part in said.items():
            if name not in ("properties", "propertyNames", "enum"):
                yield from _values(part)


def _cases() -> Iterator[tuple[str, str, str]]:
    """The cases of ``statuses``."""
    from restproof.contract.openapi.statuses import FAILURES
    from restproof.contract.statuses import STATUS_DEFAULTS, SUCCESS

    succeeded = {case: f"The {operation} succeeded." for operation, case in SUCCESS.items()}
    for case, usual in STATUS_DEFAULTS.items():
        when = FAILURES.get(case) or succeeded.get(case) or _OTHER_CASES[case]
        yield case, "a case of statuses", f"{when} Unless it is said: {', '.join(map(str, usual))}."


def _inside(said: Mapping[str, Any], place: str, kinds: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The words that stand in a part of the language's schema, at any depth, and what each says."""
    for name, member in said.get("properties", {}).items():
        kind = kinds.get(str(member.get("$ref")).rpartition("/")[2], {})
        yield name, place, str(member.get("description") or kind.get("description", ""))
        yield from _inside(member, f"in {name}", kinds)
    for name in said.get("propertyNames", {}).get("enum", ()):
        yield name, place, str(said.get("description", ""))
    alternatives = [part for word in ("anyOf", "oneOf", "allOf") for part in said.get(word, ())]
    for part in (*alternatives, *(said[w] for w in ("items", "additionalProperties") if isinstance(said.get(w), dict))):
        yield from _inside(part, place, kinds)


def _glossary() -> Mapping[str, str]:
    """Word → what it means, without the marks of Markdown."""
    folder = bundled_dir()
    file = folder / "glossary.md" if (folder / "glossary.md").is_file() else folder / "docs" / "glossary.md"
    return {name: re.sub(r"[*`]", "", text) for name, text in _ROW.findall(file.read_text(encoding="utf-8"))}
