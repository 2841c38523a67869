"""Mistakes of the files of a contract, and of several at once."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from restproof.contract.load import load
from restproof.errors import ContractError

from .mistakes import HEAD, ITEM, expect, problems


def test_a_mistake_in_a_file_that_is_referred_to_is_told_there(tmp_path: Path) -> None:
    schema = '{"type": "object", "properties": {"id": {"$ref": "other.json#/$defs/id"}}}'
    other = '{"$defs": {\n  "id": {"type": 5}}}'
    found = problems(
        tmp_path, "contract: x\nresources: {item: {path: /i, schema: item.json}}", item=schema, other=other
    )
    expect(found, "other.json:2", "not a valid JSON Schema", None)


def test_a_missing_schema_file_is_told_where_it_is_named(tmp_path: Path) -> None:
    found = problems(tmp_path, "contract: x\nresources:\n  item: {path: /i, schema: itm.json}")
    expect(found, "contract.yaml:3", "there is no schema file 'itm.json'", "did you mean 'item.json'?")


def test_all_problems_are_told_at_once_and_the_first_is_raised(tmp_path: Path) -> None:
    contract = HEAD + "    unique: [nmae]\n    sort: [siez]\n    statuses: {conflct: 409}\n"
    found = problems(tmp_path, contract)
    assert [e.place.line for e in found if e.place] == [7, 8, 9]
    with pytest.raises(ContractError) as caught:
        load(tmp_path)
    assert caught.value.place is not None
    assert caught.value.place.line == 7
    assert [e.place.line for e in caught.value.others if e.place] == [8, 9]
    assert str(caught.value).startswith(f"{tmp_path / 'contract.yaml'}:7: ")


def test_a_contract_that_is_not_there_or_not_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="there is no such contract"):
        load(tmp_path)
    (tmp_path / "contract.yaml").write_bytes(b"contract: \xff\xfe")
    with pytest.raises(ContractError, match="not UTF-8"):
        load(tmp_path / "contract.yaml")
    (tmp_path / "contract.yaml").write_bytes(b"contract: a\nb: \x07")
    with pytest.raises(ContractError, match="U\\+0007 is not allowed") as caught:
        load(tmp_path)
    assert caught.value.place is not None
    assert caught.value.place.line == 2


def test_aliases_that_multiply_without_end_are_refused(tmp_path: Path) -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 8)]
    (tmp_path / "contract.yaml").write_text("\n".join(rows))
    with pytest.raises(ContractError, match="too large"):
        load(tmp_path)


@pytest.mark.parametrize("text", ["yes", "on", "No", "2026-11-23", "0x1f", "1_000", "012", "12:30:00", ".5", "TRUE"])
def test_what_other_readers_of_yaml_guess_at_stays_text(tmp_path: Path, text: str) -> None:
    contract = dedent(f"""\
        contract: x
        title: {text}
        resources: {{item: {{path: /i, operations: []}}}}
        """)
    assert problems(tmp_path, contract) == []
    assert load(tmp_path).title == text


@pytest.mark.parametrize(
    ("added", "line", "message", "hint"),
    [
        ("other_methods: {colection: [DELETE]}", 7, "unknown word 'colection'", "did you mean 'collection'?"),
        ("other_methods: {item: [DELTE]}", 7, "one of: GET, POST", "did you mean 'DELETE'?"),
        ("other_methods: {item: [PUT, PATCH]}", 7, "PATCH on the item is the operation 'update'", "no operation"),
        ("other_methods: {collection: [POST]}", 7, "POST on the collection is the operation 'create'", "no operation"),
        ("methods: {create: PUT}\nother_methods:\n  item:\n    - PUT", 10, "is the operation 'create'", None),
        ("paging: {style: token, links: true, min: -1}", 7, "at least 0", None),
        ("paging: {style: token, links: true, min: 9, max: 8}", 7, "the smallest page size (9) is above", "correct"),
        ("statuses: {unknown_beside: kept}", 7, "'unknown_beside' cannot be 'kept'", "unknown_field"),
    ],
)
def test_mistakes_in_words_for_what_lies_besides(
    tmp_path: Path, added: str, line: int, message: str, hint: str | None
) -> None:
    indented = "".join(f"    {row}\n" for row in added.splitlines())
    expect(problems(tmp_path, HEAD + indented), f"contract.yaml:{line}", message, hint)


def test_a_date_and_free_text_have_no_order(tmp_path: Path) -> None:
    dated = ITEM.replace('"note"', '"due": {"type": "string", "format": "date"},\n    "note"')
    found = problems(tmp_path, f"{HEAD}    rules: [{{ordered: [name, due]}}]", item=dated)
    expect(found, "contract.yaml:7", "'name' and 'due' are of different types", "both dates")


@pytest.mark.parametrize("wrong", ['{"properties": 7}', '{"enum": 3}'])
def test_a_schema_that_two_resources_share_is_wrong_for_both_and_told_once(tmp_path: Path, wrong: str) -> None:
    (only,) = problems(tmp_path, HEAD, item=ITEM.replace('"size": {"type": "integer"}', f'"size": {wrong}'))
    expect([only], "item.json:7", "not a valid JSON Schema: at properties/size", None)
