"""Who asks, and how often: requests, answers, credentials, limits, refusals."""

from __future__ import annotations

import base64
import math
import re
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from .seeded import on
from .state import Refused
from .variety import Variety
from .writing import Writing

BASE = "/rest/v1.0"
FULL_LIMIT = 100_000


@dataclass
class Request:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""
    origin: str = ""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(
            self.target.partition("?")[2],
            keep_blank_values=True,
            errors="strict" if on("bad-percent-500") else "replace",
        )


@dataclass
class Answer:
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    media: str = "application/json"


@dataclass
class Credential:
    name: str
    companies: frozenset[int]
    may_write: bool = True
    limit: int = FULL_LIMIT
    window: float = 3600
    used: int = 0
    until: float = 0
    low: int = FULL_LIMIT


class Access:
    """Credentials and their limits."""

    def __init__(self, secrets: dict[str, str], variety: Variety) -> None:
        self.variety = variety
        own, small = frozenset({5, 6}), (variety.small_limit, variety.small_window)
        readable = own if variety.read_only_everywhere else frozenset({5})
        window = variety.full_window
        self.anonymous = Credential("", frozenset(), window=window)
        self.credentials = {
            secrets["full"]: Credential("full", own, window=window),
            secrets["read_only"]: Credential("read_only", readable, may_write=False, window=window),
            secrets["foreign"]: Credential("foreign", frozenset({7}), window=window),
            secrets["throttled"]: Credential("throttled", own, limit=small[0], window=small[1]),
        }
        self.state = Writing({5: "Hadley & Stone", 6: "Brückner Bau", 7: "Third Party"}, variety)
        self.count = 0

    def _credential(self, request: Request) -> Credential | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" and not (on("any-scheme") and token):
            return None
        if on("any-scheme") and scheme.lower() == "basic":
            token = base64.b64decode(token).decode("utf-8", "replace")
        for secret, credential in self.credentials.items():
            if token == secret:
                return credential
            if on("token-prefix") and len(token) > 8 and secret.startswith(token):
                return credential
            if on("token-longer") and token.startswith(secret):
                return credential
            if on("token-case") and token.lower() == secret.lower():
                return credential
        return None

    def _let_in(self, request: Request) -> bool:
        """Whether a fault lets a request without a credential in."""
        anonymous = "authorization" not in request.headers
        return (
            (on("no-auth-rfi-update") and anonymous and request.method == "PATCH" and "/rfis/" in request.path)
            or (on("no-auth-companies") and anonymous and request.path == f"{BASE}/companies")
            or (
                on("no-auth-program-read")
                and anonymous
                and request.method == "GET"
                and re.search(r"/programs/\d", request.path) is not None
            )
            or (on("bad-token-delete") and not anonymous and request.method == "DELETE")
            or (on("empty-bearer") and request.headers.get("authorization", "").strip().lower() == "bearer")
        )

    def _limits(self, credential: Credential) -> dict[str, str]:
        now = self.state.now()
        if now >= credential.until:
            credential.until = now + credential.window
            credential.used = 0
        credential.used += 1
        left = credential.limit - credential.used
        if on("remaining-rises"):
            left = credential.limit - 1000 + credential.used % 7
        reset = str(math.ceil(credential.until))
        if on("reset-in-seconds"):
            reset = str(math.ceil(credential.until - now))
        limit = str(left) if on("limit-is-remaining") else str(credential.limit)
        return {
            "X-Rate-Limit-Limit": limit,
            "X-Rate-Limit-Remaining": str(left),
            "X-Rate-Limit-Reset": reset,
            "_wait": str(credential.until - now),
        }

    def _refusal(self, request: Request, refusal: Refused) -> Answer:
        headers = {}
        if refusal.status == 401 and not on("no-challenge"):
            headers["WWW-Authenticate"] = 'Bearer realm="projects"'
        if refusal.status == 405 and not on("no-allow"):
            headers["Allow"] = "GET, POST, PUT" if on("allow-lies") else self._allowed(request)
        why, name = refusal.why, refusal.field_name
        body: Any = {"errors": why if name == "base" else {name: [why]}}
        if self.variety.error_words:
            words = {400: "message", 404: "error", 406: "errors"}
            body = {words.get(refusal.status, "message"): f"{name} {why}", "code": refusal.status}
            if refusal.status == 422:
                body = {"errors": [f"{name} {why}"]}
        if on("error-array") and refusal.status == 400:
            body = [why]
        if on("error-text-map") and refusal.status == 400:
            body = {"errors": {refusal.field_name: why}}
        if on("error-detail-only") and refusal.status == 404:
            body = {"detail": why}
        if on("error-trace") and refusal.status == 400:
            body = {
                "message": why,
                "trace": 'Traceback (most recent call last):\n  File "/srv/app/views.py", line 88, in create\nValueError: bad',
            }
        if on("error-java-trace") and refusal.status == 422:
            body = {
                "message": "java.lang.IllegalStateException: bad\n\tat com.example.projects.RfiService.update(RfiService.java:211)"
            }
        if on("error-sql") and refusal.status == 409:
            body = {
                "message": 'duplicate key value violates unique constraint "index_offices_on_name"\nDETAIL: Key (name)=(x) already exists. INSERT INTO offices (name) VALUES ($1)'
            }
        if on("error-path") and refusal.status == 406:
            body = {"message": "unpermitted parameter at /var/www/projects/app/controllers/base_controller.rb:42"}
        answer = Answer(refusal.status, body, headers)
        if on("error-html") and refusal.status == 404:
            answer.raw, answer.media = b"<!DOCTYPE html><html><body><h1>Not Found</h1></body></html>", "text/html"
        if on("error-empty") and refusal.status == 403:
            answer.raw = b""
        if on("error-text") and refusal.status == 401:
            answer.raw, answer.media = b"Unauthorized", "text/plain"
        if on("error-no-type") and refusal.status == 409:
            answer.media = ""
        return answer

    def _allowed(self, request: Request) -> str:
        raise NotImplementedError


def retry_after(wait: float) -> str:
    if on("retry-after-fraction"):
        return f"{wait:.3f}"
    if on("retry-after-date"):
        return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + wait))
    if on("retry-after-zero"):
        return "0"
    return str(math.ceil(wait))
