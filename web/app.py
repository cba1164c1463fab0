"""The web application over one office."""

import hashlib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask
from flask_wtf import CSRFProtect
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from processes.office import Office
from web import archive_errors, archive_words, errors, i18n, security, session, shell, vendor, words
from web.app_limits import limiter
from web.current import EXTENSION
from web.undefined import HouseUndefined

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

MAX_REQUEST_BYTES = 40 * 1024 * 1024
"""a form with its attachments; the use case limits each file"""
MAX_FORM_BYTES = 4 * 1024 * 1024

csrf = CSRFProtect()


def create_app(office: Office) -> Flask:
    """The application that serves `office`."""
    app = Flask(__name__)
    app.extensions[EXTENSION] = office
    _configure(app, office)
    app.jinja_env.undefined = HouseUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_loader = ChoiceLoader(
        [
            PackageLoader("web", "templates"),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    )
    for part in (vendor, security, i18n, session, shell, words, archive_words, errors, archive_errors):
        part.init_app(app)
    app.wsgi_app = behind_proxies(app.wsgi_app, office.settings.trusted_proxies)  # type: ignore[assignment,method-assign]
    csrf.init_app(app)
    limiter.init_app(app)
    _register(app)
    return app


def behind_proxies(application: "WSGIApplication", proxies: int) -> "WSGIApplication":
    """Believe the last so many entries of the forwarded headers, and none if nobody stands before us."""
    if not proxies:
        return application
    return ProxyFix(application, x_for=proxies, x_proto=proxies, x_host=proxies, x_port=0, x_prefix=0)


def _configure(app: Flask, office: Office) -> None:
    secure = urlsplit(office.settings.public_url).scheme == "https"
    app.config.update(
        SECRET_KEY=hashlib.blake2b(b"session", key=office.keys.lookup_key, person=b"karguzar-web").digest(),
        SESSION_COOKIE_NAME="__Host-karguzar" if secure else "karguzar",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_FORM_BYTES,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a form left open over lunch must still be sent
        WTF_CSRF_SSL_STRICT=secure,
        RATELIMIT_HEADERS_ENABLED=False,
    )


def _register(app: Flask) -> None:
    from web.blueprints import BLUEPRINTS, pki

    # machines ask there, without a session: there is nothing to forge
    csrf.exempt(pki.pages)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
