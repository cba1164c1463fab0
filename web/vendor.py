"""The files under static/: each address carries the file's hash, so a browser may keep it for ever."""

import base64
import hashlib
from pathlib import Path

from flask import Flask, url_for
from markupsafe import Markup

STATIC = Path(__file__).parent / "static"


class StaticFiles:
    """Addresses and integrity of the static files, hashed once."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._digests = {
            file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).digest()
            for file in folder.rglob("*")
            if file.is_file()
        }

    def url(self, name: str) -> str:
        """The address of a static file, new with each content."""
        return url_for("static", filename=name, v=self._digests[name].hex()[:12])

    def style(self, name: str) -> Markup:
        """The link to a style sheet, with its integrity."""
        return Markup('<link rel="stylesheet" href="{}" integrity="{}">').format(self.url(name), self._integrity(name))

    def script(self, name: str, *, defer: bool = True) -> Markup:
        """The element of a script, with its integrity."""
        wait = Markup(" defer") if defer else ""
        return Markup('<script src="{}" integrity="{}"{}></script>').format(self.url(name), self._integrity(name), wait)

    def _integrity(self, name: str) -> str:
        return "sha256-" + base64.b64encode(self._digests[name]).decode()


def init_app(app: Flask) -> None:
    """Give the templates `static_files`."""
    app.jinja_env.globals["static_files"] = StaticFiles()
