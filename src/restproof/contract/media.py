"""The media types of bodies (RFC 9110 §8.3), as a contract has them."""

from __future__ import annotations

import re
from typing import Literal

from restproof.frozen import frozen
from restproof.headers import Headers

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
Nested = Literal["brackets", "dots"]
MERGE_PATCH = "application/merge-patch+json"
TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
"""What the name of a header is (RFC 9110 §5.6.2)."""
_JSON = re.compile(r"application/(?:[\w.!#$&^+-]+\+)?json", re.IGNORECASE)


def essence(media: str) -> str:
    """A media type without its parameters, in lower case."""
    return media.partition(";")[0].strip().lower()


def is_json(media: str) -> bool:
    """Whether a Content-Type names JSON: ``application/json``, or a type with the suffix ``+json`` (RFC 6839 §3.1)."""
    return _JSON.fullmatch(essence(media)) is not None


@frozen
class Media:
    """The media types of the bodies of requests and of the answers that show a representation. ``nested``: how a form
    names what stands inside."""

    request: str = JSON
    response: str = JSON
    nested: Nested = "brackets"

    @property
    def is_form(self) -> bool:
        """Whether a request is sent as a form."""
        return essence(self.request) == FORM

    def headers(self, *, with_body: bool) -> Headers:
        """What a request says of them: nothing where both are JSON, which is what every request says by itself."""
        accept = (("Accept", self.response),) if self.response != JSON else ()
        return (*accept, ("Content-Type", self.request)) if with_body and self.request != JSON else accept

    @property
    def merges(self) -> bool:
        """Whether a request says what changes, at every depth (RFC 7396)."""
        return essence(self.request) == MERGE_PATCH

    def reads(self, media: str) -> bool:
        """Whether a body of this media type is one of a request: any JSON where nothing else is said."""
        return is_json(media) if self.request == JSON else essence(media) == essence(self.request)

    def shows(self, media: str) -> bool:
        """Whether an answer may be of this media type."""
        return is_json(media) if self.response == JSON else essence(media) == essence(self.response)
