"""Two servers that both keep the description, and differ wherever it leaves them free."""

from __future__ import annotations

from dataclasses import dataclass

from .resources import Leeway


@dataclass(frozen=True)
class Variety:
    """The choices of one conforming server."""

    error_words: bool  # refusals in `message`, `error` or a list; else in a map from field to texts
    delete_status: int
    verb_status: int
    hidden_status: int  # a project of a company that the credential cannot see
    stray_status: int  # a resource under another parent
    media_status: int  # a body that declares another type
    accept_status: int  # Accept without JSON: this, or 0 for JSON all the same
    reference_status: int  # 0 or a negative number as a reference
    uri_status: int
    order: str  # of a list that is not sorted: "oldest", "newest", "scattered"
    relative_links: bool
    retry_after: bool
    early_hints: bool  # an interim response before each answer
    lower_headers: bool
    chunked: bool
    gzip: bool
    ascii_json: bool
    sorted_keys: bool
    extra_fields: bool
    read_only_everywhere: bool
    delete_moves_time: bool
    busy_every: int  # every so many requests a 503, 0 for never
    close_every: int  # every so many answers the connection closes, 0 for never
    full_window: float
    small_limit: int
    small_window: float
    clock: int  # seconds that the server's clock is ahead
    largest_id: int
    floats: bool  # numbers are shown with a fraction, also where they are whole
    pretty: bool  # JSON over several lines, with a charset in its media type; refusals are problem+json
    split_headers: bool  # a header that is a list comes as several lines
    hasty: bool  # an oversize body is refused before it is read, and the connection closes
    leeway: Leeway


VARIETIES = {
    "A": Variety(
        error_words=False,
        delete_status=200,
        verb_status=404,
        hidden_status=404,
        stray_status=404,
        media_status=415,
        accept_status=406,
        reference_status=400,
        uri_status=414,
        order="oldest",
        relative_links=False,
        retry_after=True,
        early_hints=False,
        lower_headers=True,
        chunked=True,
        gzip=False,
        ascii_json=True,
        sorted_keys=False,
        extra_fields=True,
        read_only_everywhere=True,
        delete_moves_time=False,
        busy_every=0,
        close_every=0,
        full_window=3600,
        small_limit=4,
        small_window=2,
        clock=0,
        largest_id=2**52,
        floats=False,
        pretty=False,
        split_headers=False,
        hasty=False,
        leeway=Leeway(whole_floats=False, strict_uri=True),
    ),
    "B": Variety(
        error_words=True,
        delete_status=204,
        verb_status=405,
        hidden_status=403,
        stray_status=403,
        media_status=400,
        accept_status=0,
        reference_status=422,
        uri_status=400,
        order="scattered",
        relative_links=True,
        retry_after=False,
        early_hints=True,
        lower_headers=False,
        chunked=False,
        gzip=True,
        ascii_json=False,
        sorted_keys=True,
        extra_fields=False,
        read_only_everywhere=False,
        delete_moves_time=True,
        busy_every=211,
        close_every=37,
        full_window=2,
        small_limit=9,
        small_window=3,
        clock=3 * 86_400,
        largest_id=2**62,
        floats=True,
        pretty=True,
        split_headers=True,
        hasty=True,
        leeway=Leeway(whole_floats=True, strict_uri=False, free_office_codes=True),
    ),
}
