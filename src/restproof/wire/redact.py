"""Keeping credentials out of everything that a run leaves behind, in whatever spelling a server echoes them."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from restproof.config import Target
from restproof.untold import REDACTED, SHORTEST
from restproof.wire.message import Headers, Request, Response
from restproof.wire.pieces import Pieces
from restproof.wire.unescape import Spans, Trigger, merged, undone, views

SENSITIVE_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})

# The password of a basic credential is hidden by itself only from this length on: a shorter one ("admin", "test")
# is likely to be a word of the data too, and hiding it there would falsify what is judged.
_PART_LENGTH = 8
_HIDDEN = REDACTED.encode()
_MOST_NAMES = 1000
"""Names of header fields of which is kept whether they are sensitive, and what is kept of each kind of texts that hold
no secret: sets of names, headers of requests, short texts."""
_SHORT = 200
"""Characters of a text up to which it is kept that it holds no secret."""
_SMALL = 500
"""Bytes of a text up to which one pattern of all secrets is faster than a search for each."""
_LARGE = 4000
"""Bytes of a text from which on it pays to see first which letters it has at all."""
_TAIL = re.compile(rb"[A-Za-z0-9+/_-]?={0,2}")


class Redactor:
    """Replaces secrets by ``[redacted]``: each configured credential in every spelling that a server may echo it
    in, and the values of the ``headers`` and query ``parameters`` that carry credentials, whatever they hold.

    A spelling is any mixture of escapes (percent-encoding once or more often, of HTML, of JSON) and of upper and lower
    case; also base64 at any offset, in both alphabets, and hexadecimal.
    """

    def __init__(
        self, secrets: Iterable[str] = (), headers: Iterable[str] = (), parameters: Iterable[str] = ()
    ) -> None:
        self._headers = SENSITIVE_HEADERS | {name.lower() for name in headers}
        self._secrets = tuple(s for s in secrets if s)
        self._parameters = frozenset(parameters)
        names = "|".join(re.escape(quote(name, safe="")) for name in sorted(self._parameters))
        self._parameter = re.compile(f"([?&](?:{names})=)[^&#]*") if names else None
        parts = [part for secret in self._secrets for part in _parts(secret)]
        long, short = [_bytes(part) for part in parts], [_bytes(_cut(part)) for part in parts]
        # Hidden, in lower case and as they are.
        self._plain = _forms([*long, *short], _plain_forms)
        self._coded = _forms([*long, *short], _coded_forms)
        # Looked for: each is a part of the whole one.
        self._sought_plain, self._sought_coded = _forms(short, _plain_forms), _forms(short, _coded_forms)
        self._plain_pattern, self._coded_pattern = _any_of(self._sought_plain), _any_of(self._sought_coded)
        # Escapes only lengthen them; a character takes four bytes at most.
        every = (*self._sought_plain, *self._sought_coded)
        self._least = min([len(form) if form.isascii() else len(form) // 4 for form in every], default=0)
        self._letters = frozenset(b"".join(every).lower())
        self._trigger = Trigger(b"".join([*long, b"+/=-_"]))
        # A comma stands in no spelling of what has none; a brace does (``\\u{66}``).
        self._pieces = Pieces(None if any(b"," in form for form in self._plain) else b"},")
        self._short = frozenset(s for s in self._secrets if len(s) < SHORTEST)
        self._sensitive: dict[str, bool] = {}
        self._clean_headers: dict[Headers, Headers] = {}
        self._clean_names: set[tuple[str, ...]] = set()
        self._clean_texts: set[str] = set()
        self._usual_headers: set[Headers] = set()

    def __repr__(self) -> str:
        return f"Redactor({len(self._secrets)} secrets)"

    def is_sensitive(self, header: str) -> bool:
        """Whether the values of ``header`` are never shown."""
        known = self._sensitive.get(header)
        if known is None:
            known = header.strip().lower() in self._headers
            if len(self._sensitive) < _MOST_NAMES:
                self._sensitive[header] = known
        return known

    def text(self, text: str) -> str:
        """``text`` without the secrets."""
        data = _bytes(text)
        found = self.data(data)
        return text if found is data else found.decode("utf-8", "surrogatepass")

    def url(self, url: str) -> str:
        """``url`` without the secrets and without the values of the sensitive parameters."""
        return self._without_parameters(self.text(url))

    def _without_parameters(self, url: str) -> str:
        return url if self._parameter is None else self._parameter.sub(rf"\1{REDACTED}", url)

    def data(self, data: bytes) -> bytes:
        """``data`` without the secrets, as UTF-8 spells them; the very same object where it holds none."""
        spans = self._found(data)
        if not spans:
            return data
        pieces, at = [], 0
        for begin, end in spans:
            pieces += [data[at:begin], _HIDDEN]
            at = end
        return b"".join([*pieces, data[at:]])

    def _found(self, data: bytes) -> Spans:
        """Where secrets stand: ordered, apart."""
        if not self._are_in(data):
            return []
        found: Spans = []
        for view in views(data, self._trigger):
            lower = view.data.lower()
            for form in self._plain:
                if form in lower:
                    found += [view.raw(m.start(), m.end()) for m in re.finditer(re.escape(form), lower)]
            for form in self._coded:
                if form in view.data:
                    for m in re.finditer(re.escape(form), view.data):
                        tail = _TAIL.match(view.data, m.end())
                        found.append(view.raw(m.start(), tail.end() if tail else m.end()))
        return merged(found)

    def _are_in(self, data: bytes) -> bool:
        """Whether there is a secret in ``data``, wherever."""
        if not self._plain:
            return False
        lower = data.lower()
        if self._are_plainly_in(data, lower):
            return True
        return self._trigger.fires(lower) and any(self._are_plainly_in(text, text.lower()) for text in undone(data))

    def _are_plainly_in(self, data: bytes, lower: bytes) -> bool:
        if len(data) <= _SMALL:
            return bool(self._plain_pattern.search(lower) or self._coded_pattern.search(data))
        plain, coded = self._sought_plain, self._sought_coded
        if len(data) > _LARGE:
            missing = frozenset(letter for letter in self._letters if letter not in lower)
            plain = [form for form in plain if missing.isdisjoint(form)]
            coded = [form for form in coded if missing.isdisjoint(form.lower())]
        return any(map(lower.__contains__, plain)) or any(map(data.__contains__, coded))

    def headers(self, headers: Headers) -> Headers:
        """``headers`` without the secrets and without the values of the sensitive ones."""
        return self._headers_of(headers, self._hold_none(part for pair in headers for part in pair))

    def _headers_of(self, headers: Headers, clean: bool) -> Headers:
        """``headers`` without the values of the sensitive ones; ``clean``: no secret is among them."""
        return tuple(
            (n, REDACTED)
            if self.is_sensitive(n) or (self._short and self._is_short(v))
            else (n, v)
            if clean
            else (self.text(n), self.text(v))
            for n, v in headers
        )

    def _is_short(self, value: str) -> bool:
        return value in self._short or value.partition(" ")[2] in self._short

    def _hold_none(self, texts: Iterable[str]) -> bool:
        """Whether no secret is in any of the texts: one look at all of them costs a tenth of one at each."""
        return not self._found(_bytes("\n".join(texts)))

    def exchanged(
        self, request: Request, sent: Headers, url: str, response: Response | None
    ) -> tuple[Request, str, Response | None]:
        """A request (with the headers ``sent``), its URL and its answer, each without the secrets. One look at what is
        new in them ends almost every time."""
        said = [url] if request.path in url else [url, request.path]
        for pair in request.query:
            said += pair
        shown_headers = self._clean_headers.get(sent)
        if shown_headers is None:
            said += [t for n, v in sent for t in (n, "" if self.is_sensitive(n) else v)]
        bodies = [] if request.body is None else [request.body]
        names: tuple[str, ...] = ()
        if response is not None:
            said.append(response.reason)
            said += [value for _, value in response.headers]
            names = tuple([name for name, _ in response.headers])
            if names not in self._clean_names:
                said += names
            bodies.append(response.body)
        new = [text for text in said if len(text) >= self._least and text not in self._clean_texts]
        if (new and self._are_in(_bytes("\n".join(new)))) or not all(self._is_clean(body) for body in bodies):
            shown = None if response is None else self.response(response)
            return self.request(request, sent), self.url(url), shown
        self._keep_clean(new, names)
        if shown_headers is None:
            shown_headers = self._headers_of(sent, clean=True)
            if len(self._clean_headers) < _MOST_NAMES:
                self._clean_headers[sent] = shown_headers
        query = request.query
        if self._parameters and query:
            query = tuple((n, REDACTED if n in self._parameters else v) for n, v in query)
        clean = Request(request.method, request.path, query, shown_headers, request.body)
        if response is not None and (self._short or names not in self._clean_names):
            response = replace(response, headers=self._headers_of(response.headers, clean=True))
        return clean, self._without_parameters(url), response

    def _is_clean(self, body: bytes) -> bool:
        return self._pieces.hold_none(body, self._are_in)

    def _keep_clean(self, texts: list[str], names: tuple[str, ...]) -> None:
        """Note that no secret is in these texts, nor in the names of an answer's headers."""
        if len(self._clean_texts) + len(texts) > _MOST_NAMES:
            self._clean_texts.clear()
        self._clean_texts.update(text for text in texts if len(text) <= _SHORT)
        if len(self._clean_names) < _MOST_NAMES and not any(map(self.is_sensitive, names)):
            self._clean_names.add(names)

    def request(self, request: Request, sent: Headers) -> Request:
        """``request`` with the headers ``sent`` in place of its own, without the secrets."""
        # The values of sensitive headers are hidden whatever they are, and need no look.
        shown = [(n, "" if self.is_sensitive(n) else v) for n, v in sent]
        query = request.query
        clean = self._hold_none([request.path, *(t for pair in (*query, *shown) for t in pair)])
        return Request(
            method=request.method,
            path=request.path if clean else self.text(request.path),
            query=tuple(
                (n, REDACTED) if n in self._parameters else (n, v) if clean else (self.text(n), self.text(v))
                for n, v in query
            ),
            headers=self._headers_of(sent, clean),
            body=None if request.body is None else self.data(request.body),
        )

    def response(self, response: Response) -> Response:
        """``response`` without the secrets."""
        clean = self._hold_none([response.reason, *(t for pair in response.headers for t in pair)])
        return replace(
            response,
            reason=response.reason if clean else self.text(response.reason),
            headers=self._headers_of(response.headers, clean),
            body=self.data(response.body),
        )

    def value(self, value: Any) -> Any:
        """A JSON value without the secrets, at any depth, in member names too."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.value(k): self.value(v) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.value(v) for v in value]
        return value

    def and_of(self, headers: Headers) -> Redactor:
        """A redactor that also hides what the sensitive ones of ``headers`` hold: a truncated or invented
        credential that a suite sends is not configured, but still holds most of a real one."""
        if headers in self._usual_headers:
            return self
        held = {v.partition(" ")[2] or v for n, v in headers if self.is_sensitive(n)}
        new = {s for s in held if len(s) >= _PART_LENGTH and s not in self._secrets}
        if new:
            return Redactor((*self._secrets, *sorted(new)), self._headers, self._parameters)
        if len(self._usual_headers) < _MOST_NAMES:
            self._usual_headers.add(headers)
        return self


def short_credentials(target: Target | None) -> list[str]:
    """The names of credentials that are too short to be looked for in texts."""
    if target is None:
        return []
    return [name for name, value in target.credentials.items() if 0 < len(value) < SHORTEST]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _parts(secret: str) -> list[str]:
    """What is a secret by itself: the whole, and the password of ``user:password``."""
    password = secret.partition(":")[2]
    return [s for s, least in ((secret, SHORTEST), (password, _PART_LENGTH)) if len(s) >= least]


def _cut(secret: str) -> str:
    """A secret without its last character: suites send that as a wrong credential, which a server may keep and show
    later. One of which too little would be left is looked for as a whole."""
    return secret[:-1] if len(secret) > _PART_LENGTH else secret


def _forms(secrets: Iterable[bytes], spellings: Callable[[bytes], set[bytes]]) -> list[bytes]:
    """The spellings of all of them, the longest first."""
    return sorted({form for secret in secrets for form in spellings(secret)}, key=lambda form: (-len(form), form))


def _any_of(forms: list[bytes]) -> re.Pattern[bytes]:
    return re.compile(b"|".join(map(re.escape, forms)))


def _plain_forms(secret: bytes) -> set[bytes]:
    """Spellings that do not depend on the case of their letters, in lower case."""
    try:
        latin = secret.decode().encode("latin-1")
    except UnicodeError:
        latin = secret
    return {f.lower() for s in (secret, latin) for f in (s, s.replace(b" ", b"+"), s.hex().encode())}


def _coded_forms(secret: bytes) -> set[bytes]:
    """The base64 of the secret in either alphabet, at each of the three offsets that it may have in a longer text:
    without the characters that its neighbours have a part in."""
    found = set()
    for offset in range(3):
        coded = base64.b64encode(b"\0" * offset + secret)
        first, last = -(-offset * 8 // 6), (offset + len(secret)) * 8 // 6
        found |= {coded[first:last], coded[first:last].translate(bytes.maketrans(b"+/", b"-_"))}
    return found
