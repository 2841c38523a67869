"""What a refusal tells: which field is at fault, in the declared form, and nothing of the server's inside."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from restproof.suite import Contract, Reply, Resource, every_exchange, must, requirement
from restproof.suite.wire import encode

#: What no refusal shows: traces of common runtimes, SQL and its errors by their classes, paths of a server's files. The
#: sentence in which a database names a constraint ("violates check constraint …") is none of these: with servers that
#: are made of their tables that is the API's own name for a rule. Nor is the path of a URL one of a file.
LEAKS = (
    (
        "a stack trace",
        re.compile(
            r"Traceback \(most recent call last\)"
            r"|^\s+at [\w.$<>]+\([\w./:\\-]*:?\d*\)"
            r'|File "[^"]+", line \d+'
            r"|\bgoroutine \d+ \["
            r"|\.(?:rb|php|java|go|js|ts|py):\d+(?::|\b.*\bin\b)"
            r"|\b(?:java|javax|org\.springframework|org\.hibernate|System|Microsoft)\.[\w.]+(?:Exception|Error)\b"
            r"|NullPointerException",
            re.M,
        ),
    ),
    (
        "SQL",
        re.compile(
            r"\b(?:SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\s"
            r"|\bSQLSTATE\b|\bsqlite3?\.\w*Error|psycopg|\bORA-\d{5}\b|PG::\w+|syntax error at or near",
            re.I,
        ),
    ),
    (
        "a path of the server",
        re.compile(
            r"(?<![\w.~%-])(?:/(?:usr|home|var|opt|srv|app|etc|root|tmp)/[\w.-]+/[\w./-]+\.\w+)|\b[A-Z]:\\\\?[\w.-]+\\"
        ),
    ),
)


def describes_errors(contract: Contract, _: Resource) -> bool:
    return contract.errors is not None or bool(contract.errors_by_status)


@requirement("error.names-field", when=describes_errors)
@every_exchange
def test_a_refusal_names_the_field_at_fault(reply: Reply, case: Mapping[str, Any]) -> None:
    """Only where a case has exactly one fault, in one field, and the answer is the one for it, with the body that the
    contract describes for all operations: one of its own may have no place for a name."""
    field = case.get("field")
    usual = reply.contract.error_schema(reply.status)
    unsaid = reply.status in (401, 403, 404, 405, 429) or usual is None or reply.error_schema != usual
    if not isinstance(field, str) or not 400 <= reply.status < 500 or unsaid or not {"status", "body"} <= case.keys():
        return
    if reply.exchange.request.method in ("GET", "DELETE") or reply.status in reply.resource.status("conflict"):
        return
    text = (reply.exchange.response.body if reply.exchange.response else b"").decode("utf-8", "replace")
    if reply.exchange.json is not None:
        text += encode(reply.exchange.json).decode()  # what an escape of JSON says, as itself
    names = {field.partition(".")[0], field.rpartition(".")[2]}  # one that is inside may be named alone
    schema = reply.resource.properties.get(field, {})
    sent = reply.sent.get(field) if isinstance(reply.sent, Mapping) else None
    inside = (rf"\b{re.escape(name)}\b" for name in (*_members(schema), *_keys(schema, sent)))
    must.hold(
        not text.strip()
        or any(name in text or _in_words(name).search(text) for name in names)
        or any(re.search(name, text) for name in inside),
        reply,
        f"a refusal for {field} does not name it",
        kind="field-not-named",
        expected="the name of the field",
        actual="no name",
        field=field,
    )


def _members(schema: Mapping[str, Any]) -> Iterator[str]:
    """The names of the members that a value of the field may have inside, at every depth."""
    for name, member in schema.get("properties", {}).items():
        yield name
        yield from _members(member)
    within = (schema.get("items"), schema.get("additionalProperties"), *schema.get("patternProperties", {}).values())
    for part in (*within, *schema.get("anyOf", ()), *schema.get("oneOf", ())):
        if isinstance(part, Mapping):
            yield from _members(part)


def _keys(schema: Mapping[str, Any], value: Any) -> Iterator[str]:
    """The names that the client has given to the members of a map: one of them may be what a refusal names."""
    if isinstance(value, Mapping):
        yield from (name for name in value if name and name not in schema.get("properties", {}))


def _in_words(name: str) -> re.Pattern[str]:
    """What matches a name in any style: ``tax_exempt``, ``taxExempt`` and "Tax exempt" are the same."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[^A-Z_-]+", name)
    return re.compile(r"[\s_-]?".join(map(re.escape, words or [name])), re.IGNORECASE)


@requirement("error.problem-json", when=lambda c, r: "error.problem-json" in c.policies)
@every_exchange
def test_refusals_are_problem_details(reply: Reply) -> None:
    if 400 <= reply.status < 600:
        media = (reply.header("Content-Type") or "").partition(";")[0].strip().lower()
        must.hold(
            media == "application/problem+json",
            reply,
            f"a refusal is {media}",
            kind="media-type",
            expected="application/problem+json",
            actual=media,
        )
        # RFC 9457 §3.1.2: the member repeats the status of the answer that it is in.
        said = reply.json.get("status", reply.status) if isinstance(reply.json, dict) else reply.status
        must.hold(
            said == reply.status,
            reply,
            f"the problem of a {reply.status} says that its status is {said}",
            kind="problem-status",
            expected="the status of the answer",
            actual="another",
            pointer="/status",
        )


def sent_in(reply: Reply) -> str:
    """All that the request held."""
    return (reply.exchange.request.body or b"").decode("utf-8", "replace") + reply.exchange.request.target


@lru_cache(maxsize=256)
def leaks(body: bytes) -> Sequence[tuple[str, str]]:
    """What a body shows of a server's inside, and where. Refusals say the same over and over."""
    text = body.decode("utf-8", "replace")
    return [(what, found[0]) for what, pattern in LEAKS if (found := pattern.search(text))]


@requirement("error.no-leak")
@every_exchange
def test_a_refusal_leaks_nothing(reply: Reply) -> None:
    if reply.status < 400 or reply.exchange.response is None:
        return
    for what, found in leaks(reply.exchange.response.body):
        # What the client itself sent and the server quotes is no secret of the server.
        if found.strip() not in sent_in(reply):
            must.hold(
                False,
                reply,
                f"a {reply.status} shows {what}: {found[:80]!r}",
                kind="leak",
                expected="nothing of the server's inside",
                actual=what,
            )
