"""One resource of a document in the words of a contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.document import Route
from restproof.contract.inside import put_back
from restproof.contract.model import ON_ITEM, OPERATIONS, WRITES
from restproof.contract.openapi.answers import Reader
from restproof.contract.openapi.assurances import tags, without_version
from restproof.contract.openapi.bodies import Shaped, on_whole, own_envelopes, says_of, take_own_id
from restproof.contract.openapi.bookkeeping import keep_apart
from restproof.contract.openapi.elsewhere import has_below
from restproof.contract.openapi.embedded import Records
from restproof.contract.openapi.entries import is_list, is_one, lists_a_part
from restproof.contract.openapi.export import OPERATION
from restproof.contract.openapi.identity import (
    creates_by_put,
    given_id,
    id_member,
    identity,
    may_create_by_put,
    parameter_schema,
    tells_id,
)
from restproof.contract.openapi.ids_of_others import stands_for
from restproof.contract.openapi.inside import may_lack_zone
from restproof.contract.openapi.jsonapi import side_by_side
from restproof.contract.openapi.linked import is_guessed, link_of, take_link
from restproof.contract.openapi.listing import Listing
from restproof.contract.openapi.members import Members, members, replaces_whole, without_beyond
from restproof.contract.openapi.named import id_field, is_bare_list, own_item_path, own_paths
from restproof.contract.openapi.pages import Pages
from restproof.contract.openapi.paths import Call, Found, Paths
from restproof.contract.openapi.promises import ANY, Promises, apart
from restproof.contract.openapi.referring import Astray, leave_unnamed
from restproof.contract.openapi.refusals import Refusals
from restproof.contract.openapi.respelled import respelled
from restproof.contract.openapi.schemas import Schema
from restproof.contract.openapi.security import Security
from restproof.contract.openapi.sharing import Interned
from restproof.contract.openapi.shown_ids import shown_otherwise
from restproof.contract.openapi.uniqueness import Keys, keys_of
from restproof.contract.openapi.values_by_example import teach
from restproof.contract.openapi.ways import Unaskable, Ways, query_parents
from restproof.contract.openapi.wording import (
    case_of,
    may_be_none,
    says_it_keeps,
    says_it_may_lack,
    says_it_replaces,
    says_it_stays,
    words_of,
)
from restproof.contract.parents import DEFAULT_OPERATIONS
from restproof.contract.resource import DEFAULT_METHODS
from restproof.contract.shapes import types_of

Yaml = dict[str, Any]


class ResourceWriter:
    """Writes the resources of a document, and notes what of them is left out."""

    def __init__(self, reader: Reader, paths: Paths, security: Security, astray: Astray) -> None:
        self.reader, self.paths, self.astray = reader, paths, astray
        self.by_name = {found.name: found for found in paths.found.values()}
        self.records = Records(reader, paths.found.values())
        self.authenticated = security.scheme is not None
        self.ways = Ways(reader, security, self.by_name)
        self.refusals = Refusals(reader)
        self.left_out: list[tuple[str, Route]] = []
        self.schemas: dict[str, Schema] = {}
        self.origins: dict[str, dict[str, str]] = {}
        self.bodies: dict[str, Members] = {}
        self.related: dict[str, dict[str, Any]] = {}
        self.interned = Interned()
        self.merging: set[str] = set()
        self.ending: set[str] = set()
        self.unnamed: set[str] = set()
        self.nameless: set[str] = set()
        self.explained: set[Route] = set()

    def resource(self, path: str, found: Found) -> Yaml | None:
        """The words of a resource; ``None`` where its path has a parameter of which nothing says what it is."""
        renamed, unknown = self.paths.renamed(path)
        if unknown:
            self.left_out.append((f"{path}: nothing says what {', '.join(unknown)} is", ("paths", path)))
            return None
        parents = query_parents(found, self.by_name, self.reader)
        parents = {name: above for name, above in parents.items() if f"{{{above}}}" not in renamed}
        ways = self.askable(found, parents)
        if not found.calls:
            return self.given(path, found)
        cut = Pages(self.reader).paging(found.calls["list"])[1] if "list" in found.calls else None
        if cut and found.parameter is None and not is_list(self.reader.success(found.calls["list"])):
            self.take_out(found, {"list": f"it is not plain how {cut} pages it; say it in 'paging'"})
        if self.is_single(found):
            self.explained |= set(found.as_single())
            ways = self.askable(found, parents)
        told = side_by_side(without_version(self.reader, found, ways, self.records.apart), found, self.by_name)
        self.note(found, *(f"records or ids of other resources in {n}" for n in told.embedded))
        self.take_out(found, told.left_out | leave_unnamed(told.sent, parents, self.by_name, self.astray[found.name]))
        body, named = self.body(found, told)
        if not found.calls:
            return self.given(path, found)
        _leave_to_requests(body, parents)
        teach(self.reader, found, told, body.properties, self.by_name.keys())
        resource: Yaml = {"path": renamed, "schema": self.write_schema(found, body, told)}
        resource |= own_item_path(found, self.paths.renamed(found.items or found.above)[0])
        keys = Keys() if parents else keys_of(self.reader, found, told, body)
        statuses = self.statuses(found, told, keys) | told.stale
        ways = {o: {**ways.get(o, {}), **self.of_one(o, c, parents, told)} for o, c in found.calls.items()}
        for operation, path in own_paths(found, renamed).items():
            ways[operation]["path"] = path
        for operation, own in own_envelopes(told).items():
            ways.get(operation, {}).setdefault("envelope", {}).update(own)
        operations = [o for o in OPERATIONS if o in found.calls]
        if any(ways.values()) or operations != list(DEFAULT_OPERATIONS):
            resource["operations"] = {o: ways[o] or None for o in operations} if any(ways.values()) else operations
        if methods := {o: c.method for o, c in found.calls.items() if c.method != DEFAULT_METHODS[o]}:
            resource["methods"] = methods
        if other := found.others():
            resource["other_methods"] = other
        if envelope := {w: n for w, n in told.envelope.items() if says_of(w, found.calls)}:
            resource["envelope"] = envelope
        if conditional := tags(self.reader, found) or told.version:
            resource["conditional"] = conditional
        if parents:
            resource["parent"] = {resource_name: name for name, resource_name in parents.items()}
        if named:
            resource["id"] = named
        resource |= keys.words(id_field(resource)) | self.words(body, id_field(resource), found)
        if statuses:
            resource["statuses"] = statuses
        self.bodies[found.name], self.related[found.name] = body, told.related
        self.origins[found.name] = {"path": ", ".join(f"{c.method} {c.route[1]}" for c in found.calls.values())}
        return resource

    def leave_parts(self, found: Found) -> None:
        """Leave out the read of an item that answers some entries of the list; without another operation on items, the
        parameter of its path is no id."""
        if not {"read", "list"} <= found.calls.keys():
            return
        one, whole = (self.reader.success(found.calls[o]) for o in ("read", "list"))
        if lists_a_part(one, whole):
            self.take_out(found, {"read": "its answer is a list, of what the collection holds as well"})
            if not {*ON_ITEM} & found.calls.keys() and not has_below(self.paths, found):
                found.parameter = None

    def is_single(self, found: Found) -> bool:
        """Whether a path is that of one thing, which is always there: its answer is an object and no list, and nothing
        says which or that there may be none."""
        if found.parameter is not None or found.calls.keys() != {"list"}:
            return False
        call = found.calls["list"]
        if call.named("query", required=True) or not is_one(self.reader.success(call)):
            return False
        # Below another, it may be that one which is not there: what can be changed, and neither made nor deleted, is.
        stays = "{" in found.collection and "update" in found.spare
        stays = stays and not {"POST", "DELETE"} & set(found.other.get("collection", ()))
        return stays or not (404 in self.reader.codes(call, "4") or says_it_may_lack(call))

    def write_schema(self, found: Found, body: Members, told: Shaped) -> Any:
        """Keep the schemas of a resource; the word ``schema`` of its contract."""
        if {*WRITES} & found.calls.keys():
            word, files = body.schemas(found.name, told, found.calls)
        else:
            word, files = f"{found.name}.json", {f"{found.name}.json": body.as_shown()}
        if told.inside:
            files = {file: put_back(schema, told.inside) for file, schema in files.items()}
        for schema in files.values():
            schema["properties"].update(self.interned.all(schema["properties"]))
        self.schemas |= files
        return word

    def given(self, path: str, found: Found) -> Yaml | None:
        """A resource that is only there as a parent."""
        renamed, unknown = self.paths.renamed(path)
        if unknown:
            return None
        resource: Yaml = {"path": renamed, "operations": []}
        kind = given_id(self.paths, self.reader.schemas, found)
        return resource if kind == "string" else {**resource, "id": {"type": kind}}

    def askable(self, found: Found, parents: Mapping[str, str]) -> dict[str, Yaml]:
        """How each operation is asked for; those that cannot be are left out."""
        said: dict[str, Yaml] = {}
        self.leave_parts(found)
        for operation, call in list(found.calls.items()):
            if operation == "delete" and says_it_stays(call):
                self.ending.add(found.name)
                self.note(found, "whether what its DELETE ends or puts aside is gone, which its words leave open")
            if operation in ("list", "read") and (why := may_be_none(call)):
                self.take_out(found, {operation: why})
                continue
            try:
                said[operation] = self.ways.of(call, parents)
            except Unaskable as error:
                self.take_out(found, {operation: str(error)})
        return said

    def take_out(self, found: Found, reasons: Mapping[str, str]) -> None:
        for operation, reason in reasons.items():
            if operation in found.calls:
                call = found.calls[operation]
                self.left_out.append((f"{call.method} {call.route[1]}: {reason}", call.route))
                found.leave(operation)

    def body(self, found: Found, told: Shaped) -> tuple[Members, Any]:
        """The members of the resource and the words about its id; operations that need an id that is nowhere shown are
        left out."""
        self.as_update(found, told)
        is_bare = is_bare_list(found) and not has_below(self.paths, found)
        member, link = self.member_of(found, told, is_bare=is_bare)
        if found.single or (member is None and is_bare):
            return self.without_id(found, told), "none"
        if member is None:
            reason = f"no member of its answers is plainly the {found.parameter or 'id'} of an item"
            self.take_out(found, dict.fromkeys(("create", *ON_ITEM), reason))
            if is_bare_list(found) and not has_below(self.paths, found) and "{" not in found.collection:
                told.sent, told.shown = {}, told.shown[-1:]  # what is only listed
                return self.without_id(found, told), "none"
            self.take_out(found, {"list": "no member of its entries is plainly their id"})
            return members(told), {}
        self.note(found, *keep_apart(told, member, found.calls.values()))
        if not told.inside:
            told.names_itself |= take_own_id(told, member, created=creates_by_put(self.reader, found))
        by_id = "keyed" in told.envelope
        if told.entry and not by_id and not {member, found.parameter} & told.entry["properties"].keys():
            self.note(found, f"which entries its list holds: none shows its {member}")
            self.nameless.add(found.name)
        unsaid = [o for o, c in found.calls.items() if c.address and c.address.place == "body" and o in told.sent]
        reason = "it is not plain whether its body names the one that is meant or chooses its id"
        self.take_out(found, {o: reason for o in unsaid if o not in told.names_itself})
        silent = "create" in found.calls and (is_guessed(link) or not tells_id(self.reader, found, told, member))
        if silent and member not in told.sent["create"].get("required", ()):
            self.leave_id_open(found)
        body, unheld = without_beyond(members(told, member), told)
        self.note(found, *(f"'{w}' of its schema as a whole" for w in on_whole(told.shown)), *body.left_out)
        self.take_out(found, unheld)
        if "replace" in found.calls and not (replaces_whole(body, told) or says_it_replaces(found)):
            self.note(found, "what becomes of members that a PUT leaves out, which is not said")
            self.merging.add(found.name)
        named = member in body.schema.get("required", ()) and not body.properties[member].get("readOnly")
        puts, given = creates_by_put(self.reader, found), parameter_schema(self.reader.schemas, found)
        finds = "replace" in found.calls and 404 in self.reader.codes(found.calls["replace"], "4")
        if "replace" in found.calls and named and "create" in found.calls and not (puts or finds):
            # Who names the items by their bodies would name them by their paths as well.
            self.take_out(found, {"replace": "the client chooses the id, and it is not said that a PUT creates"})
        joins = puts and stands_for(found, self.by_name, given)
        said = identity(found, member, body, given, puts, told.created, joins=bool(joins))
        return body, said | ({"link": link} if link else {}) | ({"url": told.url} if told.url else {})

    def member_of(self, found: Found, told: Shaped, *, is_bare: bool) -> tuple[str | None, str]:
        """The member that is the id, ``None`` where none plainly is, and where an address is that ends with it, if it
        is none that bodies have. ``is_bare``: whether there is a list and nothing else."""
        shown = {n: s for n, s in told.readable.items() if not s.get("writeOnly")}
        changing = [n for o in ("update", "replace") for n, s in told.writable(o).items() if not s.get("readOnly")]
        # What a read shows is asked for by the id; a receipt may call that otherwise (``booking_id`` of an ``id``).
        read = {n: s for n, s in shown.items() if n in told.read.get("properties", {})}
        made, schemas = told.writable("create"), self.reader.schemas
        of_paths = schemas.of_paths | ({"name"} if self.paths.names_are_paths else set())
        member = next(filter(None, (id_member(found, some, changing, of_paths, made) for some in (read, shown))), None)
        if member or found.single:
            return member, ""
        if found.parameter is not None and not is_bare:
            item = f"{self.paths.renamed(found.collection)[0].rstrip('/')}/{{id}}"
            member = shown_otherwise(schemas, found, told, item)
        link = "" if member else link_of(found, told, of_paths)
        return (take_link(self.reader, found, told, link) if link else member), link

    def without_id(self, found: Found, told: Shaped) -> Members:
        """The members of what there is just one of, or of entries that are only listed."""
        found.forget_items()
        body = members(told)
        self.note(found, *body.left_out)
        if "replace" in found.calls and not replaces_whole(body, told):
            self.merging.add(found.name)
        return body

    def leave_id_open(self, found: Found) -> None:
        """The document does not say that the answer to a create leads to the id. It may all the same, where it may have
        content, and what is made is found again in a list, where it has to be taken away."""
        if found.tries_creates and {*self.reader.codes(found.calls["create"], "2")} - {202, 204, 205}:
            self.unnamed.add(found.name)
            self.note(found, "whether the answer to a create holds the id, which is not said")
        else:
            self.take_out(found, {"create": "the document does not say that its answer holds the id"})

    def as_update(self, found: Found, told: Shaped) -> None:
        """A PUT whose body needs nothing is an update, unless it is said to replace, where a create needs something of
        it (which can then only stay), or its words say that what is left out stays."""
        put = found.calls.get("replace")
        if put is None or "update" in found.calls or OPERATION in put.value:
            return
        needed = set(told.sent.get("create", {}).get("required", ())) & told.writable("replace").keys()
        own = put.address.name.removeprefix("/") if put.address else ""
        if {*told.sent["replace"].get("required", ())} - {own} or says_it_replaces(found):
            return
        if needed or says_it_keeps(put):
            found.calls["update"] = found.calls.pop("replace")
            told.sent["update"] = told.sent.pop("replace")

    def words(self, body: Members, id_field: str, found: Found) -> Yaml:
        """The words that name members. What the server sets may move, as far as the document says."""
        properties = body.properties
        said: Yaml = {}
        if body.sparse:
            said["responses"] = "sparse"
        writes = {*WRITES} & found.calls.keys()
        asks = any(call.named("query", required=True) for call in found.calls.values())
        if spelled := respelled(properties, id_field):
            said["reads_as"] = spelled
        known = {id_field, *spelled.values()}
        set_by_server = [n for n, s in properties.items() if s.get("readOnly") and n not in known]
        lists = {
            "create_only": [n for n in body.create_only if n in properties and writes],
            "lenient": [n for n in body.lenient if n in properties and writes],
            "volatile": [*set_by_server, *(n for n in body.unsure if n not in set_by_server and n in properties)],
            "unordered": body.sets,
            # Neither stands in a document, and refusing what breaks them is right.
            "open": [
                *(["unique"] if writes else []),
                *(["rules"] if writes or asks else []),
                *(["replace"] if found.name in self.merging else []),
                *(["id"] if found.name in self.unnamed else []),
                *(["zones"] if may_lack_zone({"properties": properties}) else []),
                *(["required"] if body.asks_as_a_create else []),
                *(["delete"] if "delete" in found.calls and found.name in self.ending else []),
            ],
        }
        told = [words_of(c) for o, c in found.calls.items() if o in WRITES]
        texts = [
            n for n, s in properties.items() if "string" in types_of(s) and not s.get("readOnly") and n != id_field
        ]
        if cases := {name: form for name in texts if (form := case_of(name, told))}:
            said["normalized"] = cases
        return said | {word: names for word, names in lists.items() if names}

    def statuses(self, found: Found, told: Shaped, keys: Keys) -> Yaml:
        """The statuses of the resource; those of single operations are ``told``."""
        promises = Promises(self.reader, found, told.loose, authenticated=self.authenticated)
        common, told.statuses = apart({o: keys.with_conflict(promises.of(o)) for o in found.calls})
        if may_create_by_put(self.reader, found):
            told.statuses["replace"]["created"] = list(ANY)
        return common

    def of_one(self, operation: str, call: Call, parents: Mapping[str, str], told: Shaped) -> Yaml:
        """What an operation says for itself of its parents, of its statuses and of what it answers."""
        said: Yaml = {"statuses": told.statuses.get(operation), "errors": self.refusals.of(call)}
        if operation in WRITES and (operation in told.receipts or self.reader.is_silent(call)):
            said["returns"] = "minimal"
        return self.without(call, operation, parents) | {word: what for word, what in said.items() if what}

    def without(self, call: Call, operation: str, parents: Mapping[str, str]) -> Yaml:
        """The parents that an operation names, where it does not name those of the resource."""
        if not parents or operation in ("list", "create"):
            return {}
        named = {other: name for name, other in parents.items() if name in call.named("query", required=True)}
        return {} if len(named) == len(parents) else {"parent": named}

    def listed(self, found: Found, listing: Listing, said: Yaml) -> Yaml:
        """The words about a resource's list, beside what is ``said`` of the resource."""
        shown = {n: s for n, s in self.bodies[found.name].properties.items() if not s.get("writeOnly")}
        pages, cut = listing.pages.paging(found.calls["list"])
        if cut:
            self.note(found, f"it is not plain how {cut} pages its list; say it in 'paging'")
        if pages.get("total_field") and not listing.in_member(found):
            del pages["total_field"]
        known = {str(v) for v in pages.values()}
        told = ({"paging": pages} if pages else {}) | listing.of(found, shown, known, said.get("references", {}))
        if "keyed" in said.get("envelope", {}):  # the members of an object have no order (RFC 8259 §4)
            told = {word: what for word, what in told.items() if word not in ("sort", "query")}
        unsaid = [] if listing.tells_total(found, pages.get("total_field")) else ["totals"]
        if cut or found.name in self.nameless or listing.leaves_out(found, known):
            # Of entries that are not known nothing is said, but of what names another resource, which each shows.
            named = said.get("references", {}) if found.name not in self.nameless else {}
            filters = {n: by for n, by in told.pop("filters", {}).items() if n in named}
            told |= {"filters": filters} if filters else {}
            unsaid.append("list")
        return told | ({"open": [*said.get("open", ()), *unsaid]} if unsaid else {})

    def note(self, found: Found, *what: str) -> None:
        self.left_out += [(f"{found.name}: {w}", self.route(found)) for w in what]

    def route(self, found: Found) -> Route:
        return next(iter(found.calls.values())).route if found.calls else ("paths", found.collection)


def _leave_to_requests(body: Members, parents: Mapping[str, str]) -> None:
    """No body is drawn with what names a parent, which stands in each request for itself."""
    for name in [parent for parent in parents if parent in body.properties]:
        body.drop(name)
        if body.properties[name].get("writeOnly"):
            del body.properties[name]
        else:
            body.properties[name]["readOnly"] = True
