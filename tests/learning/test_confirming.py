"""Words that the suites' own rules contradict are not proposed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.miniatures import bench
from tests.record import synthetic_run as build

from restproof.bundle import REGISTER, bundled_suites
from restproof.cli import trying
from restproof.contract.load import load
from restproof.engine.register import load as load_register
from restproof.learning.blame import to_blame
from restproof.learning.confirming import (
    contradicted,
    passes,
    rules_for,
    suspected,
    unsound,
    untested,
    with_words,
)
from restproof.learning.source import Taught
from restproof.learning.word import Lesson, Word
from restproof.oracle.results import Ending, Result
from restproof.oracle.verdict import Verdict
from restproof.record.events import RUN_FILE
from restproof.session.options import Options
from restproof.session.planning import nothing_selected

from .desk import SCHEMA, Desk, learned, written
from .test_changed import Careless


def word(resource: str | None, *name: str, value: object = 1) -> Word:
    return Word(resource, name, value, "seen", (1, 2))


def verdict(*results: Result) -> Verdict:
    return Verdict("not conforming", True, {}, results, (), (), (), {}, 1, 0.0)


def failed(requirement: str, resource: str, changed: str = "") -> Result:
    return Result("an item", requirement, "must", resource, "create", "fail", 1, "it failed", changed=changed)


def test_the_rules_that_assert_a_word_are_tried_and_those_that_are_grave() -> None:
    rules = rules_for([word("desk", "normalized", "email")], load_register(bundled_suites() / REGISTER))
    assert {"update.persists", "robust.no-5xx", "auth.object-level", "list.entry-agrees"} <= set(rules)
    assert not {"protocol.date", "conflict.scope"} & set(rules)
    assert "identity.unknown-path" in rules_for([word(None, "errors")], load_register(bundled_suites() / REGISTER))


def test_a_word_that_the_server_does_not_keep_to_is_dropped() -> None:
    lesson = Lesson((word("desk", "unique", value=["name"]), word("desk", "touched", value=["moved_at"])))
    found = contradicted(lesson, verdict(failed("conflict.race", "desk", "unique, seen 2026-11-28")))
    assert list(found) == [("resources", "desk", "unique")]
    left = lesson.without(found)
    assert [w.name for w in left.words] == [("touched",)]
    assert "it failed" in str(left.doubts[0])


def test_a_word_of_which_no_rule_came_to_a_result_is_untested() -> None:
    register = load_register(bundled_suites() / REGISTER)
    words = [word("desk", "unique"), word("desk", "touched"), word(None, "statuses", "absent"), word("desk", "lenient")]

    def ended(requirement: str, resource: str, outcome: Ending) -> Result:
        return Result("an item", requirement, "must", resource, "create", outcome, 1, "ceiling of 9 requests reached")

    seen = verdict(
        ended("conflict.race", "desk", "not tested"),
        ended("conflict.duplicate", "chair", "pass"),
        ended("update.touches", "desk", "not tested"),
        ended("update.persists", "desk", "pass"),
        ended("update.unknown-id", "chair", "pass"),
    )
    found = untested(words, seen, register)
    assert found == {("resources", "desk", "unique"): "it was not put to the test: ceiling of 9 requests reached"}


def test_a_word_with_which_the_contract_would_not_be_sound_is_told(tmp_path: Path) -> None:
    file = written(tmp_path).path
    good = Word("desk", ("unique",), ["name"], "seen", (1, 2))
    wrong = Word("desk", ("defaults", "name"), {"value": 7}, "seen", (1, 2))  # the schema has text there
    assert unsound(file, [good], "2026-11-28", tmp_path) == {}
    found = unsound(file, [good, wrong], "2026-11-28", tmp_path)
    assert list(found) == [wrong.route]
    assert "with it the contract is not sound: " in found[wrong.route]
    assert "does not allow" in found[wrong.route]


def test_a_format_that_a_function_of_the_project_knows_speaks_against_no_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The function stands beside the contract, and nothing outside of the project is run."""
    project = tmp_path / "project"
    file = written(project / "contracts" / "desk").path
    (project / "restproof.toml").touch()
    (file.parent / "own.py").write_text("def is_tag(text):\n    return text == 'a'\n")
    file.write_text(file.read_text() + "formats: {tag: {check: own.py:is_tag, examples: [a]}}\n")
    monkeypatch.chdir(project)
    good = Word("desk", ("unique",), ["name"], "seen", (1, 2))
    wrong = Word("desk", ("defaults", "name"), {"value": 7}, "seen", (1, 2))
    assert list(unsound(file, [good, wrong], "2026-11-28", project)) == [wrong.route]
    assert not unsound(file, [good, wrong], "2026-11-28", tmp_path)  # no copy there can be read


def test_a_default_that_its_schema_does_not_allow_costs_itself_alone(tmp_path: Path) -> None:
    file = written(tmp_path).path
    wrong = Word("desk", ("defaults", "name"), {"value": 7}, "seen", (1, 2))
    taught = Taught(Lesson((wrong,)), (), tmp_path, 5)
    found = trying.tried(taught, Options(contract=str(file), max_requests=10), tmp_path, [])
    assert not found.lesson.words
    assert "desk: defaults.name: with it the contract is not sound" in str(found.lesson.doubts[0])


def test_what_fails_with_words_and_not_without_is_suspected() -> None:
    failures = [failed("update.persists", "desk")]
    passed = Result("an item", "update.persists", "must", "desk", "create", "pass", 1)
    place = ("update.persists", "desk", "create")
    assert suspected(failures, verdict(passed)) == {"desk": {place: "update.persists fails: it failed"}}
    assert not suspected(failures, verdict(failed("update.persists", "desk")))
    assert not suspected(failures, verdict(passed, failed("update.persists", "desk")))
    assert passes(verdict(passed), [place])
    assert not passes(verdict(failed("update.persists", "desk")), [place])


def test_what_words_alone_have_brought_into_the_plan_is_suspected() -> None:
    failures = [failed("update.persists", "desk")]
    elsewhere = Result("an item", "update.persists", "must", "lamp", "create", "pass", 1)
    place = ("update.persists", "desk", "create")
    assert suspected(failures, verdict(elsewhere)) == {"desk": {place: "update.persists fails: it failed"}}
    assert suspected(failures, None)
    assert passes(verdict(elsewhere), [place])


def test_a_rule_that_nothing_is_left_for_without_the_words_ends_no_lesson(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = learned(Desk(), tmp_path)
    word = lesson.words[0]

    def of(trials: trying._Trials, words: Sequence[Word], *_: object) -> Verdict:
        trials.requests += 1
        trials.begun.append(tmp_path)
        if word not in words:
            raise nothing_selected()
        return verdict(failed("update.persists", "desk"))

    monkeypatch.setattr(trying._Trials, "of", of)
    options = Options(contract=str(written(tmp_path).path), max_requests=1000)
    begun: list[Path] = []
    found = trying.tried(Taught(lesson, (), tmp_path, 5), options, tmp_path, begun)
    assert found.lesson.words
    assert word not in found.lesson.words


def test_what_no_request_was_left_for_is_suspected() -> None:
    failures = [failed("update.persists", "desk")]
    untried = Result("an item", "update.persists", "must", "desk", "create", "not tested", 1)
    assert not suspected(failures, verdict(untried))
    assert suspected(failures, verdict(untried), is_whole=False)
    assert suspected(failures, None, is_whole=False)
    assert not suspected(failures, verdict(failed("update.persists", "desk")), is_whole=False)


def test_what_fails_with_the_words_is_no_fault_where_no_request_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = learned(Desk(), tmp_path)
    asked: list[int] = []

    def of(trials: trying._Trials, words: Sequence[Word], *_: object) -> Verdict:
        asked.append(len(words))
        trials.requests = 10
        return verdict(failed("update.persists", "desk"))

    monkeypatch.setattr(trying._Trials, "of", of)
    options = Options(contract=str(written(tmp_path).path), max_requests=10)
    found = trying.tried(Taught(lesson, (), tmp_path, 5), options, tmp_path, [])
    assert len(asked) == 1
    assert not found.is_faulty
    assert not [w for w in found.lesson.words if w.resource == "desk"]
    assert "update.persists fails" in " ".join(map(str, found.lesson.doubts))


def test_a_race_that_is_lost_at_times_costs_no_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two updates at once, each of another field, of which a server that reads, merges and writes may lose one."""
    lesson = learned(Desk(), tmp_path)
    lost = iter([True, False, *[True, False] * 20])

    def of(trials: trying._Trials, words: Sequence[Word], *_: object) -> Verdict:
        trials.requests += 1
        ending: Ending = "fail" if next(lost) else "pass"
        return verdict(Result("an item", "update.race", "should", "desk", "update", ending, 1, "one is lost"))

    monkeypatch.setattr(trying._Trials, "of", of)
    options = Options(contract=str(written(tmp_path).path), max_requests=100)
    found = trying.tried(Taught(lesson, (), tmp_path, 5), options, tmp_path, [])
    assert found.lesson.words == lesson.words
    assert [v.results[0].outcome for v in found.verdicts] == ["fail"], "it is told all the same"


def test_where_the_probes_took_all_requests_no_word_is_proposed(tmp_path: Path) -> None:
    lesson = learned(Desk(), tmp_path)
    options = Options(contract=str(written(tmp_path).path), max_requests=0)
    found = trying.tried(Taught(lesson, (), tmp_path, 5), options, tmp_path, [])
    assert lesson.words
    assert not found.lesson.words
    assert "the probes took all of the requests" in str(found.lesson.doubts[-1])


def test_what_is_left_is_told_of_the_runs_that_were_begun_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("earlier", "probes"):
        (tmp_path / name).mkdir()
        foot = build.footer(cleanup={"deleted": 0, "left": [f"of {name}"]})
        build.write(tmp_path / name / RUN_FILE, *build.small(foot=foot))
    trying.tell_left([tmp_path / "probes", tmp_path / "never begun"])
    assert capsys.readouterr().out == "left on the target: of probes\n"


@pytest.mark.parametrize("guilty", [(), (0,), (6,), (2, 5), (0, 1, 6)])
def test_only_the_words_that_are_to_blame_are_dropped(guilty: tuple[int, ...]) -> None:
    words = [word("desk", f"word_{n}") for n in range(7)]
    blamed = [words[n] for n in guilty]
    asked: list[int] = []

    def fails(some: Sequence[Word]) -> bool:
        asked.append(len(some))
        return any(w in some for w in blamed)

    assert {w.route for w in to_blame(words, fails) or []} == {w.route for w in blamed}
    assert len(asked) <= 1 + 4 * len(blamed)


def test_where_too_many_are_to_blame_it_is_not_said_which() -> None:
    assert to_blame([word("desk", f"word_{n}") for n in range(7)], bool) is None


def test_a_rule_contradicts_what_the_probes_saw(tmp_path: Path) -> None:
    lesson = learned(Desk(), tmp_path)
    file = with_words(written(tmp_path).path, lesson.words, "2026-11-28", tmp_path / "copy")
    schemas = {"desk.json": SCHEMA}
    told = bench.run(Careless(), file.read_text(), schemas, tmp_path / "run", only=("conflict.duplicate",))
    assert ("resources", "desk", "unique") in contradicted(lesson, told)


def test_the_copy_extends_what_the_contract_does(tmp_path: Path) -> None:
    (tmp_path / "house.yaml").write_text("statuses: {invalid: 422}\n")
    contract = written(tmp_path / "contracts" / "desk")
    contract.path.write_text(contract.path.read_text() + "extends: ../../house.yaml\n")
    file = with_words(contract.path, [word(None, "statuses", "absent", value=404)], "2026-11-28", tmp_path / "copy")
    assert load(file).resources["desk"].status("absent").codes == {404}
