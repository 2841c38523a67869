"""Recordings that people read and edit, those of ``responses``, and where a target has drifted from its recording."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
import responses
import yaml
from responses._recorder import Recorder

from restproof.compare.shapes import drift, shapes
from restproof.record import readable
from restproof.record.model import RecordedExchange, Request, Response
from restproof.record.recording import recording
from restproof.sandbox.launch import start

from .conftest import CONTRACT, Command, Ended
from .equal import differences

Edit = Callable[[dict[str, Any]], None]


@pytest.fixture
def edited(recorded: Ended, tmp_path: Path) -> Callable[[str, Edit], Path]:
    """A copy of the recording in YAML, with the first answer of an item edited."""

    def make(requirement: str, edit: Edit) -> Path:
        documents = readable.dump(recorded.run).split("\n---\n")
        at = next(n for n, text in enumerate(documents) if f"\nitem: {requirement}[" in text and "exchange\n" in text)
        document = yaml.safe_load(documents[at])
        edit(document["response"])
        documents[at] = yaml.safe_dump(document, sort_keys=False).rstrip("\n")
        file = tmp_path / "edited.yaml"
        file.write_text("\n---\n".join(documents))
        return file

    return make


def test_the_readable_form_holds_what_a_replay_needs(recorded: Ended, tmp_path: Path) -> None:
    file = tmp_path / "recording.yaml"
    file.write_text(readable.dump(recorded.run))
    found = recording(file).run
    assert found is not None
    before = recorded.run
    assert found.exchanges == before.exchanges
    assert {c.id: c for c in found.cases} == {c.id: c for c in before.cases}
    assert (found.values, found.header.target, found.header.prefix) == (
        before.values,
        before.header.target,
        before.header.prefix,
    )


@pytest.mark.parametrize(
    "text",
    [
        "\ud800",
        "a\x00b",
        " leading",
        "trailing ",
        "two\nlines\n",
        "yes",
        "2026-01-01",
        "=",
        "\u2028",
        "\U0001f3d7",
        "é",
    ],
)
def test_any_text_survives_the_readable_form(text: str, recorded: Ended, tmp_path: Path) -> None:
    body = '{"a": 1.0, "b": [null, true, 1e400]}' if text == "=" else text.encode("utf-8", "replace").decode()
    run = recorded.run
    case = replace(run.cases[0], input={"value": text, text: [text]})
    said = RecordedExchange(1, Request("GET", "https://a.test/x", (("A", text),), body), Response(200, "", (), body))
    file = tmp_path / "recording.yaml"
    file.write_text(readable.dump(replace(run, cases=(case,), exchanges=(said,), values=())))
    found = recording(file).run
    assert found is not None
    assert (found.cases[0].input, found.exchanges[0]) == (case.input, said)


def test_the_report_of_a_run_as_yaml_is_replayed_as_the_run(
    recorded: Ended, restproof: Command, tmp_path: Path
) -> None:
    file = tmp_path / "recording.yaml"
    file.write_text(readable.dump(recorded.run))
    assert differences(recorded.folder, restproof("--stubs", str(file)).folder) == []


def test_an_edited_status_fails_the_rule_about_it(edited: Callable[[str, Edit], Path], restproof: Command) -> None:
    file = edited("create.answers-created", lambda response: response.update(status=200))
    replayed = restproof("--stubs", str(file))
    assert replayed.code == 1
    assert replayed.ended("fail") == {"create.answers-created"}


def test_a_field_taken_out_of_a_body_fails_the_rule_about_it(
    edited: Callable[[str, Edit], Path], restproof: Command
) -> None:
    file = edited("read.answers-ok", lambda response: response["json"].pop("id"))
    replayed = restproof("--stubs", str(file))
    assert replayed.code == 1
    assert "shape.resource" in replayed.ended("fail")


def test_a_recording_of_responses_answers_by_method_and_url(restproof: Command, tmp_path: Path) -> None:
    file = tmp_path / "responses.yaml"
    recorder = Recorder()
    with start(CONTRACT / "contract.yaml", tls=False) as sandbox, recorder:
        requests.get(f"{sandbox.base_url}/items", timeout=5)
        recorder.dump_to_file(file)
    replayed = restproof("--stubs", str(file), "--only", "list.answers-ok", "--only", "read.answers-ok")
    assert replayed.outcomes["list.answers-ok list"] == ("pass", "")
    outcome, message = replayed.outcomes["read.answers-ok read"]
    assert (replayed.code, outcome) == (3, "error")
    assert "stale stub in item:target: the suite wanted POST" in message
    assert responses.registered() == []


def exchange(body: str, status: int = 200) -> RecordedExchange:
    request, response = Request("GET", "https://a.test/x"), Response(status, "", (), body)
    return RecordedExchange(1, request, response, resource="item", operation="read")


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ('{"a": 1}', '{"a": 2}', ()),
        ('{"a": 1}', '{"a": "1"}', ("item read 200: /a is string now (was integer)",)),
        ('{"a": 1, "b": {"c": 1}}', '{"a": 1}', ("item read 200: /b is gone",)),
        ('{"a": 1}', '{"a": 1, "b": [1]}', ("item read 200: /b is new",)),
        ('[{"a": 1}, {"a": 1}]', '[{"a": 1}, {}]', ("item read 200: /*/a is missing at times",)),
        ('{"a": null}', "oops", ("item read 200: the body is no JSON now (was object)",)),
    ],
)
def test_a_response_of_another_shape_is_drift(before: str, after: str, lines: tuple[str, ...], recorded: Ended) -> None:
    old, new = (replace(recorded.run, exchanges=(exchange(body),)) for body in (before, after))
    assert drift(old, new) == lines


def test_looks_at_what_is_the_run_s_own_are_no_drift(recorded: Ended) -> None:
    """How many there are depends on time, and a replay has none."""
    look = replace(exchange("", 404), setup="guard", item=None)
    old, new = (replace(recorded.run, exchanges=seen) for seen in ((exchange("{}"), look), (exchange("{}"),)))
    assert drift(old, new) == ()


def test_a_status_that_was_never_answered_is_drift(recorded: Ended) -> None:
    old = replace(recorded.run, exchanges=(exchange("{}"),))
    new = replace(recorded.run, exchanges=(exchange("{}"), exchange("{}", 500)))
    assert drift(old, new) == ("item read 500: never answered before",)
    assert set(shapes(new)) == {("item", "read", 200), ("item", "read", 500)}


def test_a_run_against_its_recording_tells_what_drifted(recorded: Ended, restproof: Command) -> None:
    options = ("--profile", "smoke", "--only", "create", "--only", "shape", "--against", str(recorded.folder))
    same, other = restproof(*options), restproof(*options, "--fault", "number-as-text")
    assert (same.code, other.code) == (0, 1)
    assert "no drift: responses look as recorded" in same.told
    assert "drift, breaks shape.resource: item create" in other.told
    assert "drift: item create 201: /id is string now (was integer)" in other.told
    assert "item create 201: /id is string now (was integer)" in (other.folder / "summary.json").read_text()
    assert "/id is string now" in (other.folder / "summary.md").read_text().replace("\\", "")
