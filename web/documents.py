"""Files that leave through the pages."""

import re
from urllib.parse import quote

from flask import Response

PDF_POLICY = "default-src 'self'; object-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'self'"
"""the browser's own viewer styles itself inline"""
UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def pdf(content: bytes, name: str, *, download: bool = False) -> Response:
    """A PDF, shown in the browser's own viewer or saved."""
    return served(content, name, "application/pdf", download=download)


def served(content: bytes | str, name: str, media_type: str, *, download: bool) -> Response:
    """A file with its name; never sniffed, never run."""
    response = Response(content, mimetype=media_type)
    plain = UNSAFE.sub("-", name).strip("-") or "document"
    kind = "attachment" if download else "inline"
    response.headers["Content-Disposition"] = f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    if media_type == "application/pdf":
        response.headers["Content-Security-Policy"] = PDF_POLICY
    else:
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
