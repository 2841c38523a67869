"""How the configuration says where credentials come from, as the page shows it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from restproof.contract.model import Contract
from restproof.errors import ConfigurationError

SECTION = '[targets.staging]\nbase_url = "https://a.example"\n[targets.staging.credentials.full]\n'


@pytest.mark.parametrize(
    ("table", "line", "told"),
    [
        ("", 3, "needs one of command, oauth2, login"),
        ('command = "x"\nlogin = "/x"', 3, "has command and login"),
        ('command = "x"\nlasting = 5', 5, "unknown key 'lasting'.*did you mean 'lasts'"),
        ('command = "x"\ntoken = "access"', 5, "must be a JSON pointer"),
        ('oauth2 = "implicit"\ntoken_url = "https://id.example"', 4, "must be one of client_credentials"),
        ('oauth2 = "client_credentials"\nclient_id = "x"', 3, "has no token_url"),
        (
            'oauth2 = "client_credentials"\ntoken_url = "https://id"\nclient_id = "x"\nclient_secret = "in the open"',
            7,
            "client_secret is written into this file",
        ),
        (
            'login = "/login"\ntoken = "/t"\njson = {user = "u", password = "in the open"}',
            6,
            "password is written into this file",
        ),
        ('login = "login"\ntoken = "/t"', 4, "a path below the base URL"),
        ('login = "/login"', 3, "needs one of token and cookie"),
    ],
)
def test_a_table_that_says_no_credential_is_told_with_its_line(
    tmp_path: Path, table: str, line: int, told: str
) -> None:
    from restproof.configfile import read_config

    file = tmp_path / "restproof.toml"
    file.write_text(SECTION + table)
    with pytest.raises(ConfigurationError, match=told) as error:
        read_config(file)
    assert str(error.value.place) == f"{file}:{line}"
    assert "in the open" not in str(error.value)


def test_variables_are_filled_in_and_hidden(tmp_path: Path, contract: Contract) -> None:
    from restproof.config import load_config, resolve_target

    (tmp_path / "restproof.toml").write_text(
        f'{SECTION}login = "/login"\ntoken = "/t"\nform = {{user = "${{WHO}}", password = "${{WORD}}"}}\n'
        "[targets.staging.ids]\nteam = 5\n"
    )
    config = load_config(tmp_path)
    target = resolve_target("staging", config, contract, {"WHO": "somebody", "WORD": "open-sesame"})
    assert target is not None
    assert target.sources["full"].form == {"user": "somebody", "password": "open-sesame"}  # type: ignore[union-attr]
    assert target.secrets == ("open-sesame",)
    assert "open-sesame" not in repr(target)
    with pytest.raises(ConfigurationError, match="the environment variable WORD is not set"):
        resolve_target("staging", config, contract, {"WHO": "somebody"})


def test_what_opens_a_key_stands_in_the_environment_alone(tmp_path: Path, contract: Contract) -> None:
    from restproof.config import load_config, resolve_target

    said = '{}client_cert = "own.pem"\nclient_password = "{}"\n[targets.staging.credentials]\nfull = "${{TOKEN}}"\n'
    ids = "[targets.staging.ids]\nteam = 5\n"
    (tmp_path / "own.pem").touch()
    (tmp_path / "restproof.toml").write_text(said.format(BARE, "${WORD}") + ids)
    target = resolve_target("staging", load_config(tmp_path), contract, {"TOKEN": "t" * 9, "WORD": "open-sesame"})
    assert target is not None
    assert target.certificate == (tmp_path / "own.pem", None, "open-sesame")
    assert target.secrets == ("open-sesame",)
    assert "open-sesame" not in repr(target)
    (tmp_path / "restproof.toml").write_text(said.format(BARE, "open-sesame") + ids)
    with pytest.raises(ConfigurationError, match="client_password is written into this file"):
        load_config(tmp_path)


OF_PAGE = (Path(__file__).parents[2] / "docs" / "credentials.md").read_text(encoding="utf-8")


SHOWN = re.findall(r"```toml\n(.*?)```", OF_PAGE, re.DOTALL)


BARE = '[targets.staging]\nbase_url = "https://a.example"\n'


@pytest.mark.parametrize("block", SHOWN, ids=lambda block: block.splitlines()[1].partition(" ")[0])
def test_what_the_page_shows_is_read_as_it_stands(block: str, tmp_path: Path, contract: Contract) -> None:
    from restproof.config import load_config, resolve_target

    for named in re.findall(r'= "([\w-]+\.(?:pem|key))"', block):
        (tmp_path / named).touch()
    is_target = block.startswith("[targets.staging]")
    full = "[targets.staging.credentials]\nfull = '${TOKEN}'\n"
    text = f"{block}{BARE.splitlines()[1]}\n{full}" if is_target else f"{BARE}{block}"
    (tmp_path / "restproof.toml").write_text(f"{text}[targets.staging.ids]\nteam = 5\n")
    environment = dict.fromkeys(re.findall(r"\$\{(\w+)\}", text), "from-outside")
    target = resolve_target("staging", load_config(tmp_path), contract, environment)
    assert target is not None
    assert set(target.credentials) | set(target.sources) == {"full"}


def test_the_page_shows_each_way() -> None:
    told = "".join(SHOWN)
    assert all(f"\n{kind} = " in told for kind in ("full", "command", "oauth2", "login", "csrf", "client_cert"))
