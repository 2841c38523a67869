"""How the operations of a resource are asked for, where a contract says something of them apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from restproof.contract.address import OWN_ID as ID
from restproof.contract.address import Address, apart, names_one
from restproof.contract.document import Document, Problems
from restproof.contract.envelope import Envelope
from restproof.contract.error_bodies import by_status
from restproof.contract.jobs import ACCEPTED, OWN, Job, job_of
from restproof.contract.limits import Rate
from restproof.contract.media import JSON, Media
from restproof.contract.model import WRITES, Operation, Parent, Resource, Status, creates_by_put, parents_named
from restproof.contract.packing import has_json
from restproof.contract.parents import OWN_ID, operations_said, parents_said
from restproof.contract.schemas import SchemaFolder
from restproof.contract.statuses import STATUS_DEFAULTS, SUCCESS, check_statuses, resolve
from restproof.contract.wrapping import Placed, envelope_of, media_of


class WaysReader:
    """Reads the mapping ``operations`` of one resource; ``statuses``: what the contract says of them for all."""

    def __init__(self, document: Document, folder: SchemaFolder, problems: Problems, resource: Resource) -> None:
        self.document, self.folder, self.problems, self.resource = document, folder, problems, resource
        self.raw: Mapping[str, Any] = document.value["resources"][resource.name]

    def read(self, statuses: Mapping[str, Any]) -> dict[str, Operation]:
        """The operations that are asked for in a way of their own: where one of them names parents of its own, all
        are, since then none names all parents of the resource by itself."""
        said = operations_said(self.raw)
        apart = any("parent" in own or "path" in own for own in said.values())
        names = self.resource.operations if apart else [n for n in self.resource.operations if n in said]
        return {name: self.way(name, said.get(name, {}), statuses) for name in names}

    def way(self, name: str, said: Mapping[str, Any], statuses: Mapping[str, Any]) -> Operation:
        usual = self.resource.operation(name)
        method = said.get("method", usual.method)
        envelope = self.envelope(said)
        address = self.address(name, said, envelope)
        path = self.path(name, said, replace(usual, method=method), address)
        beside = said if "parent" in said else self.raw
        named = list(parents_named(name, parents_said(beside, path)))
        check_statuses(said.get("statuses", {}), self.document, self.route(name, "statuses"), self.problems)
        own, known = said.get("statuses", {}), self.raw.get("statuses", {})
        layers = ({c: v for c, v in layer.items() if c in STATUS_DEFAULTS} for layer in (known, own))
        resolved = resolve(statuses, *layers)
        self.creating(name, named)
        self.searching(name, method)
        self.addressed(name, method, address)
        return Operation(
            name=name,
            method=method,
            path=path,
            parents=self.ordered(named),
            statuses=resolved,
            auth=said.get("auth", "required"),
            query=self.query(name, _without_id(said.get("query", {}))),
            headers=self.values(name, "headers", _without_id(said.get("headers", {}))),
            envelope=envelope,
            media=self.media(name, said),
            returns=self.returns(name, said),
            receipt=self.receipt(name, said),
            errors=by_status(self.document, self.folder, self.route(name, "errors"), said.get("errors", {})),
            job=self.job(name, said, resolved),
            rate=Rate.of(said.get("rate")) or usual.rate,
            address=address,
        )

    def route(self, name: str, *more: str | int) -> tuple[str | int, ...]:
        return ("resources", self.resource.name, "operations", name, *more)

    def problem(self, message: str, name: str, *more: str | int, hint: str) -> None:
        place = self.document.place(self.route(name, *more))
        self.problems.add(f"resource '{self.resource.name}': {message}", place, hint)

    def returns(self, name: str, said: Mapping[str, Any]) -> Literal["representation", "minimal"]:
        found: Literal["representation", "minimal"] = "minimal"
        if said.get("returns", "representation") == "representation":
            found = "representation"
        if found == "minimal" and name not in WRITES:
            hint = "leave it out: what answers a read or a list is what it is asked for"
            self.problem("only the answer to a write may be minimal", name, "returns", hint=hint)
        return found

    def receipt(self, name: str, said: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The schema of an answer that is no representation, where a file says it."""
        file = said.get("returns", "minimal")
        if file in ("representation", "minimal"):
            return None
        source = self.folder.load(file, self.document.place(self.route(name, "returns")))
        return source.schema if source else None

    def envelope(self, said: Mapping[str, Any]) -> Envelope:
        resource = self.resource
        layers = (self.raw, said)
        placed = Placed(resource.envelope.held, resource.envelope.inside)
        return envelope_of(resource.name, self.raw, self.document.value, layers, resource.id, placed)

    def media(self, name: str, said: Mapping[str, Any]) -> Media:
        """The media types of its bodies; the criteria of a list are JSON, whatever form a resource has."""
        found = media_of(self.document.value, self.raw, said)
        return replace(found, request=JSON) if name == "list" and found.is_form else found

    def address(self, name: str, said: Mapping[str, Any], envelope: Envelope) -> Address | None:
        """Where its requests name the id, if not in the path."""
        query, headers = said.get("query", {}), said.get("headers", {})
        path = said.get("path", "")
        if "path" not in said and ID not in (*query.values(), *headers.values()):
            return None
        found = Address.said(query, headers, envelope.constants, path)
        if self.resource.id.single or name == "list" or (name == "create" and not self.chooses(said)):
            if found is not None and found.place != "body":
                hint = f"leave {ID} out: only what is asked of one {self.resource.name} names its id"
                if name == "create":
                    hint = f"say id: {{chosen_by: client}}, or leave {ID} out: what a server numbers has no id before"
                self.problem(f"the {name} names the id of one {self.resource.name}", name, hint=hint)
            return None
        return found

    def chooses(self, said: Mapping[str, Any]) -> bool:
        """Whether a create names the id that it chooses, be it that its path, its query or a header field does: what
        only its body holds is a member of the resource."""
        by_put = said.get("method", self.resource.methods["create"]) == "PUT"
        return by_put or (self.resource.id.chosen_by == "client" and names_one(said))

    def path(self, name: str, said: Mapping[str, Any], usual: Operation, address: Address | None) -> str:
        """The operation's own path, which names the resource's id just where its usual one does, or says it apart."""
        if "path" not in said:
            return usual.path if address is None else apart(self.resource.path)
        path: str = said["path"] if address is None else apart(said["path"])
        chooses = name == "create" and self.chooses({**said, "method": usual.method})
        of_one = (name not in ("list", "create") or chooses) and not self.resource.id.single
        if of_one != (f"{{{OWN_ID}}}" in path):
            says = "does not name" if f"{{{OWN_ID}}}" not in path else "names"
            hint = "a list and a POST that creates are of the collection; every other operation is of one: …/{id}"
            if of_one:
                hint = f"{hint}, or {{id}} in its query, headers or envelope.constants"
            elif name == "create":
                hint = "say id: {chosen_by: client} where the request chooses the id"
            self.problem(f"the path of {name} {says} the id of one {self.resource.name}", name, "path", hint=hint)
        return path

    def addressed(self, name: str, method: str, address: Address | None) -> None:
        """An id that stands elsewhere than in the path stands where nothing else does."""
        if address is None:
            return
        if address.place == "body" and method == "GET":
            hint = "say in query or headers where its id is, or another method"
            self.problem(f"a {name} by GET has no body that could name the id", name, hint=hint)
        if self.resource.id.link:
            hint = "say id: {field: …} of what representations show"
            self.problem("no link ends with an id that is not in the path", name, hint=hint)
        filters = (*self.resource.filters, *self.resource.comparisons)
        asked = {self.resource.query.named(one) for one in filters}
        if address.place == "query" and address.name in asked and self.resource.supports("list"):
            hint = "leave the filter out: with it, one is asked for and not the list"
            self.problem(f"'{address.name}' is a filter of the list, and names the id in a {name}", name, hint=hint)

    def ordered(self, parents: list[Parent]) -> tuple[Parent, ...]:
        """The parents in the order of the resource's."""
        rank = [p.resource for p in self.resource.parents]
        return tuple(sorted((p for p in parents if p.resource in rank), key=lambda p: rank.index(p.resource)))

    def creating(self, name: str, parents: list[Parent]) -> None:
        """What creates says whose child it makes."""
        if name != "create" and not (name == "replace" and creates_by_put(self.resource)):
            return
        named = {p.resource for p in parents}
        for parent in self.resource.parents:
            if parent.resource not in named:
                message = f"{name} does not name '{parent.resource}', which another operation has as a parent"
                hint = "say where it does, in 'path' or 'parent'; a filter or a constant is no parent"
                self.problem(message, name, hint=hint)

    def searching(self, name: str, method: str) -> None:
        """A list that is asked for by POST: its body holds criteria alone, and no URL leads to its next page."""
        if name != "list" or method == "GET":
            return
        paging = self.resource.paging
        if method != "POST":
            self.problem(f"a list by {method}", name, "method", hint="a list is asked for by GET or by POST")
        if has_json(self.resource):
            hint = "write /page/number, a JSON pointer into the body, for filter#/page/number"
            self.problem("a list that is asked for by POST has no JSON in its query", name, "method", hint=hint)
        by_url = paging.links or ((paging.next_field or paging.next_header) and not paging.token)
        if by_url and paging.style in ("token", "page", "offset"):
            hint = "say token: and the parameter that takes the token of the next page, and leave links out"
            self.problem("no URL leads to a page of a list that is asked for by POST", name, "method", hint=hint)

    def job(self, name: str, said: Mapping[str, Any], statuses: Mapping[str, Status]) -> Job | None:
        """What tells how a write goes on that is only accepted."""
        job = job_of(said.get("job"))
        if job is None:
            return None
        case = SUCCESS[name]
        if name in ("list", "read"):
            self.problem(f"a {name} has no job", name, "job", hint="only writes have")
        elif ACCEPTED not in statuses[case]:
            hint = f"say statuses: {{{case}: 202}}"
            self.problem(f"the {name} has a job, and no answer says that it goes on", name, "job", hint=hint)
        if name == "create" and job.made is None:
            hint = "say made: and where the job that is done has the id, or the URL, of what was made"
            self.problem("the job of a create does not name what was made", name, "job", hint=hint)
        if f"{{{OWN}}}" not in job.path:
            hint = f"write {{{OWN}}} where its id stands: /operations/{{{OWN}}}"
            self.problem("the path of the job does not name it", name, "job", "path", hint=hint)
        for ancestor in job.ancestors:
            if ancestor not in {p.resource for p in self.resource.parents}:
                hint = f"write {{{OWN}}} for the id of the job; any other name is a parent of {self.resource.name}"
                self.problem(f"'{ancestor}' in the path of the job is no parent", name, "job", "path", hint=hint)
        return job

    def query(self, name: str, said: Mapping[str, Any]) -> dict[str, Any]:
        """The schema of each parameter, none of which names a parent."""
        for parent in self.resource.parents:
            if parent.place not in ("path", "header") and parent.name in said:
                hint = "leave one of the two out"
                self.problem(f"'{parent.name}' names a parent", name, "query", parent.name, hint=hint)
        return self.values(name, "query", said)

    def values(self, name: str, word: str, said: Mapping[str, Any]) -> dict[str, Any]:
        """The schema of each value that a request holds under ``word``; a plain value is the only one."""
        found = {}
        for part, how in said.items():
            if not isinstance(how, dict):
                found[part] = {"const": how}
                continue
            source = self.folder.check(self.document, self.route(name, word, part))
            if source:
                found[part] = dict(source.schema)
        return found


def _without_id(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value != ID}
