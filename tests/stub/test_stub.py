"""A contract's server in process: what client code under test gets, and what is said of what it sent."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import requests
import responses

import restproof
from restproof.errors import ConfigurationError, ContractError
from restproof.sandbox.stub import Stub

pytest_plugins = ["pytester"]
CONTRACTS = Path(__file__).parents[1] / "generated" / "contracts"
MINIMAL = CONTRACTS / "minimal"


@pytest.fixture
def api() -> Iterator[Stub]:
    with restproof.stub("procore") as stub:
        yield stub


def create(api: Stub, **fields: Any) -> requests.Response:
    body = {"company_id": api.ids["company"], "office": {"name": "Berlin", **fields}}
    return requests.post(f"{api.base_url}/offices", json=body, headers=api.headers(), timeout=1)


def read(api: Stub, id: Any) -> requests.Response:
    url = f"{api.base_url}/offices/{id}"
    return requests.get(url, params={"company_id": api.ids["company"]}, headers=api.headers(), timeout=1)


def problems(api: Stub) -> str:
    with pytest.raises(AssertionError) as told:
        api.assert_valid_requests()
    return str(told.value)


def test_what_was_created_is_there_until_it_is_deleted(api: Stub) -> None:
    made = create(api, city="Berlin")
    assert made.status_code == 201
    assert read(api, made.json()["id"]).json() == made.json()
    url = f"{api.base_url}/offices/{made.json()['id']}"
    gone = requests.delete(url, params={"company_id": api.ids["company"]}, headers=api.headers(), timeout=1)
    assert gone.status_code in (200, 204)
    assert read(api, made.json()["id"]).status_code == 404
    api.assert_valid_requests()


def test_each_stub_begins_empty(api: Stub) -> None:
    create(api)
    with restproof.stub(MINIMAL, origin="https://items.test") as other:
        assert requests.get(f"{other.base_url}/items", timeout=1).json() == []


def test_a_session_works_as_the_functions_do(api: Stub) -> None:
    with requests.Session() as session:
        session.headers.update(api.headers())
        listed = session.get(f"{api.base_url}/offices", params={"company_id": api.ids["company"]})
    assert listed.json() == []
    assert listed.headers["Total"] == "0"


def test_no_socket_is_opened(api: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refused)
    assert create(api).status_code == 201


def test_another_url_is_refused_with_the_reason(api: Stub) -> None:
    with pytest.raises(requests.ConnectionError, match=r"example\.org/x is not for the stub of 'procore'"):
        requests.get("https://example.org/x", timeout=1)


def test_a_host_that_begins_alike_is_another_one(api: Stub) -> None:
    with pytest.raises(requests.ConnectionError, match="nothing goes to the network"):
        requests.get(f"{api.origin}.example.org/", timeout=1)


def test_the_network_is_back_after_the_block() -> None:
    before = requests.adapters.HTTPAdapter.send
    with restproof.stub(MINIMAL):
        assert requests.adapters.HTTPAdapter.send is not before
    assert requests.adapters.HTTPAdapter.send is before


def test_two_stubs_each_answer_their_own(api: Stub) -> None:
    with restproof.stub(MINIMAL, origin="https://items.test") as other:
        made = requests.post(f"{other.base_url}/items", json={"name": "x"}, timeout=1)
        assert made.status_code == 201
        assert create(api).status_code == 201
        with pytest.raises(requests.ConnectionError):
            requests.get("https://example.org/", timeout=1)
    assert (len(other.requests), len(api.requests)) == (1, 1)


def test_mocks_that_were_there_before_keep_answering() -> None:
    with responses.RequestsMock() as mock:
        mock.get("https://example.org/", body="mocked")
        with restproof.stub(MINIMAL):
            assert requests.get("https://example.org/", timeout=1).text == "mocked"


def test_the_stub_answers_for_the_origin_that_the_client_knows() -> None:
    with restproof.stub("procore", origin="https://api.example.com") as api:
        assert api.base_url == "https://api.example.com/rest/v1.0"
        assert create(api).status_code == 201


@pytest.mark.parametrize("origin", ["", "api.example.com", "ftp://example.com"])
def test_an_origin_without_scheme_or_host_is_refused(origin: str) -> None:
    with pytest.raises(ConfigurationError, match="is no origin"):
        restproof.stub(MINIMAL, origin=origin)


def test_a_contract_that_is_not_there_is_a_clear_error() -> None:
    with pytest.raises(ConfigurationError, match="no contract 'nowhere'"):
        restproof.stub("nowhere")


def test_a_contract_that_changed_is_read_again(tmp_path: Path) -> None:
    copytree(MINIMAL, tmp_path / "own")
    with restproof.stub(tmp_path / "own") as api:
        assert list(api.contract.resources) == ["item"]
    (tmp_path / "own" / "contract.yaml").write_text("contract: broken\nresources: {item: {path: 5}}\n")
    with pytest.raises(ContractError):
        restproof.stub(tmp_path / "own")


# ------------------------------------------------------------------- failures on demand


def test_the_next_request_fails_and_has_no_effect(api: Stub) -> None:
    api.fail_next(503)
    assert create(api).status_code == 503
    assert create(api).status_code == 201, "the name was not taken by the create that failed"


def test_a_429_says_when_to_come_back(api: Stub) -> None:
    api.fail_next(429)
    api.fail_next(429, retry_after=7)
    first, second = create(api), create(api)
    assert (first.headers["Retry-After"], second.headers["Retry-After"]) == ("1", "7")
    assert first.json()["message"]


def test_as_many_fail_as_were_asked_for(api: Stub) -> None:
    api.fail_next(500, count=2)
    assert [create(api).status_code for _ in range(3)] == [500, 500, 201]


def test_only_what_matches_fails(api: Stub) -> None:
    api.fail_next(500, operation="office.read")
    made = create(api)
    assert made.status_code == 201
    assert read(api, made.json()["id"]).status_code == 500
    api.fail_next(502, path="*/departments*")
    api.fail_next(504, method="delete")
    assert read(api, made.json()["id"]).status_code == 200


def test_an_exception_is_raised_as_requests_would(api: Stub) -> None:
    api.fail_next(requests.ReadTimeout("too slow"))
    with pytest.raises(requests.ReadTimeout):
        create(api)
    assert api.requests[0].response is None
    assert create(api).status_code == 201


@pytest.mark.parametrize(("failure", "options"), [(200, {}), (500, {"operation": "office.paint"})])
def test_a_failure_that_cannot_be_is_refused(api: Stub, failure: int, options: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError):
        api.fail_next(failure, **options)  # type: ignore[arg-type]


def test_a_fault_of_the_catalogue_can_be_switched_on(api: Stub) -> None:
    api.fault("create-answers-200")
    assert create(api).status_code == 200
    with restproof.stub("procore", faults=["create-answers-202:office"]) as other:
        assert create(other).status_code == 202
    with pytest.raises(ConfigurationError, match="no fault"):
        api.fault("nonsense")


# ------------------------------------------------------------------- what the client sent


def test_what_the_client_sent_is_kept_without_secrets(api: Stub) -> None:
    create(api)
    sent = api.requests[0]
    assert (sent.request.method, sent.request.path) == ("POST", "/rest/v1.0/offices")
    assert (sent.about.resource, sent.about.operation) == ("office", "create")
    assert (sent.status, sent.credential) == (201, "full")
    assert api.credentials["full"] not in repr(sent)


def test_right_requests_pass_whatever_they_are_answered(api: Stub) -> None:
    assert create(api).status_code == 201
    assert create(api).status_code == 409
    assert read(api, 4_000_000_000).status_code == 404
    api.fail_next(500)
    create(api, name="Hamburg")
    api.assert_valid_requests()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"nmae": "x"}, "nmae does not exist"),
        ({"name": 5}, "name must be of type string"),
        ({"id": 5}, "id does not exist"),
        ({"name": ""}, "name must have at least 1 characters"),
    ],
)
def test_a_body_that_the_contract_does_not_allow_is_named(api: Stub, fields: dict[str, Any], told: str) -> None:
    create(api, **fields)
    assert "request 1: POST /rest/v1.0/offices\n" in problems(api)
    assert f"    {told}" in problems(api)


def test_a_fault_that_accepts_a_wrong_body_does_not_hide_it(api: Stub) -> None:
    api.fault("unknown-field-ignored")
    assert create(api, nmae="x").status_code == 201
    assert "nmae does not exist" in problems(api)


def test_an_unknown_field_that_the_contract_ignores_is_named_too() -> None:
    with restproof.stub(MINIMAL) as api:
        assert requests.post(f"{api.base_url}/items", json={"name": "x", "nmae": "y"}, timeout=1).ok
        assert "nmae does not exist" in problems(api)


@pytest.mark.parametrize(
    ("path", "credential", "parameters", "told"),
    [
        ("/nothing", "full", {}, "there is nothing at this path"),
        ("/offices", None, {"company_id": "{company}"}, "a credential is needed"),
        ("/offices", "full", {}, "company_id is required"),
        ("/offices", "full", {"company_id": "{company}", "sort": "colour"}, "sort names no field to sort by"),
        ("/offices", "full", {"company_id": "{company}", "page": "0"}, "page"),
        ("/offices", "full", {"company_id": "{company}", "colour": "red"}, "the query parameter colour does not exist"),
        ("/offices", "full", {"company_id": "{other_company}"}, "the header Procore-Company-Id is not that of"),
        ("/offices/abc", "full", {"company_id": "{company}"}, "is no id of a office"),
    ],
)
def test_a_request_that_the_contract_does_not_know_is_named(
    api: Stub, path: str, credential: str | None, parameters: dict[str, str], told: str
) -> None:
    query = {name: value.format_map(api.ids) for name, value in parameters.items()}
    requests.get(f"{api.base_url}{path}", params=query, headers=api.headers(credential), timeout=1)
    assert told in problems(api)


def test_a_missing_header_of_the_contract_is_named(api: Stub) -> None:
    headers = {"Authorization": f"Bearer {api.credentials['full']}"}
    url = f"{api.base_url}/companies/{api.ids['company']}/programs"
    requests.get(url, headers=headers, timeout=1)
    assert "the header Procore-Company-Id is missing" in problems(api)


def test_every_bad_request_is_named_and_no_right_one(api: Stub) -> None:
    create(api)
    create(api, nmae=1)
    requests.put(f"{api.base_url}/offices", headers=api.headers(), timeout=1)
    told = problems(api)
    assert told.startswith("2 of 3 requests break the contract 'procore':")
    assert "request 1" not in told
    assert "PUT is not supported here" in told


def test_bodies_of_every_kind_reach_the_server(api: Stub) -> None:
    text = '{"company_id": %d, "office": {"name": "%s"}}'
    headers = {**api.headers(), "Content-Type": "application/json"}
    for name, kind in (("a", str), ("b", str.encode), ("c", lambda t: iter([t.encode()]))):
        body = kind(text % (api.ids["company"], name))
        made = requests.post(f"{api.base_url}/offices", data=body, headers=headers, timeout=1)
        assert made.status_code == 201


# ------------------------------------------------------------------- in a user's own tests


def test_a_user_names_the_fixture_in_a_conftest(pytester: pytest.Pytester) -> None:
    pytester.makeconftest('pytest_plugins = ["restproof.pytest_stub"]')
    pytester.makepyfile(
        """
        import pytest, requests

        @pytest.fixture
        def api(restproof_stub):
            return restproof_stub("procore")

        def test_client(api):
            answer = requests.get(f"{api.base_url}/companies", headers=api.headers())
            assert [c["id"] for c in answer.json()] == [api.ids["company"], api.ids["other_company"]]
            api.assert_valid_requests()

        def test_the_network_is_real_again():
            assert requests.adapters.HTTPAdapter.send.__module__ == "requests.adapters"
        """
    )
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)
