"""An application of the user's own as a target: imported into this process, and served on a free port of this machine
for as long as it is asked."""

from __future__ import annotations

import importlib
import inspect
import re
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from restproof.errors import ConfigurationError
from restproof.session.wsgi import Wsgi
from restproof.usercode import message_of, origin_of

_WAIT = 30.0
"""Seconds that an application may take to start."""
_FORM = re.compile(r"(?P<module>[A-Za-z_][\w.]*):(?P<name>[A-Za-z_][\w.]*)(?P<made>\(\))?")


@contextmanager
def hosted(spec: str, folder: Path) -> Iterator[str]:
    """The base URL of the application that ``spec`` names (``module:app``, or ``module:make()`` for what makes one),
    ASGI or WSGI, while it is served. Modules are looked up in ``folder`` first. Raises ``ConfigurationError``."""
    with served(_imported(spec, folder), f"--app {spec}") as url:
        yield url


@contextmanager
def served(application: Any, name: str) -> Iterator[str]:
    """The base URL of an application, ASGI or WSGI, while it is served; ``name`` is what messages call it. Raises
    ``ConfigurationError``."""
    import uvicorn

    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    is_asgi = _is_asgi(application)
    config = uvicorn.Config(
        application if is_asgi else Wsgi(application),
        log_config=None,
        log_level="critical",
        access_log=False,
        ws="none",
        lifespan="auto" if is_asgi else "off",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    ended = threading.Event()

    def serve() -> None:
        try:
            server.run(sockets=[listening])
        except SystemExit:
            pass  # how uvicorn tells that the application did not start
        finally:
            ended.set()

    thread = threading.Thread(target=serve, name="restproof-app", daemon=True)
    thread.start()
    try:
        waited = 0.0
        while not server.started and not ended.wait(0.02) and waited < _WAIT:
            waited += 0.02
        if not server.started:
            raise ConfigurationError(
                f"{name}: the application did not start", hint="Does it start under uvicorn or gunicorn?"
            )
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(5)
        listening.close()


def _imported(spec: str, folder: Path) -> Any:
    found = _FORM.fullmatch(spec)
    if found is None:
        raise ConfigurationError(f"--app {spec} names no application", hint="Say MODULE:NAME, such as main:app.")
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    try:
        value: Any = importlib.import_module(found["module"])
    except ModuleNotFoundError as error:
        if error.name is None or not found["module"].startswith(error.name):
            raise _failure(spec, error) from error
        hint = f"It is looked for in {folder} and on Python's path; restproof must be installed beside it."
        raise ConfigurationError(f"--app {spec}: there is no module {error.name}", hint=hint) from None
    except Exception as error:  # whatever the user's own code raises
        raise _failure(spec, error) from error
    for name in found["name"].split("."):
        if not hasattr(value, name):
            raise ConfigurationError(f"--app {spec}: {found['module']} has no {found['name']}", hint="Check its name.")
        value = getattr(value, name)
    try:
        application = value() if found["made"] else value
    except Exception as error:  # as above
        raise _failure(spec, error) from error
    if not callable(application):
        raise ConfigurationError(f"--app {spec} is no application", hint="It must be ASGI or WSGI.")
    return application


def _failure(spec: str, error: Exception) -> ConfigurationError:
    """What an application says of why there is none, and where."""
    hint = "The application raised it before there was any to serve."
    return ConfigurationError(f"--app {spec}: {message_of(error)}", place=origin_of(error), hint=hint)


def _is_asgi(application: Any) -> bool:
    """Whether an application is ASGI: a coroutine of three arguments, by itself or as what its class makes."""
    called = application if inspect.isfunction(application) else type(application).__call__
    called = application.__call__ if inspect.isclass(application) else called
    return inspect.iscoroutinefunction(called)
