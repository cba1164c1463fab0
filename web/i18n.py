"""The language of a page and how dates, numbers and texts are written in it."""

from collections.abc import Mapping
from datetime import date, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Flask, g, redirect, request, session
from flask_babel import Babel, get_locale
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from web.texts import ngettext

LANGUAGES = ("az", "kk", "ru", "en")
SHORT_NAMES = {"az": "AZ", "kk": "ҚАЗ", "ru": "РУ", "en": "EN"}
FULL_NAMES = {"az": "Azərbaycanca", "kk": "Қазақша", "ru": "Русский", "en": "English"}
DEFAULT = "az"
PARAMETER = "lang"
PUBLIC_ZONE = "Asia/Baku"
"""of readers without an account"""
KILO = 1024


def language() -> str:
    """The language this page is shown in."""
    found = get_locale()
    return found.language if found and found.language in LANGUAGES else DEFAULT


def use_language(code: str) -> None:
    """Remember a language for the rest of the session."""
    if code in LANGUAGES:
        session["language"] = code


def _select() -> str:
    chosen = session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    if not g.get("crashed") and current_user and current_user.is_authenticated:
        return str(current_user.person.language)
    return request.accept_languages.best_match(LANGUAGES) or DEFAULT


def _switch() -> BaseResponse | None:
    """`?lang=kk` on any page: remember it, and show the same page without the parameter."""
    code = request.args.get(PARAMETER)
    if code is None or request.method != "GET":
        return None
    use_language(code)
    rest = [(key, value) for key, value in request.args.items(multi=True) if key != PARAMETER]
    target = request.path + ("?" + urlencode(rest) if rest else "")
    # a path such as //host would lead away from here
    return redirect("/" + target.lstrip("/"))


def language_url(code: str) -> str:
    """The address of the same page in another language."""
    rest = [(key, value) for key, value in request.args.items(multi=True) if key != PARAMETER]
    return request.path + "?" + urlencode([*rest, (PARAMETER, code)])


def titled(titles: Mapping[str, str] | None) -> str:
    """A text that exists in the four languages, in the page's."""
    if not titles:
        return ""
    return titles.get(language()) or titles.get(DEFAULT) or next(iter(titles.values()))


def zone() -> str:
    """The time zone of whoever reads the page."""
    signed_in = bool(current_user) and current_user.is_authenticated
    return str(current_user.person.time_zone) if signed_in else PUBLIC_ZONE


def day(value: date | str | None) -> str:
    """A date as the offices write it: 08.04.2026; of an instant, the reader's day; other texts stay as they are."""
    if value is None or value == "":
        return ""
    try:
        found = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return str(value)
    if isinstance(found, datetime):
        found = found.astimezone(ZoneInfo(zone()))
    return f"{found:%d.%m.%Y}"


def moment(value: datetime | None, zone: str = "UTC") -> str:
    """An instant in a body's time zone, to the minute."""
    return "" if value is None else f"{value.astimezone(ZoneInfo(zone)):%d.%m.%Y, %H:%M}"


def size(count: int) -> str:
    """A number of bytes, for people."""
    if count < KILO:
        return ngettext("%(num)d byte", "%(num)d bytes", count)
    if count < KILO * KILO:
        return f"{round(count / KILO)} KB"
    return f"{count / KILO / KILO:.1f} MB"


def grouped(digest: str, width: int = 4) -> str:
    """A hash in groups that an eye can compare."""
    return " ".join(digest[at : at + width] for at in range(0, len(digest), width))


def init_app(app: Flask) -> None:
    """Flask-Babel, the switch and the filters."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    Babel(app, locale_selector=_select, default_locale="en", default_timezone="UTC")
    app.before_request(_switch)
    app.jinja_env.filters.update(titled=titled, day=day, moment=moment, size=size, grouped=grouped)
    app.jinja_env.globals.update(
        page_language=language, language_url=language_url, languages=SHORT_NAMES, language_names=FULL_NAMES
    )
