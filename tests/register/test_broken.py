"""A register that is bad is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from restproof.bundle import REGISTER
from restproof.engine.register import load
from restproof.errors import ConfigurationError

GOOD = '- id: a.b\n  level: must\n  statement: "It is."\n  sources: [contract]\n'


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: b\n", 0, "no list of requirements"),
        ("- id: a.b\n  level: must\n  sources: [contract]\n", 1, "needs id, level, statement and sources"),
        (f"{GOOD}- text\n", 5, "needs id, level, statement and sources"),
        (f"{GOOD}  depend_on: [a.b]\n", 1, "needs id, level, statement and sources"),
        (GOOD.replace("must", "may"), 1, "a level is one of must, should, policy"),
        (GOOD.replace("[contract]", "[]"), 1, "a source must be cited"),
        (GOOD.replace("[contract]", "contract"), 1, "a.b: sources is a list"),
        (f"{GOOD}  depends_on: a.b\n", 1, "a.b: depends_on is a list"),
        (f"{GOOD}  declared_by: latency_budget\n", 1, "a.b: declared_by is for a policy, and this is a must"),
        (
            f"{GOOD.replace('must', 'policy')}  declared_by: latency\n",
            1,
            "a.b: declared_by names the word of a contract",
        ),
        (GOOD + GOOD, 5, "a.b stands twice (first on line 1)"),
        (f"{GOOD}  depends_on: [a.c]\n", 1, "a.b depends on a.c, which is no entry"),
        ("- [", 1, "not valid YAML"),
    ],
)
def test_a_broken_register_is_told_with_its_line(text: str, line: int, message: str, tmp_path: Path) -> None:
    file = tmp_path / REGISTER
    file.write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        load(file)
    assert message in str(caught.value)
    assert caught.value.place is not None
    assert caught.value.place.line == line
