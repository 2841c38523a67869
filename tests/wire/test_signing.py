"""Signatures of AWS: those that botocore gives for the same requests at the same moment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from restproof.hooks import Hooks, Outgoing
from restproof.signing import sigv4

PAIR = "AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
AMAZON = "https://example.amazonaws.com"
JSON = (("Content-Type", "application/json"),)


def moment() -> datetime:
    return datetime(2015, 8, 30, 12, 36, tzinfo=UTC)


@pytest.mark.parametrize(
    ("request_", "service", "signed", "signature"),
    [
        (
            Outgoing("GET", AMAZON, "/", (("Authorization", PAIR),)),
            "service",
            "host;x-amz-date",
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        ),
        (
            Outgoing("GET", AMAZON, "/a/./b/../c//d/", (("Authorization", PAIR),)),
            "service",
            "host;x-amz-date",
            "07fc47830311f547240f25f97c1565bd7a705059e39e5d0c3e0c5287c2c4bcfc",
        ),
        (
            Outgoing(
                "POST",
                "https://api.example.com:8443",
                "/prod/items/a%20b/~x?b=2&a=%C3%BC&a=1&flag&c=x%2Fy",
                (("Authorization", f"{PAIR}:SESSION/TOKEN=="), *JSON),
                '{"name": "ü"}'.encode(),
            ),
            "execute-api",
            "content-type;host;x-amz-date;x-amz-security-token",
            "b1bb187b393d2223fc07e78eda9658b05a53a31f917a7aab978c5f84c3985e29",
        ),
        (
            Outgoing(
                "PUT",
                "https://bucket.s3.amazonaws.com",
                "/a%20b//c",
                (("Authorization", PAIR), ("Content-Type", "text/plain")),
                b"xyz",
            ),
            "s3",
            "content-type;host;x-amz-content-sha256;x-amz-date",
            "3245828ae548892c3645a3a27031876b992be048d9cfef7a585798a33ad8622f",
        ),
    ],
)
def test_a_request_is_signed_as_aws_does(request_: Outgoing, service: str, signed: str, signature: str) -> None:
    found = sigv4("us-east-1", service, moment)(request_)
    assert found is not None
    assert found.header("X-Amz-Date") == "20150830T123600Z"
    assert found.header("authorization") == (
        f"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/{service}/aws4_request, "
        f"SignedHeaders={signed}, Signature={signature}"
    )


def test_what_has_no_pair_of_keys_is_left_alone() -> None:
    for headers in ((), (("Authorization", "garbage"),)):
        assert sigv4("us-east-1", "execute-api")(Outgoing("GET", AMAZON, "/", headers)) is None


def test_it_is_a_hook_and_tells_names_alone() -> None:
    hooks = Hooks({"before_request": (sigv4("us-east-1", "execute-api"),)})
    _, told = hooks.leaving(Outgoing("GET", AMAZON, "/", (("Authorization", PAIR),)))
    assert told == ("sign_as_aws: header Authorization, X-Amz-Date",)
