"""The Electronic Registry of Services, for everybody."""

import csv
import io
import json

from flask import Blueprint, Response, render_template, request, url_for

from processes.queries.registry import RegistryFilter, registry, registry_export, registry_statistics, service_entry
from web.current import office
from web.documents import served
from web.i18n import language
from web.requests import number

pages = Blueprint("registry", __name__, url_prefix="/registry")
MAX_TEXT = 200


@pages.get("")
def page() -> str:
    """The services in force."""
    wanted = RegistryFilter(
        text=request.args.get("text", "")[:MAX_TEXT],
        section=request.args.get("section", ""),
        body=request.args.get("body", ""),
        electronic=request.args.get("electronic", ""),
        page=number(request.args.get("page")),
    )
    return render_template(
        "registry.html",
        registry=registry(office(), wanted),
        page_url=lambda n: url_for("registry.page", **{**request.args, "page": n}),
    )


@pages.get("/statistics")
def statistics() -> str:
    """The figures of the registry's aims (C2)."""
    return render_template("registry_statistics.html", figures=registry_statistics(office()))


@pages.get("/services/<number_>")
def entry(number_: str) -> str:
    """One service; `?version=` shows an earlier one."""
    version = request.args.get("version")
    return render_template(
        "registry_entry.html", entry=service_entry(office(), number_, number(version) if version else None)
    )


@pages.get("/services.json")
def as_json() -> Response:
    """All services in force, for machines."""
    content = json.dumps(registry_export(office(), language()), ensure_ascii=False, indent=1)
    return served(content, "services.json", "application/json", download=True)


@pages.get("/services.csv")
def as_csv() -> Response:
    """All services in force, for spreadsheets (UTF-8 with its mark, so that they open it right)."""
    rows = registry_export(office(), language())
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]) if rows else ["number"])
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return served("\ufeff" + out.getvalue(), "services.csv", "text/csv", download=True)


def _cell(value: object) -> object:
    # a spreadsheet would run a text that begins like a formula
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t"} else value
