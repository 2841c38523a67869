"""Soundings leave nothing behind that could be foreseen, and tell what they leave all the same."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from email.message import Message
from pathlib import Path
from typing import Any, NoReturn

import pytest

from restproof.contract.model import Resource
from restproof.errors import StorageError
from restproof.learning.sounding import Sounder, sounded
from restproof.session.options import Options
from restproof.session.promise import promised

from .honest import Json, Service, serving
from .running import TOKEN, run_document
from .test_meant import written
from .test_sounded import paths, shop
from .unsaid import contract

ONE = ("--only", "read.answers-ok")
_TARGET = """
[targets.shop]
base_url = "{url}"
forbid = ["box.delete"]
[targets.shop.credentials]
full = "${{RESTPROOF_FULL}}"
"""
_HOOK = """
def after_response(request, response):
    if response.status == 400:
        raise RuntimeError("a refusal")
"""


def test_what_must_not_be_deleted_is_not_made_before_the_run(tmp_path: Path) -> None:
    with serving(shop()) as url:
        (tmp_path / "restproof.toml").write_text(_TARGET.format(url=url))
        ended = run_document(written(tmp_path, paths()), None, tmp_path / "run", "--target", "shop", *ONE)
    assert ended.returncode in (0, 3), ended.stdout + ended.stderr
    assert "a create that held it was refused" not in ended.stdout


def test_what_may_be_there_after_a_delete_is_not_made_before_the_run(tmp_path: Path) -> None:
    document = paths()
    document["/boxes/{id}"]["delete"]["summary"] = "Archive a box"
    with serving(shop()) as url:
        ended = run_document(written(tmp_path, document), url, tmp_path / "run", *ONE)
    assert ended.returncode in (0, 3), ended.stdout + ended.stderr
    assert "a create that held it was refused" not in ended.stdout


def test_a_hook_that_fails_is_told_by_the_run(tmp_path: Path) -> None:
    (tmp_path / "restproof_hooks.py").write_text(_HOOK)
    with serving(shop()) as url:
        ended = run_document(written(tmp_path, paths()), url, tmp_path / "run", *ONE)
    assert (tmp_path / "run" / "index.html").is_file(), ended.stdout + ended.stderr


class Stubborn(Service):
    """Deletes nothing, and says when it was asked to."""

    asked: threading.Event

    def answer(self, method: str, target: str, headers: Message, text: bytes) -> tuple[int, Json, list[str]]:
        if method != "DELETE":
            return super().answer(method, target, headers, text)
        self.asked.set()
        return 409, {"message": "in use"}, []


def test_what_an_interrupted_one_leaves_is_told(tmp_path: Path) -> None:
    service = Stubborn(shop().routes)
    service.asked = threading.Event()
    with serving(service) as url:
        words = ["restproof", "run", str(written(tmp_path, paths())), "--target", url, "-q"]
        said: dict[str, Any] = {"cwd": tmp_path, "env": {**os.environ, "RESTPROOF_FULL": TOKEN}, "text": True}
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **said) as running:
            assert service.asked.wait(60)
            running.send_signal(signal.SIGINT)
            _, told = running.communicate(timeout=60)
    assert running.returncode == 130, told
    assert "restproof: interrupted" in told
    assert "left on the target: box" in told


def test_what_one_that_ends_in_an_error_leaves_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    service = Stubborn(shop().routes)
    service.asked = threading.Event()
    known = Sounder.known

    def breaking(sounder: Sounder, resource: Resource) -> NoReturn:
        known(sounder, resource)
        raise StorageError("the disk is full")

    monkeypatch.setattr(Sounder, "known", breaking)
    monkeypatch.setenv("RESTPROOF_FULL", TOKEN)
    told = contract(tmp_path, paths())
    with serving(service) as url, pytest.raises(StorageError, match="left on the target: box"):
        sounded(promised(Options(contract=str(told.path), target=url), tmp_path), lambda line: None)
