"""The two-way gate between the suites and their register: every test proves an entry, every entry has a test or a
reason."""

from __future__ import annotations

import importlib.util
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

import restproof
from restproof.bundle import REGISTER, bundled_dir
from restproof.contract.load import load as load_contract
from restproof.engine.marks import Proof, proof_of
from restproof.engine.register import is_binding, level_of, load, sources_of
from restproof.oracle.rules import TrafficRule

SUITES = bundled_dir() / "suites"
REQUIREMENTS = load(SUITES / REGISTER)
CONTRACTS = sorted(p.parent for p in (bundled_dir() / "contracts").glob("*/contract.yaml"))

# What a JSON resource API keeps at least. A family with a star needs one entry or more.
EXPECTED = [
    "transport.https-only",
    "transport.tls-valid",
    "protocol.standard-status",
    "protocol.no-body",
    "protocol.json-valid",
    "protocol.content-type",
    "protocol.unsupported-verb",
    "protocol.405-allow",
    "protocol.date",
    "protocol.head",
    "media.json-only",
    "media.foreign-body",
    "shape.resource",
    "shape.list",
    "shape.error",
    "shape.formats",
    "shape.no-undeclared",
    "error.names-field",
    "error.problem-json",
    "error.no-leak",
    "create.answers-created",
    "create.location",
    "create.reads-back",
    "create.is-listed",
    "create.defaults",
    "create.unique-id",
    "create.server-set",
    "create.accepts-valid",
    "create.failed-leaves-nothing",
    "read.answers-ok",
    "read.is-safe",
    "read.is-stable",
    "list.answers-ok",
    "list.entry-agrees",
    "list.page-size",
    "list.pages-partition",
    "list.links",
    "list.totals",
    "list.past-the-end",
    "list.bad-page",
    "list.filter-sound",
    "list.filter-complete",
    "list.sort",
    "list.unknown-query-field",
    "list.own-scope",
    "update.answers-ok",
    "update.persists",
    "update.only-named",
    "update.null-clears",
    "update.falsy-counts",
    "update.replaces-arrays",
    "update.empty",
    "update.idempotent",
    "update.immutable",
    "update.touches-updated-at",
    "update.failed-leaves-nothing",
    "update.unknown-id",
    "replace.*",
    "delete.answers",
    "delete.is-gone",
    "delete.unlisted",
    "delete.repeat",
    "delete.siblings",
    "delete.frees-unique",
    "identity.unknown",
    "identity.malformed",
    "identity.unknown-path",
    "identity.wrong-parent",
    "identity.unknown-parent",
    "input.malformed-json",
    "input.envelope",
    "input.unknown-field",
    "input.required",
    "input.type",
    "input.null",
    "input.bounds",
    "input.business-rule",
    "input.reference",
    "input.too-large",
    "conflict.duplicate",
    "conflict.rename",
    "conflict.scope",
    "conflict.race",
    "auth.missing",
    "auth.invalid",
    "auth.challenge",
    "auth.forbidden",
    "auth.forbidden-no-effect",
    "auth.object-level",
    "limit.answers-429",
    "limit.retry-after",
    "limit.headers",
    "robust.no-5xx",
    "robust.classes",
    "robust.injection",
    "robust.no-timeout",
    "robust.latency",
    "retry.503",
    "lifecycle.model",
    "conditional.*",
    "idempotency.key",
]
SHOULD = {"protocol.date", "error.names-field", "input.too-large", "retry.503"}
POLICY = {
    "protocol.head", "shape.no-undeclared", "error.problem-json", "create.location", "update.touches-updated-at",
    "limit.headers", "robust.latency", "idempotency.key",
}  # fmt: skip

# Every clause that the register cites, with what it is about: a citation that is not here has not been looked up.
CLAUSES = {
    "RFC 5280 §6": "certification path validation",
    "RFC 5789 §2": "the PATCH method",
    "RFC 6585 §3": "428 Precondition Required",
    "RFC 6585 §4": "429 Too Many Requests",
    "RFC 6750 §3.1": "Error Codes",
    "RFC 7396 §1": "null removes a member; what is absent stays",
    "RFC 7396 §2": "what is no object, an array too, is replaced whole",
    "RFC 8259 §4": "objects, whose names should be unique",
    "RFC 8259 §8.1": "UTF-8",
    "RFC 8259 §9": "parsers and their limits",
    "RFC 8259 §11": "the media type, on which a charset has no effect",
    "RFC 8288 §3": "links in HTTP header fields",
    "RFC 8446 §4.2.1": "supported versions",
    "RFC 8996 §4": "no TLS 1.0",
    "RFC 8996 §5": "no TLS 1.1",
    "RFC 9112 §2.2": "message parsing: what is no request line is refused or the connection closed",
    "RFC 9112 §3": "the request line; an invalid one is a 400",
    "RFC 9112 §6.3": "the length of a message; what follows it on a connection is no part of it",
    "RFC 9112 §9.6": "tear-down of a connection",
    "RFC 9110 §5.3": "a field stands once, unless its value is a list",
    "RFC 9110 §5.5": "field values; CR, LF and NUL are invalid in them",
    "RFC 9110 §6.6.1": "Date",
    "RFC 9110 §8.3": "Content-Type",
    "RFC 9110 §8.3.1": "media types and their parameters",
    "RFC 9110 §8.6": "Content-Length, which is that of the content",
    "RFC 9110 §8.8.3": "ETag",
    "RFC 9110 §9.2.1": "safe methods",
    "RFC 9110 §9.2.2": "idempotent methods",
    "RFC 9110 §9.3.2": "HEAD",
    "RFC 9110 §9.3.4": "PUT",
    "RFC 9110 §9.3.5": "DELETE",
    "RFC 9110 §10.2.1": "Allow",
    "RFC 9110 §10.2.2": "Location",
    "RFC 9110 §10.2.3": "Retry-After",
    "RFC 9110 §11.6.1": "WWW-Authenticate",
    "RFC 9110 §13.1.1": "If-Match",
    "RFC 9110 §13.1.2": "If-None-Match",
    "RFC 9110 §15": "status codes",
    "RFC 9110 §15.3": "successful 2xx",
    "RFC 9110 §15.3.1": "200 OK",
    "RFC 9110 §15.3.2": "201 Created",
    "RFC 9110 §15.3.3": "202 Accepted",
    "RFC 9110 §15.3.5": "204 No Content",
    "RFC 9110 §15.3.6": "205 Reset Content",
    "RFC 9110 §15.3.7": "206 Partial Content",
    "RFC 9110 §15.4.5": "304 Not Modified",
    "RFC 9110 §15.5": "client error 4xx",
    "RFC 9110 §15.5.1": "400 Bad Request",
    "RFC 9110 §15.5.2": "401 Unauthorized",
    "RFC 9110 §15.5.4": "403 Forbidden",
    "RFC 9110 §15.5.5": "404 Not Found",
    "RFC 9110 §15.5.6": "405 Method Not Allowed",
    "RFC 9110 §15.5.10": "409 Conflict",
    "RFC 9110 §15.5.14": "413 Content Too Large",
    "RFC 9110 §15.5.15": "414 URI Too Long",
    "RFC 9110 §15.5.16": "415 Unsupported Media Type",
    "RFC 9110 §15.5.21": "422 Unprocessable Content",
    "RFC 9110 §15.6": "server error 5xx",
    "RFC 9110 §15.6.3": "502 Bad Gateway",
    "RFC 9110 §15.6.4": "503 Service Unavailable",
    "RFC 9457 §3": "the problem details object",
    "RFC 9457 §5": "security considerations: nothing of the inside",
    "RFC 9525 §6": "verifying service identity",
    "JSON Schema Validation 2020-12 §6": "validation keywords",
    "OWASP API1:2023": "broken object level authorization",
    "OWASP API3:2023": "broken object property level authorization",
    "OWASP API8:2019": "injection",
    "Web Fuzzing Commons fault 104": "a refused creation that has an effect",
    "Web Fuzzing Commons fault 206": "a forbidden operation that has an effect",
}
FORMS = re.compile(
    r"contract|RFC \d{4} §\d+(\.\d+)*|JSON Schema [A-Z]\w+ 2020-12 §\d+(\.\d+)*|OWASP API([1-9]|10):(2019|2023)"
    r"|Web Fuzzing Commons fault \d{3}"
)


def rules() -> Iterator[tuple[str, Proof]]:
    """Every test of the suites that carries a mark of restproof, by module and name."""
    for path in sorted(SUITES.glob("test_*.py")):
        spec = importlib.util.spec_from_file_location(f"register_gate_{path.stem}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for name, value in vars(module).items():
            if name.startswith("test"):
                proof = proof_of(value)
                assert proof is not None, f"{path.name}: {name} proves no requirement"
                yield f"{path.name}::{name}", proof


RULES = dict(rules())


@pytest.mark.parametrize("test", RULES)
def test_every_test_names_an_entry(test: str) -> None:
    assert RULES[test].requirement in REQUIREMENTS


@pytest.mark.parametrize("test", RULES)
def test_a_test_stands_in_a_module_of_its_family(test: str) -> None:
    """``test_update.py``, or a chapter of it: ``test_update_fields.py``."""
    kin = {"retry": "robust"}
    family = RULES[test].requirement.partition(".")[0]
    families = {kin.get(family, family), *(("query",) if family == "list" else ())}
    families |= {"transport"} if RULES[test].requirement == "robust.hostile-bytes" else set()
    families |= {"refusal"} if RULES[test].requirement == "create.failed-leaves-nothing" else set()
    assert test.partition("::")[0].removeprefix("test_").removesuffix(".py").partition("_")[0] in families


@pytest.mark.parametrize("name", TrafficRule)
def test_the_judge_of_traffic_speaks_of_entries(name: TrafficRule) -> None:
    """It is told with the items of the rule's own test, so that there has to be one that does not observe anyway."""
    assert name in REQUIREMENTS
    assert any(proof.requirement == name and not proof.observes for proof in RULES.values())


def test_no_rule_is_named_in_the_machinery() -> None:
    """What is true of one rule stands beside its test, in the register, or in the one table beside its judge."""
    source = Path(restproof.__file__).parent
    beside = [source / "oracle/rules.py", source / "contract/policies.py", *(source / "sandbox/faults").glob("*.py")]
    named = [
        f"{path.relative_to(source)}: {name}"
        for path in sorted(source.rglob("*.py"))
        if path not in beside and "_bundle" not in path.parts
        for name in re.findall(r"[\"']([a-z]+\.[a-z0-9-]+)[\"']", path.read_text(encoding="utf-8"))
        if name in REQUIREMENTS
    ]
    assert named == []


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_entry_has_a_test_or_a_reason(name: str) -> None:
    tests = [t for t, proof in RULES.items() if proof.requirement == name]
    if REQUIREMENTS[name].not_tested is None:
        assert tests
    else:
        assert not tests
        assert REQUIREMENTS[name].not_tested


@pytest.mark.parametrize("name", EXPECTED)
def test_no_rule_is_missing(name: str) -> None:
    if name.endswith(".*"):
        assert any(r.family == name.removesuffix(".*") for r in REQUIREMENTS.values())
    else:
        assert name in REQUIREMENTS


@pytest.mark.parametrize("name", EXPECTED)
def test_levels_are_as_they_were_agreed(name: str) -> None:
    wanted = "should" if name in SHOULD else "policy" if name in POLICY or name.endswith(".*") else "must"
    family = name.removesuffix("*")
    for requirement in REQUIREMENTS.values():
        if requirement.id == name or (name.endswith("*") and requirement.id.startswith(family)):
            assert requirement.level == wanted


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_entry_is_one_sentence_with_sources(name: str) -> None:
    requirement = REQUIREMENTS[name]
    assert re.fullmatch(r"[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*", name)
    assert re.fullmatch(r"[A-Z0-9].*[^.]\.", requirement.statement)
    assert requirement.sources
    assert len(set(requirement.sources)) == len(requirement.sources)
    for source in requirement.sources:
        assert FORMS.fullmatch(source), source
        assert source == "contract" or source in CLAUSES, f"{source} has not been looked up"


def test_no_clause_is_listed_that_nobody_cites() -> None:
    cited = {source for r in REQUIREMENTS.values() for source in r.sources}
    assert CLAUSES.keys() <= cited


def test_dependencies_have_no_cycle_and_point_at_entries() -> None:
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " → ".join((*above, name))
        if name not in done:
            for other in REQUIREMENTS[name].depends_on:
                visit(other, (*above, name))
            done.add(name)

    for name in REQUIREMENTS:
        visit(name, ())


def test_nothing_rests_on_what_may_not_bind() -> None:
    """A must that depended on a policy or a should could be excused by it."""
    for requirement in REQUIREMENTS.values():
        if requirement.level == "must":
            assert {REQUIREMENTS[d].level for d in requirement.depends_on} <= {"must"}, requirement.id


def test_only_a_policy_is_declared() -> None:
    for requirement in REQUIREMENTS.values():
        assert requirement.declared_by is None or requirement.level == "policy", requirement.id


@pytest.mark.parametrize("folder", CONTRACTS, ids=lambda p: p.name)
def test_a_contract_speaks_of_entries_only(folder: Path) -> None:
    contract = load_contract(folder)
    families = {f"{r.family}.*" for r in REQUIREMENTS.values()}
    assert contract.clauses.keys() <= REQUIREMENTS.keys()
    assert contract.policies <= REQUIREMENTS.keys() | families
    for policy in contract.policies & REQUIREMENTS.keys():
        assert REQUIREMENTS[policy].level == "policy", policy


@pytest.mark.parametrize("folder", CONTRACTS, ids=lambda p: p.name)
def test_a_rule_that_binds_has_items_under_the_contract(folder: Path) -> None:
    """A policy that the contract declares, and that no item would judge, would be an empty promise."""
    contract = load_contract(folder)
    by_name = defaultdict(list)
    for proof in RULES.values():
        by_name[proof.requirement].append(proof)
    for policy in contract.policies & REQUIREMENTS.keys():
        assert is_binding(REQUIREMENTS[policy], contract)
        applies = [
            proof.observes or proof.applies(contract, resource, operation)
            for proof in by_name[policy]
            for resource in contract
            for operation in proof.on or resource.operations
        ]
        assert any(applies), policy


def test_a_policy_binds_only_where_it_is_declared() -> None:
    procore, kinto = (load_contract(bundled_dir() / "contracts" / n) for n in ("procore", "kinto"))
    for name, here, there in (
        ("update.touches-updated-at", True, True),
        ("limit.headers", True, False),
        ("replace.answers", False, True),
        ("conditional.etag", False, True),
        ("create.location", False, False),
        ("read.answers-ok", True, True),
    ):
        assert is_binding(REQUIREMENTS[name], procore) is here, name
        assert is_binding(REQUIREMENTS[name], kinto) is there, name


def test_a_contract_adds_its_own_sources() -> None:
    procore = load_contract(bundled_dir() / "contracts" / "procore")
    requirement = REQUIREMENTS["input.unknown-field"]
    assert sources_of(requirement, procore)[: len(requirement.sources)] == requirement.sources
    assert len(sources_of(requirement, procore)) > len(requirement.sources)
    assert level_of(requirement, procore) == "must"
