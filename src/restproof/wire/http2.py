"""HTTP/2 (RFC 9113) in the place of a connection of urllib3: one request at a time, each answer read whole.

Several requests at once have several connections, as with HTTP/1.1: what a rule says of connections holds for both.
The frames are read by h2, which ``restproof[http2]`` brings. Two things are kept from it, since it ends the connection
for them: a Content-Length that does not fit, which a 304 may have (RFC 9110 §8.6), and a GOAWAY, behind which an answer
may still come (RFC 9113 §6.8).
"""

from __future__ import annotations

import http.client
import re
import ssl
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from http.client import HTTPException, HTTPMessage, IncompleteRead, RemoteDisconnected
from io import BytesIO

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived, Event, InformationalResponseReceived, ResponseReceived, StreamEnded, StreamReset
from h2.exceptions import DenialOfServiceError, ProtocolError
from h2.settings import SettingCodes, Settings
from hpack import Decoder, HeaderTuple
from urllib3 import HTTPHeaderDict, HTTPResponse
from urllib3.connection import HTTPConnection
from urllib3.util import SKIP_HEADER

from restproof.wire.failure import NotHttp2, StreamBroken, TooMuch
from restproof.wire.head import MOST_BYTES, MOST_INTERIM, OversizedHeader, seconds_to

NAME = "h2"
"""How TLS names the protocol (RFC 9113 §3.1)."""

_MOST_CONTENT = 17 * 1024 * 1024
"""Bytes of an answer that are read: a little more than any that is kept, so that it is told as that."""
_WINDOW = 1024 * 1024
_PIECE = 64 * 1024
_FRAME_HEAD = 9
_LONGEST_FRAME = 16_384
_GOAWAY = 0x7
_STATUS = re.compile(rb"[1-9][0-9]{2}")
_OF_A_CONNECTION = frozenset({"connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "host"})
"""Fields that no request of HTTP/2 has (RFC 9113 §8.2.2); ``:authority`` says what Host does."""


def offer(context: ssl.SSLContext) -> None:
    """Have a TLS context offer HTTP/2 alone. urllib3 sets what a context offers each time that it connects, to
    HTTP/1.1: here that changes nothing."""
    context.set_alpn_protocols([NAME])
    context.set_alpn_protocols = lambda alpn_protocols: None  # type: ignore[method-assign]


class Framed(HTTPConnection):
    """A connection that speaks HTTP/2. ``thread``: what is known of the exchange of each thread, ``until`` when it
    must be over (of ``time.monotonic``); ``unheard``: whether a write has failed. Raises as a connection of
    ``http.client``, and ``NotHttp2``, ``StreamBroken`` and ``TooMuch``."""

    thread: threading.local
    unheard: bool

    def connect(self) -> None:
        super().connect()
        if isinstance(self.sock, ssl.SSLSocket) and self.sock.selected_alpn_protocol() != NAME:
            raise NotHttp2("the server has not chosen HTTP/2")
        self._lengths = _WithoutLength()
        self._talk = _begun(self._lengths)
        self._come = bytearray()
        self._calm = False
        self._last: int | None = None
        """The last request that the server answers on this connection, where it has said so."""
        self._flush()

    @property
    def is_connected(self) -> bool:
        """Whether the next request may leave here. What the server has said between two requests is read."""
        if self.sock is None:
            return False
        self.sock.settimeout(0)
        try:
            with suppress(BlockingIOError, ssl.SSLWantReadError):
                while data := self.sock.recv(_PIECE):
                    for _ in self._events(data):
                        pass
                return False
            self._flush()
        except (OSError, HTTPException):
            return False
        return self._last is None and not self.unheard

    def request(  # type: ignore[override]
        self, method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None, **_: object
    ) -> None:
        self._method, self._url = method, url
        self._left = memoryview(body or b"")
        try:
            self._stream = self._talk.get_next_available_stream_id()
            said = (*self._pseudo(method, url, headers or {}), *_fields(headers or {}))
            fields = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in said]
            self._talk.send_headers(self._stream, fields, end_stream=not self._left)
        except ProtocolError as error:
            raise StreamBroken(f"the connection takes no request: {error}") from error
        self._send_content()

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        status, fields, content, interim = 0, HTTPHeaderDict(), bytearray(), 0
        ended = False
        while not ended and len(content) < _MOST_CONTENT:
            for event in self._events(self._received(begun=bool(status))):
                if getattr(event, "stream_id", self._stream) != self._stream:
                    continue
                match event:
                    case ResponseReceived():
                        status, fields = self._head(event.headers)
                    case InformationalResponseReceived():
                        interim += 1
                        if interim > MOST_INTERIM:
                            raise OversizedHeader("interim responses without end")
                    case DataReceived():
                        content += event.data
                        self._talk.acknowledge_received_data(event.flow_controlled_length, self._stream)
                    case StreamReset() if not ended:  # what is whole stands (RFC 9113 §8.1)
                        raise _broken(event, begun=bool(status))
                    case StreamEnded():
                        ended = True
            if not ended and self._last is not None and self._last < self._stream:
                raise self._untaken("the server goes away and has not taken the request")
            self._send_content(still=not ended)
        if not ended or self._left:
            self._last = self._stream  # what is left of either would stand before the next answer
        return self._answer(status, fields, bytes(content))

    def _answer(self, status: int, fields: HTTPHeaderDict, content: bytes) -> HTTPResponse:
        return HTTPResponse(
            BytesIO(content),
            fields,
            status,
            original_response=_Original(fields),
            version=20,
            version_string="HTTP/2",
            reason="",
            preload_content=False,
            decode_content=False,
            request_method=self._method,
            request_url=self._url,
        )

    def _head(self, headers: Iterable[tuple[bytes, bytes]]) -> tuple[int, HTTPHeaderDict]:
        status, fields = 0, HTTPHeaderDict()
        for name, value in (*headers, *((b"content-length", length) for length in self._lengths.seen)):
            if name == b":status":
                if not _STATUS.fullmatch(value):
                    raise HTTPException(f"a status {value!r}")
                status = int(value)
            else:
                fields.add(name.decode("latin-1"), value.decode("latin-1"))
        return status, fields

    def _pseudo(self, method: str, url: str, headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"http": 80, "https": 443}
        scheme = "https" if isinstance(self.sock, ssl.SSLSocket) else "http"
        said = next((v for n, v in headers.items() if n.lower() == "host" and v != SKIP_HEADER), None)
        yield ":method", method
        yield ":scheme", scheme
        yield ":authority", said or (host if self.port in (None, usual[scheme]) else f"{host}:{self.port}")
        yield ":path", url

    def _send_content(self, *, still: bool = True) -> None:
        """Send what the server has room for, of the content of the request and of what h2 has to say. ``still``:
        whether the request goes on."""
        while still and self._left:
            room = min(self._talk.local_flow_control_window(self._stream), self._talk.max_outbound_frame_size)
            if room <= 0:
                break
            piece, self._left = self._left[:room], self._left[room:]
            self._talk.send_data(self._stream, piece.tobytes(), end_stream=not self._left)
        self._flush()

    def _flush(self) -> None:
        data = self._talk.data_to_send()
        if data and not self.unheard:
            # Who reads no more may have answered. After a write that failed, TLS takes another for the end of all.
            with suppress(BrokenPipeError, ConnectionResetError, ssl.SSLError):
                self.send(data)

    def _received(self, *, begun: bool = False) -> bytes:
        """What comes next. ``begun``: whether the answer has. Raises ``TimeoutError`` at the deadline."""
        self.sock.settimeout(seconds_to(self.thread.until))
        data = self.sock.recv(_PIECE)
        if not data:
            if begun:
                raise IncompleteRead(b"")
            raise self._untaken("the connection was closed without an answer")
        return data

    def _untaken(self, why: str) -> HTTPException:
        if self._calm:
            return TooMuch(why)
        if self._last is not None and self._last >= self._stream:  # it has said that it takes the request
            return StreamBroken(why)
        return RemoteDisconnected(why)

    def _events(self, data: bytes) -> Iterator[Event]:
        """What ``data`` brings. A GOAWAY is read here, since h2 reads nothing behind it."""
        self._come += data
        if self._come.startswith(b"HTTP/"):
            raise NotHttp2("the server answers as one of HTTP/1.1 does")
        while len(self._come) >= _FRAME_HEAD:
            length, kind = int.from_bytes(self._come[:3]), self._come[3]
            end = _FRAME_HEAD + length
            if length > _LONGEST_FRAME:
                raise HTTPException(f"a frame of {length} bytes")
            if len(self._come) < end:
                return
            frame = bytes(self._come[:end])
            del self._come[:end]
            if kind == _GOAWAY and length >= 8:
                self._last = int.from_bytes(frame[_FRAME_HEAD : _FRAME_HEAD + 4]) & 0x7FFF_FFFF
                self._calm = int.from_bytes(frame[_FRAME_HEAD + 4 : _FRAME_HEAD + 8]) == ErrorCodes.ENHANCE_YOUR_CALM
                continue
            try:
                yield from self._talk.receive_data(frame)
            except DenialOfServiceError as error:
                raise OversizedHeader(str(error)) from error
            except ProtocolError as error:
                raise HTTPException(str(error)) from error


class _Original(http.client.HTTPResponse):
    """What requests takes cookies from: the answer as ``http.client`` has it."""

    def __init__(self, fields: HTTPHeaderDict) -> None:  # there is no connection to read it from
        self.msg = HTTPMessage()
        for name, value in fields.iteritems():
            self.msg.add_header(name, value)

    def isclosed(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing: it has been read."""


class _WithoutLength(Decoder):
    """Reads header fields, and keeps Content-Length to itself. ``seen``: those of the last head of an answer."""

    def __init__(self) -> None:
        super().__init__(MOST_BYTES)
        self.seen: list[bytes] = []

    def decode(self, data: bytes, raw: bool = False) -> Iterable[HeaderTuple]:
        fields = list(super().decode(data, raw))
        if any(name == b":status" for name, _ in fields):  # else it is a trailer
            self.seen = [bytes(value) for name, value in fields if name == b"content-length"]
        return [field for field in fields if field[0] != b"content-length"]


def _begun(decoder: Decoder) -> H2Connection:
    """The client's end of a connection, with what it says first."""
    talk = H2Connection(H2Configuration(client_side=True, header_encoding=None, validate_outbound_headers=False))
    said = {
        SettingCodes.ENABLE_PUSH: 0,
        SettingCodes.INITIAL_WINDOW_SIZE: _WINDOW,
        SettingCodes.MAX_HEADER_LIST_SIZE: MOST_BYTES,
    }
    talk.local_settings = Settings(client=True, initial_values=said)
    talk.decoder = decoder
    talk.initiate_connection()
    talk.increment_flow_control_window(_WINDOW)
    return talk


def _fields(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The fields of a request but for those that HTTP/2 says otherwise."""
    for name, value in headers.items():
        if value != SKIP_HEADER and name.lower() not in _OF_A_CONNECTION:
            yield name.lower(), value


def _broken(event: StreamReset, *, begun: bool) -> HTTPException:
    """What it means that the server has ended a request before its answer was whole."""
    if begun:
        return IncompleteRead(b"")
    if event.error_code == ErrorCodes.REFUSED_STREAM:  # it was not looked at (RFC 9113 §8.7)
        return RemoteDisconnected("the server has not taken the request")
    if event.error_code == ErrorCodes.ENHANCE_YOUR_CALM:
        return TooMuch("the server has refused the request")
    return StreamBroken(f"the server has reset the stream (error {event.error_code})")
