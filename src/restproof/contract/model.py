"""What an API promises, as frozen values. Built by ``restproof.contract.load``; read by every other room.

The words are those of the contract file (``docs/contract.md``); every default is resolved here, so no reader has to
know one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl

from restproof.contract.address import Address, sent_path
from restproof.contract.bodystatus import BodyStatus
from restproof.contract.envelope import Envelope
from restproof.contract.jobs import ACCEPTED, Job
from restproof.contract.limits import Rate, RateLimit
from restproof.contract.media import Media
from restproof.contract.normal import Form
from restproof.contract.quotas import Quota
from restproof.contract.rules import BusinessRule
from restproof.contract.settles import Settles
from restproof.contract.shapes import Shapes, named_in, same
from restproof.contract.syntax import QuerySyntax
from restproof.contract.urls import Query
from restproof.contract.versions import Version
from restproof.frozen import frozen

OPERATIONS = ("list", "create", "read", "update", "replace", "delete")
ON_ITEM = ("read", "update", "replace", "delete")
"""The operations that one instance is asked for by its id."""
WRITES = ("create", "update", "replace")
"""The operations with a body of the resource."""
Schema = Mapping[str, Any]
NO_BODY: Schema = {"not": {}}
"""The schema of an error body that is not there: nothing fits it."""


@frozen
class Status:
    """The statuses that a contract allows for one case: exact codes and whole classes (``4xx``).

    ``accepted`` marks the two words that are no status: ``ignored`` (the request succeeds and the thing has no
    effect) and ``kept`` (it succeeds and the thing is stored).
    """

    codes: frozenset[int] = frozenset()
    classes: frozenset[int] = frozenset()
    accepted: Literal["", "ignored", "kept"] = ""

    def __contains__(self, code: object) -> bool:
        return isinstance(code, int) and (code in self.codes or code // 100 in self.classes)

    @property
    def first(self) -> int:
        """The code that a conforming server answers where it has the choice: the first in reading order (200 before
        204).
        """
        if self.codes:
            return min(self.codes)
        return min(self.classes) * 100

    @property
    def may_succeed(self) -> bool:
        """Whether a success (2xx) is among what is allowed."""
        return bool(self.accepted) or 2 in self.classes or any(200 <= code < 300 for code in self.codes)

    def __or__(self, other: Status) -> Status:
        """What either allows."""
        return Status(self.codes | other.codes, self.classes | other.classes, self.accepted or other.accepted)

    def __str__(self) -> str:
        if self.accepted:
            return self.accepted
        parts = [str(c) for c in sorted(self.codes)] + [f"{c}xx" for c in sorted(self.classes)]
        return " or ".join(parts)


_MAY_BE_GONE = Status(codes=frozenset({404, 410}), classes=frozenset({2, 4}))
"""What is answered about what was deleted, where that may be there still."""
_IS_THERE = Status(classes=frozenset({2}))


@frozen
class Auth:
    """How a request proves who sends it (RFC 9110 §11). ``scheme`` ``none`` means that no credential is asked for.

    An ``api_key`` stands in ``place``: in ``header`` behind ``prefix``, or in the query parameter or cookie ``name``.
    """

    scheme: Literal["none", "bearer", "basic", "digest", "api_key"] = "none"
    header: str = "Authorization"
    place: Literal["header", "query", "cookie"] = "header"
    name: str = ""
    prefix: str = ""

    @property
    def parameters(self) -> tuple[str, ...]:
        """The query parameters that hold a credential."""
        return (self.name,) if self.place == "query" else ()

    def shown(self, header: Callable[[str], str | None], query: str) -> str | None:
        """What a request holds where its credential belongs: the value of the field, the parameter or the cookie.
        ``header`` gives a field of the request, ``query`` is its query as it was sent."""
        if self.place == "query":
            return next((v for n, v in parse_qsl(query, keep_blank_values=True) if n == self.name), None)
        value = header(self.header)
        if self.place == "header" or value is None:
            return value
        pairs = (pair.partition("=") for pair in value.split(";"))
        return next((v.strip() for n, _, v in pairs if n.strip() == self.name), None)


@frozen
class Id:
    """The identifier of a resource: the response field (empty where entries have no identity), its type and who chooses
    it (``server``, ``client`` or ``either``).

    ``server``: POST to the collection. ``client``: PUT to the item's path creates it (or POST with the field in the
    body where ``create`` goes by POST). ``either``: POST, and PUT to a new id creates too. ``link``:
    where an object holds a URL that ends with the id. ``url``: what stands for the id in the field, where it is not the
    bare one. ``follows``: the request
    field that the server makes the id of, so that an update of it moves the resource to another id. ``changes``:
    whether an update may name another id, under which the resource then stands. ``reused``:
    ``never`` where no create gives the id of something that was deleted.
    """

    field: str = "id"
    type: Literal["integer", "uuid", "string"] = "integer"
    chosen_by: Literal["server", "client", "either"] = "server"
    pattern: str | None = None
    follows: str | None = None
    link: str | None = None
    url: str | None = None
    single: bool = False
    """Whether there is just one, which no request names."""
    slashes: bool = False
    """Whether ids may hold slashes, which stand in paths as they are."""
    changes: bool = False
    reused: Literal["perhaps", "never"] = "perhaps"

    @property
    def may_come_again(self) -> bool:
        """Whether a create may give the id of something that was deleted."""
        return self.reused != "never" or self.chosen_by != "server" or self.follows is not None or self.changes


@frozen
class Parent:
    """One ancestor of a resource that a request names: in the path, in the query, in the body beside the envelope, in a
    header field, or ``auto`` (:func:`parents_named` says where). ``name`` is the parameter's name.
    """

    resource: str
    name: str
    place: Literal["path", "query", "body", "header", "auto"]


@frozen
class Reference:
    """A request field that holds the id (or array of ids) of another resource.

    ``reads_as``: where it shows in a response: ``office.id``, ``departments[].id``, or the field itself
    (``office_id``), empty where no response shows it. ``on_delete``: what becomes of it when the referent is deleted:
    ``clear`` (null, or the entry leaves the array), ``refuse``, ``cascade`` (what refers is deleted too), or
    ``unspecified``. ``within``: whether it names what lives under the same ``parents``, as far as both have them, or
    what lives ``anywhere``; or the reference beside it that names what it lies in.
    """

    field: str
    to: str
    reads_as: str
    many: bool
    on_delete: Literal["clear", "refuse", "cascade", "unspecified"] = "unspecified"
    within: str = "parents"

    @property
    def beside(self) -> str:
        """The reference that names what the referent lies in; empty where there is none."""
        return "" if self.within in ("parents", "anywhere") else self.within


@frozen
class Default:
    """What the server makes of a field that a create leaves out: a value of its own (``server``), the day (``today``),
    the value of the field ``copies``, or ``value``."""

    made: Literal["server", "today", "copy", "value"]
    copies: str = ""
    value: Any = None


@frozen
class DerivedAlternative:
    """``template`` with ``{field}`` placeholders, used where all fields of ``when`` are neither null nor empty."""

    template: str
    when: tuple[str, ...] = ()


@frozen
class Filter:
    """A query filter. ``equals``: the entry's ``field`` equals the value. With ``values``, each query value maps to
    what ``field`` must equal; ``ANY`` matches all entries.
    """

    name: str
    field: str
    values: Mapping[str, Any] | None = None


@frozen
class Comparison:
    """A query filter that asks otherwise than for equality: ``field`` is greater (``gt``), at least (``gte``), less, at
    most, another one (``not``), one of several with commas between them (``in``), or a text that contains, starts or
    ends with the value. ``of_decimals``: whether a text that the field holds is compared as the number that it is."""

    name: str
    field: str
    by: Literal["gt", "gte", "lt", "lte", "not", "in", "contains", "starts", "ends"]
    of_decimals: bool = False


class _Any:
    def __repr__(self) -> str:
        return "any"


ANY = _Any()


USUAL_PAGE = 100
"""The entries of a page that is asked for where nothing says how many there may be."""


@frozen
class Paging:
    """How a list is cut into pages.

    ``page``: page number and size. ``offset``: offset and limit. ``token``: an opaque next link or token in a
    header (``next_header``) or in the body (``next_field``), or a field of the last entry (``next_entry``; ``more``:
    the member of the body that says whether there is another page). ``none``: one page holds all. ``min``: the
    smallest size that is allowed. ``size``: the parameter of the size, empty where there is none. ``first``: the number
    of the first page, or the offset of the first entry, where it is not the usual one. ``all``: the size that asks for
    everything. ``last`` and ``end``: the parameter of the last entry, or of the one behind it, which stands in the
    place of the size; ``range``: how the header field ``Range`` holds the first entry and the last.
    """

    style: Literal["none", "page", "offset", "token"] = "none"
    page: str = "page"
    size: str = "per_page"
    offset: str = "offset"
    token: str | None = None
    token_in: Literal["query", "header"] = "query"
    next_header: str | None = None
    next_field: str | None = None
    next_entry: str | None = None
    more: str | None = None
    default: int | None = None
    min: int = 1
    max: int | None = None
    over_max: Literal["refused", "clamped", "unspecified"] = "refused"
    total: str | None = None
    total_field: str | None = None
    size_header: str | None = None
    links: bool = False
    first: int | None = None
    all: str | None = None
    last: str | None = None
    end: str | None = None
    range: str | None = None

    @property
    def spans(self) -> bool:
        """Whether a page is asked for by its first and its last entry."""
        return bool(self.last or self.end or self.range)

    @property
    def least(self) -> int:
        """The number of the first page, or the offset of the first entry."""
        return self.first if self.first is not None else int(self.style == "page")

    @property
    def largest(self) -> int | None:
        """The most entries of a page that is sure to be allowed; ``None``: any number is. Where a document names no
        largest size, a server may still have one, and refuse what is larger."""
        return self.max or (max(self.default or USUAL_PAGE, self.min) if self.over_max == "unspecified" else None)

    def sized(self, size: int | None) -> Query:
        """The query that asks for pages of ``size`` entries; empty where they have the server's size."""
        return ((self.size, str(size)),) if self.size and size and self.style != "none" else ()


@frozen
class Clause:
    """What the contract adds to one entry of the register: its own sources and, where it says so, another level
    (``none``: it is not promised)."""

    requirement: str
    sources: tuple[str, ...] = ()
    level: Literal["must", "should", "none"] | None = None


@frozen
class Operation:
    """How the requests of one operation are made.

    ``path``: below the base path, with ``{id}`` for the resource's own id. ``parents``: the ancestors that they name,
    none of them with the place ``auto``. ``auth``: whether they need a credential (``required``), may have one
    (``optional``: nothing is said of a request without it) or are sent without (``none``). ``query`` and ``headers``:
    what each of them holds besides, with the schema of its value. ``envelope`` and ``media``: where the
    resource stands in their bodies and answers, and of what media type these are. ``errors``: the schemas of its own
    error bodies, by status or class of them. ``job``: what tells how it goes on where it is only accepted.
    """

    name: str
    method: str
    path: str
    parents: tuple[Parent, ...]
    statuses: Mapping[str, Status]
    auth: Literal["required", "optional", "none"] = "required"
    query: Mapping[str, Schema] = field(default_factory=dict)
    headers: Mapping[str, Schema] = field(default_factory=dict)
    envelope: Envelope = field(default_factory=Envelope)
    media: Media = field(default_factory=Media)
    errors: Mapping[str, Schema | None] = field(default_factory=dict)
    job: Job | None = None
    rate: Rate | None = None
    """How often it may be asked for, by itself or with all of the resource, where that is said apart."""
    returns: Literal["representation", "minimal"] = "representation"
    """Whether the answer to a write is a representation, or promises at most the id (as in RFC 7240 §4.2)."""
    receipt: Schema | None = None
    """What the whole body of a minimal answer is; ``None`` where nothing is said of it."""
    address: Address | None = None
    """Where its requests name the id, where it is not in their path. ``path`` is then the one inside."""

    def is_under_way(self, status: int | None) -> bool:
        """Whether an answer with this status tells of a job, and shows no representation."""
        return self.job is not None and status == ACCEPTED

    def shown(self, document: Any) -> dict[str, Any] | None:
        """What an answer shows of the resource, be it a representation or not; ``None`` where it is no object."""
        return self.envelope.shown(document, in_part=self.returns == "minimal")

    @property
    def on_item(self) -> bool:
        """Whether the path names one resource."""
        return "{id}" in self.path

    @property
    def sent_path(self) -> str:
        """The path as it is sent: without an id that stands elsewhere."""
        return sent_path(self.path)

    def told(self, target: str = "") -> str:
        """Where its requests go, as people are told: with the id where it stands. ``target``: one of them, as it is
        known inside."""
        path, _, rest = (target or self.path).partition("?")
        asked = f"?{rest}" if rest else ""
        if self.address is None:
            return path + asked
        return self.address.told(sent_path(path) + asked, path.rpartition("/")[2])

    @property
    def parameters(self) -> tuple[Parent, ...]:
        """The parents that do not stand in the path."""
        return tuple(p for p in self.parents if p.place != "path")

    def parents_in(self, place: Literal["path", "query", "body", "header"]) -> tuple[Parent, ...]:
        """The parents that stand in one place."""
        return tuple(p for p in self.parents if p.place == place)

    def parent(self, resource: str) -> Parent | None:
        """Where the requests name an ancestor; ``None`` where they do not."""
        return next((p for p in self.parents if p.resource == resource), None)


@frozen
class Resource:
    """One resource: where it lives, what it looks like and how it behaves.

    ``other_methods``: by place (``collection``, ``item``), methods that the API has there besides the operations.
    ``directions``: the schemas of ``request``, ``response``, ``entry`` and of single operations where they are apart;
    ``schema`` then names the fields of all.
    ``own_ways``: the operations that are asked for in a way of their own. ``parents``: all that any operation names.
    ``settles``: how long it takes until a write is seen. ``unlisted``: fields that the entries of a list leave out, or
    show empty. ``normalized``: by place, the forms in which the server keeps what it is sent;
    ``unique_by``: by member of a unique key, those in which values are compared besides.
    ``always_touched``: the touched fields that move with every update, whether or not it changes a value.
    ``inner_references``: by place in a request field (``owner.id``, ``lines[].product_id``), the resource whose id
    stands there. ``made_defaults``: what the server makes of fields that a create leaves out.
    ``open``: what the contract does not say. ``unordered``: response fields that hold
    arrays of which the order says nothing. ``may_need``: query parameters of the list of which it may want one, and of
    which only the name is known.
    """

    name: str
    path: str
    schema: Schema
    schema_file: Path
    operations: tuple[str, ...]
    envelope: Envelope
    parents: tuple[Parent, ...]
    id: Id
    methods: Mapping[str, str]
    paging: Paging
    statuses: Mapping[str, Status]
    unique: tuple[tuple[str, ...], ...] = ()
    unique_scope: Literal["parent", "global"] = "parent"
    unique_by: Mapping[str, tuple[Form, ...]] = field(default_factory=dict)
    normalized: Mapping[str, tuple[Form, ...]] = field(default_factory=dict)
    derived: Mapping[str, tuple[DerivedAlternative, ...]] = field(default_factory=dict)
    touched: tuple[str, ...] = ()
    always_touched: tuple[str, ...] = ()
    made_defaults: Mapping[str, Default] = field(default_factory=dict)
    touched_resolution: float = 1.0
    immutable: tuple[str, ...] = ()
    volatile: tuple[str, ...] = ()
    lenient: tuple[str, ...] = ()
    create_only: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    unordered: tuple[str, ...] = ()
    may_need: tuple[str, ...] = ()
    references: Mapping[str, Reference] = field(default_factory=dict)
    inner_references: Mapping[str, str] = field(default_factory=dict)
    reads_as: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[BusinessRule, ...] = ()
    quotas: tuple[Quota, ...] = ()
    query: QuerySyntax = field(default_factory=QuerySyntax)
    sort: tuple[str, ...] = ()
    filters: Mapping[str, Filter] = field(default_factory=dict)
    comparisons: Mapping[str, Comparison] = field(default_factory=dict)
    sparse: bool = False
    secret: tuple[str, ...] = ()
    public: tuple[str, ...] = ()
    """Fields that look like secrets and are none."""
    etag: bool = False
    weak_etag: bool = False
    preconditions: tuple[str, ...] = ()
    """The operations that are refused without ``If-Match``."""
    matched: tuple[str, ...] = ()
    """The operations for which ``If-Match`` counts."""
    version: Version | None = None
    """How writes name the state that they change, where it is not by an entity-tag."""
    settles: Settles = field(default_factory=Settles)
    rate: Rate | None = None
    """How often its operations may be asked for, all together, where that is said apart."""
    open: tuple[
        Literal["unique", "rules", "list", "replace", "id", "zones", "required", "answers", "totals", "delete"], ...
    ] = ()
    deleted_body: Literal["empty", "any"] = "any"
    examples: tuple[Mapping[str, Any], ...] = ()
    other_methods: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    directions: Mapping[str, Schema] = field(default_factory=dict)
    own_ways: Mapping[str, Operation] = field(default_factory=dict)
    media: Media = field(default_factory=Media)
    own_item_path: str | None = None
    line: int = 0

    def operation(self, name: str) -> Operation:
        """How an operation is asked for; also of one that the resource does not offer, as it would be."""
        return self._ways[name]

    @cached_property
    def _ways(self) -> Mapping[str, Operation]:
        return {name: self._versioned(self.own_ways.get(name) or self._usual_way(name)) for name in OPERATIONS}

    def _versioned(self, way: Operation) -> Operation:
        """A way whose bodies may hold a version, which is no field of the resource."""
        placed = self.version.placed(way.name) if self.version else None
        if placed is None or placed[0] != "body":
            return way
        return replace(way, envelope=replace(way.envelope, version=placed[1]))

    def _usual_way(self, name: str) -> Operation:
        method = self.methods[name]
        creates_on_item = name == "create" and (method == "PUT" or not self.supports("create"))
        parents = parents_named(name, self.parents)
        path = self.item_path if name not in ("list", "create") or creates_on_item else self.path
        shared = Operation(name, method, path, parents, self.statuses, envelope=self.envelope, media=self.media)
        return replace(shared, rate=self.rate)

    @cached_property
    def envelopes_of_writes(self) -> tuple[Envelope, ...]:
        """The envelopes in which bodies may hold the resource, each once."""
        found: list[Envelope] = []
        for name in WRITES:
            if (envelope := self.operation(name).envelope) not in found:
                found.append(envelope)
        return tuple(found)

    @cached_property
    def shapes(self) -> Shapes:
        """The request and response schemas that follow from the one schema."""
        found = Shapes.of(self.schema, create_only=self.create_only, sparse=self.sparse, directions=self.directions)
        if "required" in self.open:
            found = replace(found, update={k: v for k, v in found.update.items() if k != "required"})
        return found.with_open_zones() if "zones" in self.open else found

    @cached_property
    def unlike_in_lists(self) -> frozenset[str]:
        """Fields that the entries of a list leave out, or show otherwise than a read does."""
        one, entry = self.shapes.response["properties"], self.shapes.entry["properties"]
        return frozenset(self.unlisted) | {n for n, p in one.items() if n in entry and not same(p, entry[n])}

    @cached_property
    def properties(self) -> Mapping[str, Schema]:
        """All properties of the schema, by name."""
        found: Mapping[str, Schema] = self.schema.get("properties", {})
        return found

    @property
    def shows_id(self) -> bool:
        """Whether each representation shows the id. A sparse one that does not require it need not."""
        name = self.id.field
        return name in self.properties and (not self.sparse or name in self.shapes.response.get("required", ()))

    def shows_nothing(self, entity: Mapping[str, Any]) -> bool:
        """Whether a success shows that there is none, where it may: by no id, or where representations need none, by
        no value."""
        if self.id.field in entity:
            return False
        return self.shows_id or all(entity.get(n) in (None, "", [], {}) for n in self.shapes.response["properties"])

    def shown_property(self, name: str) -> Schema:
        """The schema of a member as responses have it, of one that no response has as requests do."""
        found: Schema = self.shapes.response["properties"].get(name) or self.properties.get(name, {})
        return found

    @property
    def item_path(self) -> str:
        """The path of one resource, with ``{id}`` for its own id; a slash at the end of ``path`` stays at the end, but
        that of the base path itself (``/`` and ``/{id}``)."""
        if self.own_item_path is not None or self.id.single:
            return self.own_item_path or self.path
        above, ends = self.path.rstrip("/"), "/" if self.path.endswith("/") and self.path != "/" else ""
        return f"{above}/{{id}}{ends}"

    def status(self, case: str, operation: str | None = None) -> Status:
        """The statuses for ``case`` (see ``STATUS_DEFAULTS`` in ``contract.load``), of one operation where it is
        known."""
        own = self.own_ways.get(operation or "")
        said = own.statuses[case] if own else self.statuses[case]
        if case in ("gone", "repeat_delete") and "delete" in self.open:
            # What is there still may refuse a change in its own way; a read shows it, or that it is gone.
            return said | _IS_THERE if (case, operation) == ("gone", "read") else _MAY_BE_GONE
        return said

    @cached_property
    def codes_of_nothing(self) -> frozenset[int]:
        """The statuses by which a read says that an id names nothing."""
        cases = ("absent", "gone", "malformed_id", "absent_parent", "wrong_parent", "malformed_parent")
        said = {code for case in cases for code in self.status(case).codes}
        return frozenset({404, 410, *(code for code in said if 400 <= code < 500 and code not in (401, 429))})

    @cached_property
    def tells_invalid_apart(self) -> bool:
        """Whether a value has another status where it only looks like a right one, or only a format refuses it: for
        all operations, or for one of them."""
        cases = ("bad_format", "null_value", "coercible")
        everywhere = (None, *self.operations)
        return any(self.status(case, o) != self.status("invalid", o) for o in everywhere for case in cases)

    def supports(self, operation: str) -> bool:
        return operation in self.operations

    def method(self, operation: str) -> str:
        return self.operation(operation).method

    def moved_to(self, operation: str | None, sent: Any, id: Any) -> Any:
        """The other id that an update gives the one with ``id`` by what was sent; ``None`` where it gives none."""
        if not self.id.changes or operation != "update" or not isinstance(sent, Mapping):
            return None
        named = sent.get(self.id.field)
        return None if named is None or str(named) == str(id) else named

    @cached_property
    def names_what_it_creates(self) -> bool:
        """Whether the requests of a create name the id of what it makes, apart from its body."""
        return self.supports("create") and self.operation("create").on_item

    @property
    def creatable(self) -> bool:
        """Whether an operation makes one: a create, or PUT to a new id."""
        return self.supports("create") or creates_by_put(self)

    @property
    def renamable(self) -> bool:
        """Whether an update may change all of the first unique key."""
        return bool(self.unique) and self.renames(self.unique[0])

    def renames(self, key: tuple[str, ...]) -> bool:
        """Whether an update may change all of a unique key."""
        never = (self.id.field, *self.immutable)
        return all(n in self.shapes.update["properties"] and n not in never for n in key)

    @cached_property
    def named_by_all_on_items(self) -> frozenset[str]:
        """The parents that every operation on one resource names."""
        ways = [w for w in map(self.operation, self.operations) if w.on_item]
        named = [frozenset(p.resource for p in w.parents) for w in ways]
        return frozenset.intersection(*named) if named else frozenset(p.resource for p in self.parents)

    @property
    def path_parents(self) -> tuple[Parent, ...]:
        """The parents that the collection's path names."""
        return tuple(p for p in self.parents if p.place == "path")

    @property
    def parameter_parents(self) -> tuple[Parent, ...]:
        """The parents that the collection's path does not name."""
        return tuple(p for p in self.parents if p.place != "path")


@frozen
class Learned:
    """A word that was seen on the day ``seen`` (ISO date) and that nobody has promised. ``resource``: whose it is,
    ``None`` for the whole API's; ``word``: its way from there, with dots; ``fields``: those that it speaks of;
    ``promised``: of a case, the statuses (``404``, ``4xx``) that are promised all the same."""

    resource: str | None
    word: str
    seen: str
    fields: tuple[str, ...] = ()
    promised: tuple[str, ...] = ()


@frozen
class Contract:
    """All that an API promises."""

    name: str
    title: str
    path: Path
    base_path: str
    transport: Literal["https", "any"]
    auth: Auth
    headers: Mapping[str, str]
    statuses: Mapping[str, Status]
    order: tuple[str, ...]
    errors: Schema | None
    rate_limit: RateLimit | None
    resources: Mapping[str, Resource]
    policies: frozenset[str] = frozenset()
    clauses: Mapping[str, Clause] = field(default_factory=dict)
    max_body: int | None = None
    latency_budget: float | None = None
    idempotency_key: str | None = None
    errors_by_status: Mapping[str, Schema | None] = field(default_factory=dict)
    body_status: BodyStatus | None = None
    deviations: Path | None = None
    """The file of declared deviations that hold for every target."""
    learned: tuple[Learned, ...] = ()
    """Words that nobody has promised."""

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.resources.values())

    def status(self, case: str) -> Status:
        return self.statuses[case]

    @cached_property
    def ends(self) -> Mapping[str, tuple[Resource, ...]]:
        """The first and the last resource with each operation; one, where there is no other."""
        able = {o: [r for r in self if r.supports(o)] for o in OPERATIONS}
        return {operation: (*found[:1], *found[1:][-1:]) for operation, found in able.items()}

    @cached_property
    def referring(self) -> Mapping[str, tuple[tuple[Resource, str, Reference], ...]]:
        """Resource → what refers to it: another one, its field, and how it refers; without those that nothing does."""
        found: dict[str, list[tuple[Resource, str, Reference]]] = {}
        for other in self:
            for name, reference in other.references.items():
                found.setdefault(reference.to, []).append((other, name, reference))
        return {name: tuple(those) for name, those in found.items()}

    @cached_property
    def member_names(self) -> frozenset[str]:
        """The names of all members of its resources, at any depth, and of the parameters that name their parents."""
        found = {name for resource in self for name in named_in(resource.schema)}
        return frozenset(found | {parent.name for resource in self for parent in resource.parents})

    @cached_property
    def quota_fields(self) -> Mapping[str, frozenset[str]]:
        """Resource → those of its fields that say how much there may be below it."""
        told = {quota.told_by for resource in self for quota in resource.quotas if quota.told_by}
        return {name: frozenset(field for of, field in told if of == name) for name, _ in told}

    @cached_property
    def naming_headers(self) -> tuple[str, ...]:
        """The header fields that name a parent."""
        ways = [r.operation(o) for r in self for o in r.operations]
        return tuple(dict.fromkeys(p.name for way in ways for p in way.parents_in("header")))

    @cached_property
    def parameters_naming(self) -> Mapping[str, tuple[str, ...]]:
        """Resource → the parameters in a query or a body by which those below it name it, each once."""
        found: dict[str, dict[str, None]] = {}
        for resource in self:
            for parent in (p for p in resource.parameter_parents if p.place != "header"):
                found.setdefault(parent.resource, {})[parent.name] = None
        return {name: tuple(names) for name, names in found.items()}

    @cached_property
    def rates(self) -> Mapping[str, Rate]:
        """How often ``resource.operation``, or ``resource`` as a whole, may be asked for, where that is said apart."""
        ways = {
            f"{r.name}.{o}": r.operation(o).rate for r in self for o in r.operations if r.operation(o).rate != r.rate
        }
        whole = {r.name: r.rate for r in self}
        return {name: rate for name, rate in {**whole, **ways}.items() if rate is not None}

    @cached_property
    def ties(self) -> Mapping[str, Mapping[str, str]]:
        """Resource → those of its references that say what it lies in, where another reference asks for it and it is
        no parent: field → the resource that this names."""
        found: dict[str, dict[str, str]] = {}
        for resource in self:
            for reference in (r for r in resource.references.values() if r.beside):
                outer, lies = resource.references[reference.beside].to, self.resources[reference.to]
                own = tied_by(outer, lies.references.values())
                if own and outer not in {p.resource for p in lies.parents}:
                    found.setdefault(lies.name, {})[own] = outer
        return found

    @cached_property
    def describes_errors(self) -> bool:
        """Whether it says of any refusal what its body is."""
        own = any(resource.operation(o).errors for resource in self for o in resource.operations)
        return self.errors is not None or bool(self.errors_by_status) or own

    def error_schema(self, status: int, way: Operation | None = None) -> Schema | None:
        """The schema of an error body with a status, of the operation ``way`` where it has one: that of the code
        itself, else of its class, else the usual one; ``None`` where nothing is said of it."""
        for said in ({} if way is None else way.errors, self.errors_by_status):
            for key in (str(status), f"{status // 100}xx"):
                if key in said:
                    return said[key]
        return self.errors

    def ancestors(self, resource: Resource) -> tuple[str, ...]:
        """Names of all resources above ``resource``, nearest last: its parents, and theirs."""
        if not resource.parents:
            return ()
        seen: list[str] = []
        for parent in resource.parents:
            above = self.resources[parent.resource]
            for name in (*self.ancestors(above), above.name):
                if name not in seen:
                    seen.append(name)
        return tuple(seen)

    @cached_property
    def given(self) -> tuple[str, ...]:
        """Parents that no operation can create, and what stands above them: their ids come from the target's
        configuration."""
        parents = {p.resource for r in self for p in r.parents}
        found = {r.name for r in self if r.name in parents and not r.creatable}
        # Whose id is given stands below something that is there already.
        found |= {above for name in found for above in self.ancestors(self.resources[name])}
        return tuple(r.name for r in self if r.name in found)


def tied_by(outer: str, references: Iterable[Reference]) -> str:
    """The one of these references that says in which ``outer`` something lies; empty where none does."""
    return next((r.field for r in references if r.to == outer and not r.many), "")


def parents_named(operation: str, parents: Iterable[Parent]) -> tuple[Parent, ...]:
    """Where the requests of an operation name the parents. A list, a read and a delete send nothing of the resource,
    whatever their method: they name no parent in a body, and one of which nothing is said in the query."""
    writes = operation in WRITES
    placed = (replace(p, place="body" if writes else "query") if p.place == "auto" else p for p in parents)
    return tuple(p for p in placed if writes or p.place != "body")


def removes(resource: Resource) -> bool:
    """Whether there is a delete, and what it names is gone after it."""
    return resource.supports("delete") and "delete" not in resource.open


def creates_by_put(resource: Resource) -> bool:
    """Whether PUT to a new id creates the resource: not where clients name the id in what they POST."""
    by_post = resource.supports("create") and resource.method("create") == "POST"
    chosen_by = resource.id.chosen_by
    return resource.supports("replace") and (chosen_by == "either" or (chosen_by == "client" and not by_post))


def freed_keys(resource: Resource) -> dict[int, tuple[str, ...]]:
    """The unique keys whose values a delete gives free, by their numbers: not an id that nothing ever gets again."""
    stays = resource.id.field if resource.id.reused == "never" else None
    return {number: key for number, key in enumerate(resource.unique) if stays not in key}
