"""What every response says to the browser, and the number every request is known by."""

import secrets
import time
from collections.abc import Iterable

import structlog
from flask import Flask, Response, g, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import BadRequest

CONTENT_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "object-src 'self'; frame-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
DIAGRAM_POLICY = CONTENT_POLICY.replace("style-src 'self'", "style-src 'self'; style-src-attr 'unsafe-inline'")
"""bpmn-js places what it draws by style attributes"""
AGENTS = "agents"
"""where a request notes the programs on the officer's own computer that its page talks to"""
NUL = "\x00"
"""no address has it, and PostgreSQL takes no text with it; in a form's fields it is left out"""
STATIC_SECONDS = 365 * 24 * 3600

log = structlog.get_logger("web")


def _begin() -> None:
    g.request_id = secrets.token_hex(6)
    g.started = time.perf_counter()
    if any(NUL in text for text in (request.path, *request.args.values(), *request.args)):
        raise BadRequest


def let_through(agents: Iterable[str]) -> None:
    """The page that answers this request may talk to these programs on the officer's computer, and to nobody else."""
    setattr(g, AGENTS, " ".join(sorted(agents)))


def _content_policy() -> str:
    policy = DIAGRAM_POLICY if g.get("draws_diagram") else CONTENT_POLICY
    return policy.replace("connect-src 'self'", f"connect-src 'self' {told}") if (told := g.get(AGENTS)) else policy


def _headers(response: Response) -> Response:
    headers: Headers = response.headers
    headers.setdefault("Content-Security-Policy", _content_policy())
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "SAMEORIGIN"
    headers["Referrer-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["X-Request-Id"] = g.get("request_id", "")
    if request.endpoint == "static":
        headers["Cache-Control"] = f"public, max-age={STATIC_SECONDS}, immutable"
    else:
        headers.setdefault("Cache-Control", "no-store")
    if request.is_secure:
        headers["Strict-Transport-Security"] = f"max-age={STATIC_SECONDS}; includeSubDomains"
    return response


def _tell(response: Response) -> Response:
    # the rule, not the path: a tracking code must not stand in a log
    rule = request.url_rule.rule if request.url_rule else "none"
    spent = round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1)
    if request.endpoint != "static":
        log.info(
            "request", id=g.get("request_id"), method=request.method, rule=rule, status=response.status_code, ms=spent
        )
    return response


def init_app(app: Flask) -> None:
    """Request ids, headers and one log line a request."""
    app.before_request(_begin)
    app.after_request(_headers)
    app.after_request(_tell)
