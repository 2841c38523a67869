import pytest
import requests
from offices import Offices


@pytest.fixture
def api(restproof_stub):
    api = restproof_stub("procore")
    yield api
    api.assert_valid_requests()


@pytest.fixture
def offices(api):
    return Offices(api.base_url, api.headers(), api.ids["company"])


def test_an_office_is_opened_once(offices):
    first = offices.find_or_open("Lisbon")
    assert offices.find_or_open("Lisbon")["id"] == first["id"]


def test_a_limit_is_told(api, offices):
    api.fail_next(429)
    with pytest.raises(requests.HTTPError, match="429"):
        offices.find_or_open("Lisbon")
