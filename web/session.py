"""Who is signed in: Flask-Login over a person and the epoch of their sessions."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar
from uuid import UUID

from flask import Flask, make_response, redirect, render_template, request, url_for
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.wrappers import Response as BaseResponse

from processes.queries.people import SignedIn, signed_in
from web import resume
from web.current import office

P = ParamSpec("P")
R = TypeVar("R")


class SessionUser(UserMixin):  # type: ignore[misc]
    """A signed-in person as Flask-Login wants it; raising the person's epoch ends the session."""

    def __init__(self, person: SignedIn) -> None:
        self.person = person

    def get_id(self) -> str:
        """What the session cookie keeps: the person and the epoch it was signed in at."""
        return f"{self.person.id}:{self.person.epoch}"


def _load(token: str) -> SessionUser | None:
    person_id, _, epoch = token.partition(":")
    try:
        person = signed_in(office(), UUID(person_id), int(epoch))
    except ValueError:
        return None
    return SessionUser(person) if person else None


def sign_in_first() -> BaseResponse:
    """Ask for the sign-in; the form of a step that was sent too late is kept in the page."""
    kept = resume.keep()
    if kept:
        shown = render_template("signin.html", target="", login="", findings=[], resume=kept)
        return make_response(shown, 401)
    target = request.full_path.rstrip("?") if request.method == "GET" else request.path
    return redirect(url_for("session.sign_in", next=target))


def safe_target(target: str | None) -> str | None:
    """A place within this site to go on to, or None: never another host."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or "\n" in target:
        return None
    return target


def signed_in_only(view: Callable[P, R]) -> Callable[P, R | BaseResponse]:
    """A page for people who are signed in; what they may do there is the use case's question."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | BaseResponse:
        return view(*args, **kwargs) if current_user.is_authenticated else sign_in_first()

    return guarded


def init_app(app: Flask) -> None:
    """Flask-Login."""
    manager = LoginManager(app)
    manager.session_protection = None
    manager.user_loader(_load)
