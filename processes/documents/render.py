"""Renders office documents: PDF/A-3b and PDF/UA-1 with step.json as an associated file, the same bytes each time."""

import io
import json
from pathlib import Path
from types import TracebackType
from typing import Self

import segno

from processes.documents.canonical import canonical_json
from processes.documents.data import template_data
from processes.documents.errors import DocumentRefused
from processes.documents.glyphs import FONTS
from processes.documents.model import OfficeDocument, RenderedDocument
from processes.documents.pool import CompileRequest, WorkerPool

_TEMPLATES = Path(__file__).parent / "typst"
_GENERIC = (_TEMPLATES / "document.typ").read_text(encoding="utf-8")
_LARGEST = 1_000_000
"""characters of text on the pages of one document"""
_PACKAGE_NAMESPACES = ("@preview", "@local")


class DocumentRenderer:
    """Makes PDFs of OfficeDocuments in worker processes that can be killed; safe to use from several threads."""

    def __init__(self, workers: int = 1, timeout: float = 20.0) -> None:
        """`timeout` in seconds a document; workers start when first needed."""
        self._pool = WorkerPool(_TEMPLATES, FONTS, workers=workers, timeout=timeout)

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
        inputs = {"data": text, "step": canonical_json(document.step).decode(), "qr": _qr(document.verify_url)}
        request = CompileRequest(source=source, inputs=inputs, name="document.typ" if template is None else name)
        # typst ends with %%EOF and no line end; what a signature appends would touch it and break PDF/A (6.1.9)
        return RenderedDocument(pdf=self._pool.compile(request).rstrip() + b"\n", replaced=replaced)

    def close(self) -> None:
        """Ends the workers."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _qr(url: str) -> str:
    """An SVG of the verify page's address, or nothing without one."""
    if not url:
        return ""
    image = io.BytesIO()
    # to score all eight masks takes longer than the page; any reader undoes any of them (ISO/IEC 18004, 7.8)
    segno.make(url, error="m", micro=False, mask=3).save(
        image, kind="svg", border=0, dark="#1b2340", xmldecl=False, svgns=True, nl=False
    )
    return image.getvalue().decode()
