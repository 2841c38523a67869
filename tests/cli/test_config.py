from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from restproof.bundle import bundled_dir
from restproof.config import Config, load_config, resolve_contract, resolve_target
from restproof.configfile import key_lines
from restproof.contract.load import load
from restproof.contract.model import Contract
from restproof.errors import ConfigurationError
from restproof.untold import UNTOLD

CONTRACT = """\
contract: notes
base_path: /v1
transport: https
auth: {scheme: bearer}
resources:
  team: {path: /teams, schema: note.json, operations: [list]}
  note: {path: "/teams/{team}/notes", schema: note.json, operations: [list, create, read]}
"""
SCHEMA = '{"type": "object", "properties": {"id": {"type": "integer", "readOnly": true}, "name": {"type": "string"}}}'

TOML = """\
contract = "contracts/notes"

[targets.staging]
base_url = "https://staging.example.com/"
rate = 10
forbid = ["note.create"]

[targets.staging.credentials]
full = "${TOKEN}"
read_only = "${READER}-x"

[targets.staging.ids]
team = 5
other_team = 6
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "contracts/notes").mkdir(parents=True)
    (tmp_path / "schemas/notes").mkdir(parents=True)
    (tmp_path / "contracts/notes/contract.yaml").write_text(CONTRACT)
    (tmp_path / "schemas/notes/note.json").write_text(SCHEMA)
    return tmp_path


@pytest.fixture
def contract(root: Path) -> Contract:
    return load(root / "contracts/notes")


@pytest.fixture
def config(root: Path) -> Callable[[str], Config]:
    def write(text: str = TOML) -> Config:
        (root / "restproof.toml").write_text(text)
        return load_config(root)

    return write


ENVIRON = {"TOKEN": "staging-token", "READER": "reader"}


def test_without_a_file_everything_is_empty(tmp_path: Path) -> None:
    config = load_config(tmp_path)
    assert (config.root, config.contract, config.target, dict(config.sections)) == (tmp_path, None, None, {})
    assert config.ledgers == tmp_path / ".restproof"


def test_the_file_is_found_from_below(root: Path, config: Callable[..., Config]) -> None:
    config()
    (root / "a/b").mkdir(parents=True)
    assert load_config(root / "a/b").root == root


def test_a_section_becomes_a_target(config: Callable[..., Config], contract: Contract) -> None:
    target = resolve_target("staging", config(), contract, ENVIRON)
    assert target is not None
    assert (target.name, target.base_url, target.rate, target.timeout) == (
        "staging",
        "https://staging.example.com",
        10,
        10,
    )
    assert target.credentials == {"full": "staging-token", "read_only": "reader-x"}
    assert target.ids == {"team": 5, "other_team": 6}
    assert target.forbid == {"note.create"}
    assert "staging-token" not in repr(target)


def test_no_target_is_the_embedded_sandbox(config: Callable[..., Config], contract: Contract) -> None:
    assert resolve_target(None, config(), contract, ENVIRON) is None
    assert resolve_target("sandbox", config(), contract, ENVIRON) is None


def test_the_configured_target_counts_where_none_is_given(config: Callable[..., Config], contract: Contract) -> None:
    target = resolve_target(None, config('target = "staging"\n' + TOML), contract, ENVIRON)
    assert target is not None
    assert target.name == "staging"


@pytest.mark.parametrize(
    "url", ["https://staging.example.com", "https://staging.example.com:443/", "https://STAGING.example.com"]
)
def test_a_url_of_a_section_uses_the_section(config: Callable[..., Config], contract: Contract, url: str) -> None:
    target = resolve_target(url, config(), contract, ENVIRON)
    assert target is not None
    assert target.name == "staging"


def test_another_url_takes_everything_from_the_environment(root: Path, contract: Contract) -> None:
    (root / "ca.pem").write_text("x")
    environ = {
        "RESTPROOF_FULL": "full-token",
        "RESTPROOF_FOREIGN": "foreign-token",
        "RESTPROOF_READ_ONLY": "",
        "RESTPROOF_ID_TEAM": "5",
        "RESTPROOF_ID_OTHER_TEAM": "6",
        "RESTPROOF_CA_BUNDLE": str(root / "ca.pem"),
    }
    target = resolve_target("https://api.example.com:8443/gw/", load_config(root), contract, environ)
    assert target is not None
    assert (target.name, target.base_url) == ("api.example.com:8443", "https://api.example.com:8443/gw")
    assert target.credentials == {"full": "full-token", "foreign": "foreign-token"}
    assert target.ids == {"team": 5, "other_team": 6}
    assert target.ca_bundle == root / "ca.pem"


def test_a_url_needs_its_credential_in_the_environment(root: Path, contract: Contract) -> None:
    with pytest.raises(ConfigurationError, match="Set RESTPROOF_FULL"):
        resolve_target("https://api.example.com", load_config(root), contract, {"RESTPROOF_ID_TEAM": "5"})


def test_a_url_needs_the_ids_that_nothing_can_create(root: Path, contract: Contract) -> None:
    with pytest.raises(ConfigurationError, match="Set RESTPROOF_ID_TEAM"):
        resolve_target("https://api.example.com", load_config(root), contract, {"RESTPROOF_FULL": "full-token"})


def test_an_unset_variable_is_named_with_its_line(
    config: Callable[..., Config], contract: Contract, root: Path
) -> None:
    with pytest.raises(ConfigurationError, match="variable TOKEN is not set") as error:
        resolve_target("staging", config(), contract, {"READER": "reader"})
    assert str(error.value.place) == f"{root / 'restproof.toml'}:9"


def test_an_empty_variable_of_the_needed_credential_is_named(config: Callable[..., Config], contract: Contract) -> None:
    with pytest.raises(ConfigurationError, match="variable TOKEN is empty: export TOKEN="):
        resolve_target("staging", config(), contract, {"TOKEN": "", "READER": "reader"})


def test_an_empty_optional_credential_is_absent(config: Callable[..., Config], contract: Contract) -> None:
    text = TOML.replace("${READER}-x", "${READER}")
    target = resolve_target("staging", config(text), contract, {"TOKEN": "staging-token", "READER": ""})
    assert target is not None
    assert set(target.credentials) == {"full"}


def test_what_is_wrong_with_another_target_is_no_obstacle(config: Callable[..., Config], contract: Contract) -> None:
    old = '[targets.old]\nbase_url = "https://old.example.com"\nca_bundle = "gone.pem"\n'
    assert resolve_target("staging", config(f"{TOML}\n{old}"), contract, {"TOKEN": "staging-token", "READER": "reader"})


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("rate = 10", "rtae = 10", 5, r"unknown key 'rtae' in \[targets.staging\] \(did you mean 'rate'\?\)"),
        ("rate = 10", "rate = 0", 5, "rate must be greater than 0"),
        ("rate = 10", "rate = true", 5, "rate must be a number"),
        ("rate = 10", 'ca_bundle = "none.pem"', 5, "there is no file"),
        ("rate = 10", "http2 = 1", 5, "http2 must be true or false"),
        ("rate = 10", "rate = ", 5, "not valid TOML"),
        ("read_only =", "readonly =", 10, r"unknown key 'readonly' .*did you mean 'read_only'"),
        ('"note.create"', '"note.craete"', 6, r"no operation 'note.craete' \(did you mean 'note.create'\?\)"),
        ('["note.create"]', '"note.create"', 6, "forbid must be a list"),
        ("other_team = 6", "other_taem = 6", 14, r"no resource for 'other_taem' \(did you mean 'other_team'\?\)"),
        ("team = 5", "team = 5.5", 13, "ids.team must be an integer or a text"),
        ("team = 5", 'team = "five"', 13, "the contract says that it is an integer"),
        ("team = 5\n", "", 12, "there is no id for team"),
        ('base_url = "https://staging.example.com/"', "", 3, "has no base_url"),
        ("https://staging.example.com/", "staging.example.com", 4, "the URL of a target is"),
        ("https://staging.example.com/", "https://staging..example.com", 4, "the URL of a target is"),
        ("https://staging.example.com/", "http://[fe80::1%eth0]:8000", 4, "holds no zone of an IPv6 address"),
        ("https://staging.example.com/", "https://me:pw1234@staging.example.com", 4, "holds a user"),
        ("https://staging.example.com/", "http://staging.example.com", 4, "credentials are not sent in the clear"),
        ("https://staging.example.com/", "https://staging.example.com/v1", 4, "which is added to it"),
        ('full = "${TOKEN}"\n', "", 8, "there is no credential `full`"),
        ("${TOKEN}", "a-literal", 9, "the credential `full` is written into this file"),
        ("${TOKEN}", "${TOKEN}\\n", 9, "no header can carry"),
        ("contract =", "contrakt =", 1, r"unknown key 'contrakt' \(did you mean 'contract'\?\)"),
    ],
)
def test_every_error_names_its_line(
    config: Callable[..., Config], contract: Contract, root: Path, old: str, new: str, line: int, message: str
) -> None:
    assert old in TOML
    with pytest.raises(ConfigurationError) as error:
        resolve_target("staging", config(TOML.replace(old, new, 1)), contract, ENVIRON)
    assert re.search(message, error.value.message)
    assert str(error.value.place) == f"{root / 'restproof.toml'}:{line}"
    assert "pw1234" not in str(error.value)


TABLE = '[targets.t]\nbase_url = "https://a.example"\n'
WAY = f"{TABLE}[targets.t.credentials.full]\n"
MISPLACED = [
    "targets = 'SECRET'",
    "[targets]\nt = 'SECRET'",
    "[[targets]]\ntoken = 'SECRET'",
    "target = ['SECRET']",
    "target = 'me:SECRET@a.example'",
    "contract = 'https://me:SECRET@a.example/?key=SECRET#SECRET'",
    *(
        f"{TABLE}{name} = {value}"
        for name in ("credentials", "client_password", "proxy", "rate", "http2", "ids", "forbid")
        for value in ("{a = ['SECRET']}", "['SECRET', 1]")
    ),
    *(f"{TABLE}{name} = '''-----BEGIN\nSECRET'''" for name in ("ca_bundle", "client_cert", "client_key")),
    f"{TABLE}credentials = 'SECRET'",
    f"{TABLE}[targets.t.credentials]\nfull = 7771234567",
    f"{TABLE}[targets.t.credentials]\nfull = ['SECRET']",
    *(f"{WAY}command = 'x'\n{word} = 'SECRET'" for word in ("token", "expires", "lasts")),
    f"{WAY}command = {{a = 'SECRET'}}",
    f"{WAY}oauth2 = 'SECRET'",
    *(
        f"{WAY}oauth2 = 'password'\ntoken_url = 'https://a.example'\nclient_id = 'c'\nusername = 'u'\n{more}"
        for more in ("password = 7771234567", "password = ['SECRET']", "password = '${W}'\nclient_auth = 'SECRET'")
    ),
    f"{WAY}oauth2 = 'client_credentials'\nclient_id = 'c'\nclient_secret = '${{W}}'\ntoken_url = 'https://u:SECRET@b'",
    *(f"{WAY}login = '{url}'\ntoken = '/t'" for url in ("ftp://u:SECRET@h", "https://u:SECRET@h/login")),
    *(
        f"{WAY}login = '/l'\ntoken = '/t'\n{more}"
        for more in (
            "form = 'password=SECRET'",
            "json = ['SECRET']",
            "csrf = 'SECRET'",
            "json = {password = 7771234567}",
            "json = {user = {password = 'SECRET'}}",
            "json = {users = [{password = 'SECRET'}]}",
        )
    ),
]


@pytest.mark.parametrize("text", MISPLACED)
def test_no_error_of_a_file_quotes_what_may_be_a_secret(
    config: Callable[..., Config], contract: Contract, text: str
) -> None:
    """Not one in the wrong place either, nor one of the wrong type."""

    def resolved() -> None:
        found = config(text)
        resolve_contract(None, found, found.root)
        resolve_target(None if found.target else "t", found, contract, {})

    with pytest.raises(ConfigurationError) as error:
        resolved()
    assert "SECRET" not in str(error.value)
    assert "7771234567" not in str(error.value)


def test_what_speaks_http_2_is_asked_for_with_its_line(
    config: Callable[..., Config], contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = config(TOML.replace("rate = 10", "http2 = true", 1))
    found = resolve_target("staging", wanted, contract, ENVIRON)
    assert found is not None
    assert found.http2
    monkeypatch.setattr("restproof.configfile.find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match="h2, which is not installed") as error:
        resolve_target("staging", wanted, contract, ENVIRON)
    assert error.value.place is not None
    assert error.value.place.line == 5
    assert error.value.hint == "pip install 'restproof[http2]'"


def test_an_unknown_target_is_told(config: Callable[..., Config], contract: Contract) -> None:
    with pytest.raises(ConfigurationError, match=r"no target 'stagging' \(did you mean 'staging'\?\)"):
        resolve_target("stagging", config(), contract, ENVIRON)


def test_plain_http_is_for_the_local_machine(root: Path, contract: Contract) -> None:
    environ = {"RESTPROOF_FULL": "full-token", "RESTPROOF_ID_TEAM": "5"}
    assert resolve_target("http://127.0.0.1:8080", load_config(root), contract, environ) is not None
    with pytest.raises(ConfigurationError, match="in the clear"):
        resolve_target("http://127.evil.example.com", load_config(root), contract, environ)


def test_two_sections_of_one_server_are_told_apart_by_name(config: Callable[..., Config], contract: Contract) -> None:
    second = TOML.partition("\n\n")[2].replace("targets.staging", "targets.second")
    with pytest.raises(ConfigurationError, match="is the target of staging and second"):
        resolve_target("https://staging.example.com", config(f"{TOML}\n{second}"), contract, ENVIRON)


def test_the_contract_of_the_file_is_relative_to_the_file(root: Path, config: Callable[..., Config]) -> None:
    found = config()
    (root / "below").mkdir()
    assert resolve_contract(None, found, root / "below") == root / "contracts/notes/contract.yaml"
    assert resolve_contract("../contracts/notes", found, root / "below").samefile(
        root / "contracts/notes/contract.yaml"
    )


def test_without_anything_the_bundled_contract_counts(tmp_path: Path) -> None:
    assert bundled_dir() in resolve_contract(None, load_config(tmp_path), tmp_path).parents


def test_lines_of_keys() -> None:
    text = '# a\nx = 1\n["a".b] # c\n"k-1" = 2\n  k2.z = 3\n[[list]]\ny = 1\n'
    assert key_lines(text) == {"x": 2, "a.b": 3, "a.b.k-1": 4, "a.b.k2": 5, "a.b.y": 7}


def test_who_logs_in_is_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A resource may be called as a user is."""
    for variable, value in {"API_USER": "office", "API_CLIENT": "rooms-client", "API_PASSWORD": "letmein-7"}.items():
        monkeypatch.setenv(variable, value)
    said = 'token_url = "/t", client_id = "${API_CLIENT}", username="${API_USER}", password = "${API_PASSWORD}"'
    text = (
        f'[targets.a]\nbase_url = "http://127.0.0.1"\n[targets.a.credentials]\nfull = {{oauth2 = "password", {said}}}\n'
    )
    (tmp_path / "restproof.toml").write_text(text)
    load_config(tmp_path)
    assert UNTOLD.text("rooms-client, office.name: letmein-7") == "rooms-client, office.name: [redacted]"
