"""Turns at one host, over processes and machines: through a file, and through a real Redis that dies and comes back."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.ports import free_ports

from restproof.errors import ConfigurationError
from restproof.wire.numbers import Numbers
from restproof.wire.pace import RedisPace, Turns, check_place, pace_of

HOST = "http://127.0.0.1:8000/v1"


class Server:
    """A Redis of the tests' own."""

    def __init__(self, folder: Path) -> None:
        (self.port,) = free_ports(1)
        self.url = f"redis://127.0.0.1:{self.port}"
        self.folder = folder
        self.start()

    def start(self) -> None:
        command = [
            "redis-server",
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            str(self.folder),
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise TimeoutError("Redis does not start")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Server]:
    if shutil.which("redis-server") is None:
        assert not os.environ.get("CI"), "CI has Redis: .ci/run installs it"
        pytest.skip("redis-server is not installed")
    server = Server(tmp_path)
    yield server
    server.kill()


def test_a_file_gives_turns_to_all_who_name_its_folder(tmp_path: Path) -> None:
    now = [100.0]
    one, other = (Turns(Numbers(1, tmp_path / "host"), lambda: now[0]) for _ in range(2))
    assert [one.turn(0.5), other.turn(0.5), one.turn(0.5)] == [0.0, 0.5, 1.0]
    now[0] = 110.0
    assert other.turn(0.5) == 0.0


def test_the_turns_of_a_folder_outlive_the_start_of_the_machine(tmp_path: Path) -> None:
    pace_of(str(tmp_path), HOST).turn(60)
    with Numbers(1, tmp_path / "127.0.0.1_8000").changing() as numbers:
        # Of the day, which goes on; clocks that count from the start of the machine begin anew.
        assert abs(numbers[0] - time.time()) < 120


def test_hosts_have_turns_of_their_own(tmp_path: Path) -> None:
    paces = [pace_of(str(tmp_path / "all"), url) for url in ("http://a:80/v1", "http://A:80", "http://b")]
    waits = [pace.turn(60) for pace in paces]
    assert (waits[0], waits[2]) == (0.0, 0.0)
    assert 59 < waits[1] <= 60


def test_redis_gives_turns_to_all(redis: Server) -> None:
    one, other, elsewhere = pace_of(redis.url, HOST), pace_of(redis.url, HOST), pace_of(redis.url, "http://b")
    assert one.turn(60) == 0.0
    assert 59 < other.turn(60) <= 60
    assert 119 < one.turn(60) <= 120
    assert elsewhere.turn(60) == 0.0


def test_without_redis_each_keeps_to_its_share_until_it_is_back(redis: Server) -> None:
    one, other = RedisPace(redis.url, "h"), RedisPace(redis.url, "h")
    for pace in (one, other, one):
        pace.turn(0.001)
    redis.kill()
    assert one.turn(60) == 0.0
    assert 119 < one.turn(60) <= 120, "two take part, and each has half of the rate"
    redis.start()
    one._silent_until = 0.0  # as if a second had passed
    assert one.turn(60) == 0.0
    assert 59 < other.turn(60) <= 60


@pytest.mark.parametrize("url", ["redis://:secret-word@127.0.0.1:1", "redis://:secret-word@[", "redis://127.0.0.1:x"])
def test_a_redis_that_is_not_there_is_told_without_its_password(url: str) -> None:
    with pytest.raises(ConfigurationError, match="--coordinate: ") as told:
        check_place(url)
    assert "secret-word" not in str(told.value)


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match=r"--coordinate .*file: File exists"):
        check_place(str(tmp_path / "file"))


def test_a_password_stands_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACE_PASSWORD", "p@ss/word")
    monkeypatch.setenv("PACE_URL", "redis://:secret@127.0.0.1:1")
    for place, password in (("redis://:${PACE_PASSWORD}@127.0.0.1:1", "p@ss/word"), ("${PACE_URL}", "secret")):
        pace = pace_of(place, HOST)
        assert isinstance(pace, RedisPace)
        assert pace._client.connection_pool.connection_kwargs["password"] == password
        with pytest.raises(ConfigurationError, match="refused") as told:
            check_place(place)
        assert password not in str(told.value)
    with pytest.raises(ConfigurationError, match="the environment variable PACE_NOWHERE is not set"):
        check_place("redis://:${PACE_NOWHERE}@127.0.0.1:1")


def test_a_folder_that_the_environment_names_stays_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACE_FOLDER", str(tmp_path))
    check_place("${PACE_FOLDER}/of all runs")
    assert (tmp_path / "of all runs").is_dir()
