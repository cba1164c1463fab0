"""What a request works with: the office it belongs to, the person who is signed in, the language of the page."""

from datetime import datetime
from uuid import UUID

from flask import current_app
from flask_login import current_user

from processes.office import Office
from processes.queries.people import SignedIn

EXTENSION = "karguzar"


def office() -> Office:
    """The office this application serves."""
    found: Office = current_app.extensions[EXTENSION]
    return found


def me() -> SignedIn:
    """The person who is signed in; only behind `@login_required`."""
    person: SignedIn = current_user.person
    return person


def my_id() -> UUID:
    """The signed-in person's id, which every command and query is given."""
    return me().id


def now() -> datetime:
    """The office's time."""
    return office().clock()
