"""Dask distributed as an engine: ``dask://HOST:PORT``, or a cluster of this machine's own.

An attempt is a task whose arguments are two names; all else goes through two of Dask's queues, which the scheduler
holds. So neither a key, nor the text of a task, nor a log shows anything of a run but its shards' numbers, and what a
worker that was lost had been given is given to no other one.
"""

from __future__ import annotations

import queue
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

from restproof.errors import ConfigurationError
from restproof.shards.engine import BYE, ChannelLost, EngineLost, Lost, Said, Word
from restproof.shards.serving import serve

_PATIENCE = 10.0
"""Seconds in which a scheduler has to answer."""
_EMPTY = 60.0
"""Seconds without any worker after which the engine counts as lost."""
_LOOK = 5.0
"""Seconds between two looks at the workers."""
_GRACE = 10.0
"""Seconds that the last word of a task has to come in when the task has ended."""
_GONE = (OSError, RuntimeError)
"""What Dask raises where the other side is gone; a closed connection is an ``OSError``."""


def _distributed() -> Any:
    """The module. Raises ``ConfigurationError`` where it is not installed."""
    try:
        return import_module("distributed")
    except ModuleNotFoundError:
        raise ConfigurationError("--engine needs Dask distributed", hint="pip install 'restproof[dask]'") from None


def _attempt(run: str, attempt: str) -> None:
    """The task."""
    channel = _Channel(_distributed().get_client(), run, attempt)
    # Whoever began it has ended, or counts it as lost: the process has tidied up, and there is nobody to tell.
    try:
        serve(channel)
    except ChannelLost:
        return
    finally:
        channel.close()


class _Channel:
    """An attempt's way to the client through the scheduler."""

    def __init__(self, client: Any, run: str, attempt: str) -> None:
        self._attempt = attempt
        self._up = _distributed().Queue(run, client=client)
        self._down = _distributed().Queue(attempt, client=client)
        self._heard: queue.SimpleQueue[Word | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def say(self, word: Word) -> None:
        try:
            self._up.put([self._attempt, dict(word)])
        except _GONE:
            raise ChannelLost from None

    def hear(self, seconds: float) -> Word | None:
        try:
            word = self._heard.get(timeout=seconds)
        except queue.Empty:
            return None
        if word is None:
            raise ChannelLost
        return word

    def close(self) -> None:
        """Listen no more."""
        with suppress(*_GONE):
            self._down.put({"word": BYE})

    def _listen(self) -> None:
        # Without a time-out: each would be an error in the scheduler's log.
        with suppress(*_GONE):
            while True:
                word = self._down.get()
                if word["word"] == BYE:
                    break
                self._heard.put(word)
            self._down.close()
            self._up.close()
        self._heard.put(None)


class DaskEngine:
    """The workers of one scheduler; with ``address`` ``None`` a cluster of ``workers`` processes on this machine, which
    ends with the engine. Raises ``ConfigurationError``."""

    def __init__(self, run: str, address: str | None, workers: int) -> None:
        dask = _distributed()
        self._run = run
        self._cluster: Any = None
        if address is not None and address.startswith("tls:"):
            _check_certificates(dask)
        if address is None:
            with _unheard():
                self._cluster = dask.LocalCluster(
                    n_workers=workers, threads_per_worker=1, dashboard_address=None, host="127.0.0.1", silence_logs=40
                )
        try:
            self._client: Any = dask.Client(self._cluster or address, timeout=_PATIENCE, set_as_default=False)
            self._client.wait_for_workers(1, timeout=_EMPTY)
        except (OSError, TimeoutError, ValueError) as error:
            self._close_cluster()
            raise ConfigurationError(
                f"--engine: no scheduler with workers answers at {address}: {error}", hint="Is it there?"
            ) from None
        self._up: Any = dask.Queue(run, client=self._client)
        self._down: dict[str, Any] = {}
        self._futures: dict[str, Any] = {}
        self._ended: dict[str, float] = {}
        self._heard: queue.SimpleQueue[Sequence[Any] | None] = queue.SimpleQueue()
        self._seen = self._looked = time.monotonic()
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    @property
    def room(self) -> int:
        return sum(self._client.nthreads().values())

    def begin(self, attempt: str) -> None:
        self._down[attempt] = _distributed().Queue(attempt, client=self._client)
        # Dask would begin it anew by itself when its worker is lost; who says hello twice is asked to end.
        self._futures[attempt] = self._client.submit(_attempt, self._run, attempt, key=attempt, pure=False)

    def heard(self, seconds: float) -> list[Said | Lost]:
        found: list[Said | Lost] = []
        with suppress(queue.Empty):
            while True:
                told = self._heard.get(timeout=0 if found else seconds)
                if told is None:
                    raise EngineLost("the engine's scheduler is gone")
                name, word = told
                found.append(Said(name, word))
        found += self._lost()
        self._look()
        return found

    def say(self, attempt: str, word: Word) -> None:
        with suppress(*_GONE):  # what is gone shows in what is heard
            self._down[attempt].put(dict(word))

    def close(self) -> None:
        with suppress(*_GONE, TimeoutError):
            for name, down in self._down.items():
                self.say(name, {"word": BYE})
                down.close()
            for future in self._futures.values():
                future.cancel()
            self._up.put(["", {"word": BYE}])  # for ourselves: who still listens keeps the queue
            self._listening.join(_PATIENCE)
            self._up.close()
        with suppress(*_GONE, TimeoutError):
            self._client.close()
        self._close_cluster()

    def _close_cluster(self) -> None:
        if self._cluster is not None:
            self._cluster.close(timeout=_PATIENCE)
            self._cluster = None

    def _listen(self) -> None:
        with suppress(*_GONE):
            while (told := self._up.get())[0]:
                self._heard.put(told)
        self._heard.put(None)

    def _lost(self) -> list[Lost]:
        """Tasks that will say nothing more. One that ended well has said so, which may only just be on its way."""
        found = []
        for name, future in list(self._futures.items()):
            if future.status == "pending":
                continue
            if (
                future.status == "finished"
                and time.monotonic() - self._ended.setdefault(name, time.monotonic()) < _GRACE
            ):
                continue
            del self._futures[name]
            found.append(Lost(name, "its task has ended" if future.status == "finished" else _why(future)))
        return found

    def _look(self) -> None:
        """Raises ``EngineLost`` where there has been no worker for too long."""
        now = time.monotonic()
        if now - self._looked < _LOOK:
            return
        self._looked = now
        try:
            workers: Mapping[str, int] = self._client.nthreads()
        except _GONE:
            raise EngineLost("the engine's scheduler is gone") from None
        if workers:
            self._seen = now
        elif now - self._seen > _EMPTY:
            raise EngineLost(f"the engine has had no worker for {_EMPTY:.0f} s")


def _check_certificates(dask: Any) -> None:
    """Dask itself would raise a ``TypeError`` where it knows of none, and wait long before it ends."""
    if dask.Security().get_connection_args("client")["ssl_context"] is None:
        raise ConfigurationError(
            "--engine: dask+tls:// needs a certificate, a key and a CA, and Dask is configured without",
            hint="Set DASK_DISTRIBUTED__COMM__TLS__CA_FILE, …__TLS__CLIENT__CERT and …__TLS__CLIENT__KEY.",
        )


@contextmanager
def _unheard() -> Iterator[None]:
    """What is started meanwhile hears of no signal from the terminal: the run ends its shards itself."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _why(future: Any) -> str:
    """What has become of a task that did not end well: the kind of the error, whose text may hold anything."""
    error = future.exception(timeout=_PATIENCE) if future.status == "error" else None
    return f"its task was {future.status}" + (f" ({type(error).__name__})" if error is not None else "")
