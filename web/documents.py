"""Files that leave through the pages."""

import os
import re
from typing import BinaryIO
from urllib.parse import quote

from flask import Response, send_file

PDF_POLICY = "default-src 'self'; object-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'self'"
"""the browser's own viewer styles itself inline"""
UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def pdf(content: bytes, name: str, *, download: bool = False) -> Response:
    """A PDF, shown in the browser's own viewer or saved."""
    return served(content, name, "application/pdf", download=download)


def served(content: bytes | str, name: str, media_type: str, *, download: bool) -> Response:
    """A file with its name; never sniffed, never run."""
    return _named(Response(content, mimetype=media_type), name, media_type, download=download)


def saved(file: BinaryIO, name: str, media_type: str) -> Response:
    """An open file to be saved, read as it is sent; however large, it is never held in memory."""
    response = send_file(file, mimetype=media_type)
    response.content_length = os.fstat(file.fileno()).st_size
    return _named(response, name, media_type, download=True)


def _named(response: Response, name: str, media_type: str, *, download: bool) -> Response:
    plain = UNSAFE.sub("-", name).strip("-") or "document"
    kind = "attachment" if download else "inline"
    response.headers["Content-Disposition"] = f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    if media_type == "application/pdf":
        response.headers["Content-Security-Policy"] = PDF_POLICY
    else:
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
