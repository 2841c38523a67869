"""``import restproof``: runs and judgements from Python, and what docs/python.md shows of them."""

from __future__ import annotations

import asyncio
import dataclasses
import re
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from tests.judge.client import har_text

import restproof
from restproof.api.run import RunOptions
from restproof.errors import ConfigurationError, ContractError, Place, TargetError
from restproof.session.handed import error_as_json, raised
from restproof.session.options import Options

pytest_plugins = ["pytester"]
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.S)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the bundled contract, which is the working directory."""
    for name in ("contracts", "schemas"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_run_has_each_option_of_the_command_but_those_that_are_arguments() -> None:
    declared = {f.name for f in dataclasses.fields(Options)} - {"contract", "target", "plan"}
    assert set(RunOptions.__annotations__) == declared
    hints, of_command = get_type_hints(RunOptions), get_type_hints(Options)
    texts = {"profile", "fail_on"}  # of which the command's options list the choices elsewhere
    assert {n: hints[n] for n in declared - texts} == {n: of_command[n] for n in declared - texts}


@pytest.mark.parametrize(
    "error",
    [
        ConfigurationError("wrong", place=Place(Path("restproof.toml"), 3), hint="Mend it."),
        ContractError("bad", others=(ContractError("worse", place=Place(Path("a.yaml"))),)),
        TargetError("away"),
    ],
)
def test_an_error_of_the_process_is_the_same_here(error: restproof.RestproofError) -> None:
    again = raised(error_as_json(error))
    assert (type(again), str(again), again.exit_code) == (type(error), str(error), error.exit_code)
    assert list(map(str, getattr(again, "others", ()))) == list(map(str, getattr(error, "others", ())))


def test_the_examples_of_a_run_and_of_an_asyncio_program_at_once(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In two threads, one of which has an event loop."""
    plain, program = (compile(block, "python.md", "exec") for block in BLOCKS[:2])
    other = threading.Thread(target=exec, args=(plain, {}))
    other.start()
    exec(program, {"__name__": "program"})
    other.join()
    assert capsys.readouterr().out == "conforming 0\n"
    run = restproof.Run.at(checkout / "reports" / "offices")
    assert run.exit_code == 0
    assert run.verdict == restproof.Run.at(run.file).verdict
    assert run.verdict.counts == restproof.Run.at(checkout / "reports" / "night").verdict.counts
    assert {i.resource for i in run.recorded.items if i.operation} == {"office"}
    assert run.report("line").startswith("verdict=conforming")


def test_what_cannot_be_run_raises_with_its_place(checkout: Path) -> None:
    (checkout / "restproof.toml").write_text("[targets.staging]\nbase_url = 5\n")
    with pytest.raises(ConfigurationError) as told:
        restproof.run("contracts/procore", "staging")
    assert told.value.place is not None
    assert told.value.place.line == 2


def test_what_belongs_to_a_section_is_not_said_twice() -> None:
    with pytest.raises(ConfigurationError, match="a target that is a URL or an application"):
        restproof.run("procore", "staging", credentials={"full": "secret-token"})
    with pytest.raises(TypeError, match="no option 'colour'"):
        restproof.run("procore", colour="red")  # type: ignore[call-arg]


Start = Callable[[str, list[tuple[str, str]]], Any]


def test_a_cancelled_run_against_an_application_is_interrupted_and_the_loop_goes_on(checkout: Path) -> None:
    asked: list[str] = []
    begun = threading.Event()

    def application(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        asked.append(environ.get("HTTP_AUTHORIZATION", ""))
        if environ["REQUEST_METHOD"] == "POST":
            begun.set()
        start("404 Not Found", [("Content-Type", "application/json")])
        return [b'{"errors": "absent"}']

    async def main() -> bool:
        running = asyncio.create_task(
            restproof.run_async(
                "contracts/procore",
                application,
                credentials={"full": "token-of-mine"},
                ids={"company": 5, "other_company": 6},
                out=str(checkout / "out"),
            )
        )
        await asyncio.to_thread(begun.wait, 60)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        return True

    assert asyncio.run(main())
    assert "Bearer token-of-mine" in asked
    run = restproof.Run.at(checkout / "out")
    assert run.recorded.footer is not None
    assert run.recorded.footer.interrupted == "SIGTERM"
    assert b"token-of-mine" not in b"".join(f.read_bytes() for f in (checkout / "out").iterdir() if f.suffix != ".gz")


def test_traffic_is_judged_and_nothing_is_left(checkout: Path) -> None:
    (checkout / "traffic.har").write_text(har_text())
    exec(compile(next(b for b in BLOCKS if "judge(" in b), "python.md", "exec"), {})
    (checkout / "traffic.har").write_text(har_text("create-answers-200"))
    assert {p.name for p in checkout.iterdir()} == {"contracts", "schemas", "traffic.har"}

    async def at_once() -> tuple[restproof.Verdict, restproof.Verdict]:
        """In a thread, and in the event loop itself."""
        apart = asyncio.create_task(asyncio.to_thread(restproof.judge, "traffic.har", "contracts/procore"))
        await asyncio.sleep(0)  # it begins
        return restproof.judge("traffic.har", "contracts/procore", out="kept"), await apart

    verdict, other = asyncio.run(at_once())
    assert other == verdict
    assert verdict.verdict == "not conforming"
    assert {c.requirement for c in verdict.causes} >= {"create.answers-created"}
    assert verdict == restproof.Run.at("kept").verdict


def test_the_fixtures_give_servers(checkout: Path, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    conftest = next(b for b in BLOCKS if "pytest_plugins" in b)
    module = next(b for b in BLOCKS if "restproof_sandbox(" in b)
    module += (
        "\n\ndef test_the_target_is_the_sandbox(restproof_target):\n"
        "    api = restproof_target(contract='contracts/procore')\n"
        "    assert api is restproof_target(contract='contracts/procore')\n"
        "    got = requests.get(f'{api.base_url}/companies', headers=api.headers(), verify=api.verify)\n"
        "    assert got.status_code == 200\n"
        "    assert requests.get(f'{api.base_url}/companies', verify=api.verify).status_code == 401\n"
    )
    pytester.makeconftest(conftest)
    path = pytester.makepyfile(module)
    monkeypatch.chdir(checkout)
    args = ("-p", "no:cacheprovider", f"--rootdir={pytester.path}", "-c", "/dev/null", str(path))
    pytester.runpytest_inprocess(*args).assert_outcomes(passed=2)
