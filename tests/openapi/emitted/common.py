"""One collection of any convention: what a server does is said by a ``Kind``, and nothing else differs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.openapi.honest import Answer, Field, Handler, Json, Refused, Request, Service, checked

Item = dict[str, Json]


def as_it_is(item: Item) -> Json:
    return item


@dataclass(frozen=True)
class Kind:
    """``fields``: what may be sent, and ``required``: what a create must hold. ``made``: what the server adds to a new
    item, ``changed``: what it does to one that is written again. ``shown``: an item as it is answered, ``page``: a
    list, of a request and all items. ``sent``: the members in a body. The statuses are those of what is done, ``wrong``
    that of what is invalid; an answer of 204 has no body. ``replaces``: methods that need all that a create needs and
    clear the rest; ``needs``: what the other ones must hold. ``closed``: unknown members are refused."""

    name: str
    path: str
    one: str
    fields: Mapping[str, Field]
    required: tuple[str, ...]
    made: Callable[[Service, Item], Item]
    key: str = "id"
    methods: tuple[str, ...] = ("PATCH",)
    replaces: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    changed: Callable[[Service, Item], None] = lambda service, item: None
    shown: Callable[[Item], Json] = as_it_is
    page: Callable[[Request, list[Item]], Json] = lambda request, items: items
    sent: Callable[[Item], Json] = as_it_is
    created: int = 201
    updated: int = 200
    deleted: int = 204
    wrong: int = 400
    media: str = "application/json"
    location: bool = False
    closed: bool = False
    defaults: Mapping[str, Json] = field(default_factory=dict)

    def routes(self) -> dict[tuple[str, str], Handler]:
        """The five operations."""
        writes = {(m, self.one): self._writing(m in self.replaces) for m in self.methods}
        return {
            ("GET", self.path): self.list,
            ("POST", self.path): self.create,
            ("GET", self.one): self.read,
            **writes,
            ("DELETE", self.one): self.delete,
        }

    def told(self, body: Json, **headers: str) -> Answer:
        return Answer(body, self.media, headers)

    def found(self, service: Service, request: Request) -> Item:
        text = next(reversed(request.path.values()))
        for key, item in service.store(self.name).items():
            if str(key) == text:
                return item
        raise Refused(404, "there is none")

    def valid(self, service: Service, request: Request, required: tuple[str, ...]) -> Item:
        body = self.sent(request.body())
        if not isinstance(body, dict):
            raise Refused(self.wrong, "the body holds no item")
        if self.closed and set(body) - set(self.fields):
            raise Refused(self.wrong, "a member is not known")
        try:
            checked(service, body, self.fields, required)
        except Refused as error:
            raise Refused(self.wrong, str(error)) from None
        return {n: body[n] for n in self.fields if n in body}

    def list(self, service: Service, request: Request) -> tuple[int, Json]:
        return 200, self.told(self.page(request, [*service.store(self.name).values()]))

    def create(self, service: Service, request: Request) -> tuple[int, Json]:
        body = self.valid(service, request, self.required)
        item = {**self.defaults, **body, **self.made(service, body)}
        service.store(self.name)[item[self.key]] = item
        place = {"Location": f"{self.path}/{item[self.key]}"} if self.location else {}
        return self.created, self.told(self.shown(item), **place)

    def read(self, service: Service, request: Request) -> tuple[int, Json]:
        return 200, self.told(self.shown(self.found(service, request)))

    def _writing(self, replaces: bool) -> Handler:
        def write(service: Service, request: Request) -> tuple[int, Json]:
            item = self.found(service, request)
            body = self.valid(service, request, self.required if replaces else self.needs)
            item.update({**(self.defaults if replaces else {}), **body})
            self.changed(service, item)
            return self.updated, self.told(self.shown(item) if self.updated != 204 else None)

        return write

    def delete(self, service: Service, request: Request) -> tuple[int, Json]:
        item = self.found(service, request)
        del service.store(self.name)[item[self.key]]
        return self.deleted, self.told(self.shown(item) if self.deleted == 200 else None)


def numbers(name: str) -> Callable[[Service, Item], Item]:
    """Ids that are counted up."""
    return lambda service, body: {"id": service.number(name)}


def window(request: Request, place: str, size: str, usual: int, most: int, *, status: int = 400) -> tuple[int, int]:
    """Two whole numbers of the query, with their usual values: ``place`` from 0 or 1, and ``size``. Raises
    ``Refused``."""
    found: list[int] = []
    for name, otherwise, least, highest in ((place, "", 0, 10**9), (size, str(usual), 1, most)):
        text = request.query.get(name, otherwise)
        if text == "" and name == place:
            found.append(-1)
        elif not (text.isascii() and text.isdecimal()) or not least <= int(text) <= highest:
            raise Refused(status, f"{name} is wrong")
        else:
            found.append(int(text))
    return found[0], found[1]
