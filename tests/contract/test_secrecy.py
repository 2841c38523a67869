"""What is hidden in messages by its name, and what the contract says of that."""

from __future__ import annotations

from pathlib import Path

import pytest

from restproof.contract.load import load
from restproof.contract.secrecy import Secrecy


@pytest.mark.parametrize("is_public", [False, True])
def test_what_holds_a_list_may_be_called_as_a_secret(is_public: bool, tmp_path: Path) -> None:
    """All that stands in it is hidden, which is told, and the contract may say that it is none; a member that is called
    so itself stays hidden."""
    public = "public: [secrets], " if is_public else ""
    (tmp_path / "key.json").write_text('{"type": "object", "properties": {"id": {}, "name": {}, "api_key": {}}}')
    words = f"{public}schema: key.json, envelope: {{list: /data/secrets}}"
    (tmp_path / "contract.yaml").write_text(f"contract: keys\nresources:\n  key: {{path: /keys, {words}}}\n")
    secrecy = Secrecy(load(tmp_path))
    assert secrecy.hides("key", "secrets") == ("" if is_public else "foreign")
    assert secrecy.hides("key", "api_key") == "foreign"
    told = {name for _, name in secrecy.found_by_look()}
    assert told == {"api_key"} | ({"secrets"} if not is_public else set())
