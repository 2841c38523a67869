"""The text of an imported contract: every inferred line says where it comes from, and what a person must decide stands
where it belongs, with the candidates commented out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from restproof.contract.directions import REQUESTS
from restproof.contract.load import FILE_NAME
from restproof.contract.model import WRITES
from restproof.contract.openapi.imported import Imported, LeftOut
from restproof.contract.openapi.sharing import shared
from restproof.contract.pairs import pairs
from restproof.contract.shapes import types_of
from restproof.contract.words import snake
from restproof.frozen import frozen

_WIDTH = 100
_UPDATED = re.compile(r"(?i)^(last_?)?(updated|modified|changed?|mtime)(_?(at|on|time|date))?$")
_NAMING = (
    r"(e_?mail(_?address)?|login|user_?name|slug|sku|isbn|handle)",
    r"(.*_)?(code|key|number|serial(_number)?|identifier|reference)",
    r"(name|title|label)",
    r".*(e_?mail|slug|sku|isbn|handle)",
    r"(?!(full|first|last|middle|given|family|display|sur|nick)_?name$).*(name|title)",
)
"""Names of fields that tell resources apart, those first that do so most often. What people are called does not."""
_OPEN = (
    "what the document leaves open is asserted of nobody: any of these will do",
    "decide: what becomes of a field that does not exist? It proves input.unknown-field",
    "  unknown_field: ignored    # or 400, 422, kept",
)


def write(found: Imported, folder: Path, file: str) -> Path:
    """Write the contract and its schemas into ``folder``; the path of the contract. ``file``: the document's name.
    Raises ``OSError``."""
    folder.mkdir(parents=True, exist_ok=True)
    files = shared(found.schemas, found.names)
    for name, content in _contents(found, files, file).items():
        (folder / name).write_text(content, encoding="utf-8")
    remember(found, folder, files)
    return folder / FILE_NAME


def is_written(found: Imported, folder: Path, file: str) -> bool:
    """Whether ``folder`` holds what :func:`write` would write there, and nobody has changed it since. Raises
    ``OSError``."""
    contents = _contents(found, shared(found.schemas, found.names), file)
    return all(
        (folder / name).is_file() and (folder / name).read_bytes() == content.encode("utf-8")
        for name, content in contents.items()
    )


def _contents(found: Imported, files: Mapping[str, Mapping[str, Any]], file: str) -> dict[str, str]:
    return {FILE_NAME: text(found, file), **{name: schema_text(schema) for name, schema in files.items()}}


def schema_text(schema: Mapping[str, Any]) -> str:
    """The content of a schema's file: what is short stands on one line."""
    return _spread(schema, "\n") + "\n"


def _spread(value: Any, line: str) -> str:
    """JSON in lines of which each holds what fits on it. ``line``: the start of one at this depth."""
    whole = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or len(line) + len(whole) <= _WIDTH:
        return whole
    inner = f"{line}  "
    if isinstance(value, list):
        return f"[{inner}{f',{inner}'.join(_spread(v, inner) for v in value)}{line}]"
    members = (f"{json.dumps(n, ensure_ascii=False)}: {_spread(v, inner)}" for n, v in value.items())
    return f"{{{inner}{f',{inner}'.join(members)}{line}}}"


MEMORY = ".imported.json"
"""The file beside a contract that holds what an import has written there: what differs since is a person's."""


def remember(found: Imported, folder: Path, files: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep what was imported, its schemas as the ``files`` that were written, for the day on which the document has
    changed. Raises ``OSError``."""
    kept = {"contract": found.contract, "schemas": files}
    (folder / MEMORY).write_text(json.dumps(kept, ensure_ascii=False) + "\n", encoding="utf-8")


def text(found: Imported, file: str) -> str:
    """The content of ``contract.yaml``. ``file``: the document's name."""
    lines = [
        on_one_line(f"# From {file} ({found.version}). What it plainly promises stands here, and nothing else."),
        "# '# from:' says where a line comes from, '# decide:' what only you know: restproof lint --todo lists those.",
    ]
    for word, value in found.contract.items():
        if word == "resources":
            continue
        origin = found.origins.get((word,))
        if word == "statuses":
            lines.append(f"statuses:  # {_OPEN[0]}")
            lines += [f"  {line}" for line in _flow_lines(value)]
            if value.get("unknown_field") == ["2xx", "4xx"]:
                lines += [f"  # {_OPEN[1]}", f"  #{_OPEN[2]}"]
        else:
            lines += _member(word, value, 0, origin)
    lines.append("resources:")
    for name, resource in found.contract["resources"].items():
        lines += list(resource_lines(name, resource, found))
    return "\n".join([*lines, *left_out_lines(found)]) + "\n"


LEFT_OUT = "# Left out of the document:"


def left_out_lines(found: Imported) -> list[str]:
    """What closes the file: what of the document is not in it."""
    lines = grouped(found.left_out)
    return ["", LEFT_OUT, *(f"# - {line}" for line in lines)] if lines else []


def on_one_line(text: str) -> str:
    """Text of a document as a comment or a terminal can hold it: what does not print is written as Python writes it."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def resource_lines(name: str, resource: Mapping[str, Any], found: Imported) -> Iterator[str]:
    """The lines of one resource, with what a person must decide."""
    origin = found.origins.get(("resources", name, "path"))
    yield f"  {name}:" + (f"  # from: {on_one_line(origin)}" if origin else "")
    for word, value in resource.items():
        yield from _member(word, value, 4, found.origins.get(("resources", name, word)) if word != "path" else None)
    schema = schema_of(resource, found.schemas)
    if schema is not None:
        for question, candidates in decisions(resource, schema):
            yield f"    # decide: {question}"
            yield from (f"    # {line}" for line in candidates)


def schema_of(resource: Mapping[str, Any], schemas: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The one schema of an imported resource, also where its directions have one each; ``None`` where it has none."""
    said = resource.get("schema")
    if not isinstance(said, dict):
        return schemas.get(str(said))
    sent, shown = schemas[next(said[side] for side in REQUESTS if side in said)], schemas[said["response"]]
    own = {n: {**s, "readOnly": True} for n, s in shown["properties"].items() if n not in sent["properties"]}
    return {**sent, "properties": {**own, **sent["properties"]}}


def decisions(resource: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """What only a person knows of a resource, the most valuable first: a question, and lines that would answer it."""
    properties: Mapping[str, Any] = schema["properties"]
    operations = resource.get("operations", ("list", "create", "read", "update", "delete"))
    writable = [n for n, s in properties.items() if not s.get("readOnly")]
    texts = [n for n in writable if _may_name(properties[n])]
    if "create" in operations and "unique" not in resource and texts:
        required = schema.get("required", ())
        likely = sorted(texts, key=lambda n: (_rank(n), n not in required, texts.index(n)))[:3]
        yield "is any field unique? It proves conflict.*", [f"unique: [{_word(n)}]" for n in likely]
    known = resource.get("references", {})
    held = [n for n in writable if re.search(r"(_id|Id|_ids|Ids)$", n) and n not in known]
    if held:
        yield (
            "which of these hold ids of other resources? It proves input.reference",
            ["references: {" + ", ".join(f"{_word(n)}: {{to: RESOURCE}}" for n in held[:3]) + "}"],
        )
    ordered = pairs({n: properties[n] for n in writable})
    if ordered and {*WRITES} & set(operations):
        yield (
            "is there a rule over several fields? It proves input.business-rule",
            [f"rules: [{{ordered: [{_word(o.first)}, {_word(o.second)}]}}]" for o in ordered[:2]],
        )
    moving = [n for n, s in properties.items() if s.get("readOnly") and _UPDATED.match(n)]
    if moving and {"update", "replace"} & set(operations):
        yield (
            "does it move with every change, and with nothing else? (Take it out of volatile.)",
            [f"touched: [{', '.join(map(_word, moving))}]"],
        )
    if any(_may_name(properties[n]) for n in resource.get("sort", ()) if n in properties):
        yield (
            "in which order do texts stand? Only what all usual orders agree on is asserted, unless you say.",
            ["query: {collation: code-points}    # or utf-16, no-case"],
        )


def _rank(name: str) -> int:
    """How likely a field of this name is to be unique: 0 is likeliest."""
    found = (at for at, form in enumerate(_NAMING) if re.fullmatch(form, snake(name)))
    return next(found, len(_NAMING))


def _may_name(schema: Mapping[str, Any]) -> bool:
    """Whether values of a field may tell resources apart: texts, but neither times nor one of a few."""
    times = ("date", "time", "date-time", "duration")
    parts = [schema, *(part for word in ("anyOf", "oneOf", "allOf") for part in schema.get(word, ()))]
    few = any("enum" in part or part.get("format") in times for part in parts)
    return types_of(schema) <= {"string", "null"} and not few


def _member(word: str, value: Any, indent: int, origin: str | None = None) -> list[str]:
    """One word and its value: on one line where there is room, with where it comes from."""
    pad = " " * indent
    whole = f"{pad}{_word(word)}:" + ("" if value is None else f" {flow(value)}")
    beside = f"  # from: {on_one_line(origin)}" if origin else ""
    if not isinstance(value, dict) or len(whole) <= _WIDTH:
        return [whole + beside]
    lines = [f"{pad}{_word(word)}:{beside}"]
    for name, inner in value.items():
        lines += _member(name, inner, indent + 2)
    return lines


def _flow_lines(value: Mapping[str, Any]) -> list[str]:
    return [f"{_word(name)}: {flow(inner)}" for name, inner in value.items()]


@frozen
class _Said:
    """A value that is told from others by how Python writes it."""

    written: str
    value: Any = field(compare=False)


def flow(value: Any) -> str:
    """A value on one line."""
    return _flow(_Said(repr(value), value))


@lru_cache(maxsize=10_000)
def _flow(said: _Said) -> str:
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    written: str = yaml.dump(
        said.value, Dumper=dumper, default_flow_style=True, width=10**6, allow_unicode=True, sort_keys=False
    )
    return written.removesuffix("\n").removesuffix("\n...").strip()


def _word(name: Any) -> str:
    return flow(str(name))


_SAME: Sequence[tuple[str, str]] = (
    (r"(requires|query) (the )?parameter \S+", r"\1 parameter …"),
    (r"^[^' ]\S*, (of )?which", r"a member, \1which"),
    (r"not plain how \S+ pages it(s list)?\b", "not plain how it is paged"),
    (r"order of its list by [^\s,]+", "order of its list"),
    (r"plainly the \S+ of an item", "plainly the id of an item"),
    (r"has the form of \S+", "has the form of another"),
    (r"(holds )(several arrays, .*): .*", r"\1\2"),
    (r"holds \S+ among", "holds a list among"),
    (r"^what .* of its answer holds", "what its answer holds"),
    (r"its answer is [\w.+*-]+/\S+, no JSON", "its answer is no JSON"),
    (r"it takes \S+, no JSON", "it takes no JSON"),
    (r"beside the items of \S+", "beside the items of another"),
)
_FEW = 3


def grouped(left_out: Sequence[LeftOut]) -> list[str]:
    """One line for each kind of what was left out, those that cost whole operations first."""
    kinds: dict[str, list[LeftOut]] = {}
    for one in left_out:
        kinds.setdefault(_kind(one.what), []).append(one)
    whole = [k for k, some in kinds.items() if _of_operation(some[0].what)]
    lines = []
    for kind in [*whole, *(k for k in kinds if k not in whole)]:
        some = kinds[kind]
        if len(some) <= _FEW:
            lines += [on_one_line(str(one)) for one in some]
            continue
        names = list(dict.fromkeys(one.what.partition(": ")[0] for one in some))
        shown = ", ".join(names[:_FEW])
        lines.append(on_one_line(f"{len(some)} times: {kind}: {shown}") + (", …" if len(names) > _FEW else ""))
    return lines


def _kind(what: str) -> str:
    subject, mark, reason = what.partition(": ")
    kind = reason if mark else subject
    for pattern, instead in _SAME:
        kind = re.sub(pattern, instead, kind)
    return kind


def _of_operation(what: str) -> bool:
    """Whether it is a path or an operation that was left out."""
    return re.match(r"(/|(GET|POST|PUT|PATCH|DELETE) )", what) is not None
