"""Renders office documents: PDF/A-3b and PDF/UA-1 with step.json as an associated file, the same bytes each time."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from processes.documents.canonical import canonical_json
from processes.documents.data import template_data
from processes.documents.errors import DocumentRefused
from processes.documents.glyphs import FONTS, printable, printable_characters
from processes.documents.model import OfficeDocument, RenderedDocument
from processes.documents.pool import CompileRequest, WorkerPool
from processes.documents.qr import qr_code

TEMPLATES = Path(__file__).parent / "typst"
_GENERIC = (TEMPLATES / "document.typ").read_text(encoding="utf-8")
_PICTURES = (TEMPLATES / "redacted.typ").read_text(encoding="utf-8")
_SVG = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
_LARGEST = 1_000_000
"""characters of text on the pages of one document"""
_PACKAGE_NAMESPACES = ("@preview", "@local")


class DocumentRenderer:
    """Makes PDFs of OfficeDocuments in worker processes that can be killed; safe to use from several threads."""

    def __init__(self, workers: int = 1, timeout: float = 20.0) -> None:
        """`timeout` in seconds a document; workers start when first needed."""
        self._pool = WorkerPool(TEMPLATES, FONTS, workers=workers, timeout=timeout)

    def render(
        self, document: OfficeDocument, template: str | None = None, *, name: str = "template.typ"
    ) -> RenderedDocument:
        """The document by the generic template, or by a package's own: the source text `template`, called `name` in
        refusals. A template sees the data and the product's own parts (`/office.typ`), no other file and no network.
        Raises DocumentRefused, RendererBusy, NotCanonical.
        """
        source = _GENERIC if template is None else template
        if any(namespace in source for namespace in _PACKAGE_NAMESPACES):
            raise DocumentRefused("package", "a template may import nothing from outside", where=name)
        data, replaced = template_data(document)
        text = json.dumps(data, ensure_ascii=False)
        if len(text) > _LARGEST:
            raise DocumentRefused("too-large", f"more than {_LARGEST} characters of text")
        files = {
            "data.json": text,
            "step.json": canonical_json(document.step).decode(),
            "code.svg": qr_code(document.verify_url),
        }
        request = CompileRequest(source=source, files=files, name="document.typ" if template is None else name)
        # typst ends with %%EOF and no line end; what a signature appends would touch it and break PDF/A (6.1.9)
        return RenderedDocument(pdf=self._pool.compile(request).rstrip() + b"\n", replaced=replaced)

    def render_pictures(
        self, pages: Sequence[Mapping[str, Any]], *, title: str, language: str, alt: str, on: date
    ) -> bytes:
        """Pages that are pictures, with the words that stand on them found and read aloud though not seen.

        :param pages: as processes/blackening.py gives them; `alt` tells of a page, with {number}
        Raises DocumentRefused, RendererBusy.
        """
        known = printable_characters()
        data = {
            "title": printable(title)[0],
            "language": language,
            "alt": alt,
            "date": [on.year, on.month, on.day],
            "pages": [_pictured(page, known) for page in pages],
        }
        files = {"data.json": json.dumps(data, ensure_ascii=False)}
        return self._pool.compile(CompileRequest(source=_PICTURES, files=files, name="redacted.typ")).rstrip() + b"\n"

    def close(self) -> None:
        """Ends the workers."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _pictured(page: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    """A page as the template wants it; a character without a glyph is left out of the unseen words."""
    size = f'width="{page["width"]}" height="{page["height"]}"'
    picture = f'<image {size} xlink:href="data:image/png;base64,{page["picture"]}"/>'
    words = [("".join(c for c in word if c in known), *place) for word, *place in page["words"]]
    return {
        "width": page["width"],
        "height": page["height"],
        "svg": f"<svg {_SVG} {size}>{picture}</svg>",
        "words": [each for each in words if each[0]],
    }
