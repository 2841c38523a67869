"""What a server or a user writes for a URL, and is none, has no parts and breaks nothing off."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from restproof.cli.document import read_document
from restproof.contract.envelope import Link
from restproof.contract.held import Held
from restproof.contract.jobs import job_of
from restproof.contract.load import load
from restproof.contract.model import Contract, Paging
from restproof.contract.routing import id_of_url
from restproof.contract.urls import leads_through, parts_of
from restproof.errors import ConfigurationError
from restproof.session.options import Options
from restproof.wire.message import Response
from restproof.wire.paging import Page

NONE = ("https://[17/items/5", "//[::1/items/5", "https://a\u2100b.example/items/5")


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load(Path(__file__).parents[2] / "contracts" / "procore")


@pytest.mark.parametrize("url", NONE)
def test_what_is_no_url_names_nothing(contract: Contract, url: str) -> None:
    assert parts_of(url) == ("", "", "", "", "")
    assert id_of_url(contract, contract.resources["office"], url) is None
    assert Link("id", "/self").id_of(url) == ""
    job = job_of({"path": "/jobs/{job}", "done": ["ok"]})
    held = Held("office_id", url="https://a.example/offices/{id}", number=True)
    assert held._shown(url) == url
    assert job is not None
    assert job.named({"Location": url}.get, None) is None


@pytest.mark.parametrize("url", NONE)
def test_a_walk_ends_where_the_next_page_is_no_url(url: str) -> None:
    paging = replace(Paging(), style="token", token="cursor", next_field="/next")
    body = {"next": f"{url}?cursor=a"}
    page = Page(paging, Response(200, "", (), b""), body, [])
    assert (page.next_path, page.next_query(())) == (None, ())


@pytest.mark.parametrize(
    ("host", "message"),
    [
        ("[17", "the URL of a document is"),
        ("a..example", "the URL of a target is"),
        ("a.example:65536", "the URL of a target is"),
    ],
)
def test_a_document_that_is_named_by_no_url_is_told_in_a_sentence(host: str, message: str, tmp_path: Path) -> None:
    with (
        pytest.raises(ConfigurationError, match=message),
        read_document(Options(contract=f"https://{host}/openapi.json"), None, tmp_path),
    ):
        pass


@pytest.mark.parametrize(
    ("path", "place", "leads"),
    [
        ("/v1/keys/ab==", "/v1/keys/ab%3D%3D", True),
        ("/api/v1/sets/www:A/", "/v1/sets/www%3AA", True),
        ("/v1/files/a/b", "/v1/files/a%2Fb", False),
        ("/v1/keys/ab", "/v1/keys/ab%3D%3D", False),
        ("/keys/ab", "/v1/keys/ab", False),
        ("/v1/my-keys/ab", "/keys/ab", False),
        ("/v1/keys/ab==/versions/3", "/v1/keys/ab%3D%3D", True),
        ("/v1/keys/abc/versions/3", "/v1/keys/ab", False),
        ("/api/", "/", True),
        ("", "/", True),
        ("/orders", "/", False),
    ],
)
def test_a_path_is_the_same_whether_or_not_its_characters_are_encoded(path: str, place: str, leads: bool) -> None:
    assert leads_through(path, place) is leads
