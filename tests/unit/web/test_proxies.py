"""Whose address a visitor has, behind so many proxies."""

import pytest
from flask import Flask, request

from web.app import behind_proxies

VISITOR = {"X-Forwarded-For": "198.51.100.9, 203.0.113.5", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "o.az"}


@pytest.mark.parametrize(
    ("proxies", "seen"),
    [
        (0, "127.0.0.1 http localhost"),
        (1, "203.0.113.5 https o.az"),
        (2, "198.51.100.9 http localhost"),
    ],
)
def test_only_what_our_own_proxies_have_added_is_believed(proxies: int, seen: str) -> None:
    app = Flask("any")
    app.add_url_rule("/", view_func=lambda: f"{request.remote_addr} {request.scheme} {request.host}")
    app.wsgi_app = behind_proxies(app.wsgi_app, proxies)  # type: ignore[method-assign]
    assert app.test_client().get("/", headers=VISITOR).text == seen
