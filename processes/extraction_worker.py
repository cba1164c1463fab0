"""The process that takes text out of strangers' files: started by path, capped in memory, may be killed.

A question is the JSON object {what, seconds} and the file; `what` is text, layers, blackened or pictured (of a PDF),
rows (of a spreadsheet) or named (of a signed file), with what these need beside: words that are removed, areas, a
page's number, signatures and a digest. An answer is {text}, {rows}, {named} or what `layers_of` and blackening.py say,
or {refused} with the reason.
"""

import hashlib
import io
import re
import sys
import zlib
from datetime import date, datetime, time
from typing import Any

MEMORY = 1536 * 1024**2
"""bytes of address space"""
MOST_PAGES, MOST_TEXT = 2000, 200_000
"""pages looked at and characters taken: some hundred pages, as the archive keeps for its search"""
MOST_INNER = 100 * 2**20
"""bytes that the compressed streams of one PDF are inflated to at most"""
MOST_ROWS, MOST_CELLS = 200_000, 200
"""lines of a sheet, and columns"""


def text_of(content: bytes) -> dict[str, Any]:
    """The text of a PDF's pages."""
    import pypdfium2

    parts: list[str] = []
    left = MOST_TEXT
    try:
        with pypdfium2.PdfDocument(content) as document:
            for number in range(min(len(document), MOST_PAGES)):
                page = document[number]
                text = page.get_textpage().get_text_bounded()
                page.close()
                parts.append(text[:left])
                left -= len(parts[-1])
                if left <= 0:
                    break
    except (pypdfium2.PdfiumError, MemoryError, ValueError) as error:
        return {"refused": f"{type(error).__name__}: {error}"[:300]}
    # line ends as everywhere; the marks PDFium puts where a word was broken at a line's end join it again
    return {"text": "\n".join(parts).replace("\r\n", "\n").replace("\ufffe\n", "").replace("\ufffe", "")}


def layers_of(content: bytes, removed: list[str]) -> dict[str, Any]:
    """Which removed words a PDF still holds, shown or not; and parts that could hold more than anybody looks at."""
    import pypdfium2
    import pypdfium2.raw as pdfium

    from processes.redacting import leaks

    shown = text_of(content)
    if "refused" in shown:
        return shown
    unread, annotations = 0, 0
    try:
        with pypdfium2.PdfDocument(content) as document:
            if len(document) > MOST_PAGES or len(shown["text"]) >= MOST_TEXT:
                return {"refused": "too long to be looked through"}
            texts = list(document.get_metadata_dict(skip_empty=True).values())
            texts += [item.get_title() for item in document.get_toc()]
            attachments = document.count_attachments()
            for number in range(len(document)):
                page = document[number]
                annotations += sum(
                    pdfium.FPDFAnnot_GetSubtype(pdfium.FPDFPage_GetAnnot(page.raw, place)) != pdfium.FPDF_ANNOT_LINK
                    for place in range(pdfium.FPDFPage_GetAnnotCount(page.raw))
                )
                unread += not page.get_textpage().count_chars()
                page.close()
    except (pypdfium2.PdfiumError, MemoryError, ValueError) as error:
        return {"refused": f"{type(error).__name__}: {error}"[:300]}
    # a linearised file ends twice; every further end is that of an older state
    older = content.count(b"%%EOF") - (2 if b"/Linearized" in content[:2048] else 1)
    return {
        "leaked": leaks([shown["text"], *texts, *_inner_texts(content)], removed),
        "attachments": attachments,
        "annotations": annotations,
        "older_states": max(0, older),
        "unread_pages": unread,
    }


def _inner_texts(content: bytes) -> list[str]:
    """What the file and its compressed streams hold, read as the two encodings of PDF texts: XMP, titles, names."""
    found = [content]
    left = MOST_INNER
    for match in re.finditer(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
        if match[1][:1] not in {b"x", b"h", b"H", b"X"}:
            continue
        inflated = zlib.decompressobj()
        try:
            found.append(inflated.decompress(match[1], left))
        except zlib.error:
            continue  # another filter: an image or a font
        left -= len(found[-1])
        if left <= 0:
            break
    return [
        text
        for part in found
        for text in (
            part.decode("utf-8", "ignore"),
            part.decode("utf-16-be", "ignore"),
            part[1:].decode("utf-16-be", "ignore"),
        )
    ]


def named_in(content: bytes, signatures: list[dict[str, Any]] | None, digest: str) -> dict[str, Any]:
    """Whether what these signatures {field, covered_bytes} are over names a SHA-256: in its text, in the text of a file
    attached to it, or by being, or having attached, the very file. None: a signature elsewhere is over all of it.
    """
    from signing.any_file import signed_parts

    parts = [part for each in signatures or () for part in signed_parts(content, each["field"], each["covered_bytes"])]
    for part in [content] if signatures is None else parts:
        if part.startswith(b"%PDF-"):
            inside = _pdf_parts(part)
            if "refused" in inside:
                return inside
            texts, files = [inside["text"]], inside["files"]
        else:
            texts, files = [], [part]
        texts += [text for file in files for text in _read_plainly(file)]
        hashes = {hashlib.sha256(file).hexdigest() for file in [part, *files]}
        if digest in hashes or any(digest in _BETWEEN.sub("", text).lower() for text in texts):
            return {"named": True}
    return {"named": False}


_BETWEEN = re.compile(r"[\s\x00-\x1f:\u00ad\u200b\ufffe-]")
"""what may stand between the digits of a digest: spaces, colons, line ends with their hyphens"""


def _pdf_parts(content: bytes) -> dict[str, Any]:
    """The text of a PDF, and the files attached to it."""
    import pypdfium2

    shown = text_of(content)
    if "refused" in shown:
        return shown
    try:
        with pypdfium2.PdfDocument(content) as document:
            found = [document.get_attachment(place) for place in range(document.count_attachments())]
            return shown | {"files": [bytes(each.get_data()) for each in found]}
    except (pypdfium2.PdfiumError, MemoryError, ValueError) as error:
        return {"refused": f"{type(error).__name__}: {error}"[:300]}


def _read_plainly(content: bytes) -> list[str]:
    return [content.decode("utf-8", "ignore"), content.decode("utf-16-le", "ignore")]


def rows_of(content: bytes) -> dict[str, Any]:
    """The cells of a spreadsheet's first sheet as text."""
    import python_calamine

    try:
        sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        if sheet.height > MOST_ROWS or sheet.width > MOST_CELLS:
            return {"refused": f"more than {MOST_ROWS} lines or {MOST_CELLS} columns: split it"}
        return {"rows": [[written(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]}
    except (python_calamine.CalamineError, MemoryError, ValueError, OSError) as error:
        return {"refused": f"not readable: {error}"[:300]}


def written(cell: object) -> str:
    """A cell as a person would write it into a table: whole numbers without a point, days as 2009-03-21."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def answer(question: dict[str, Any], content: bytes) -> dict[str, Any]:
    """What was asked for."""
    if question["what"] == "layers":
        return layers_of(content, question["removed"])
    if question["what"] in {"blackened", "pictured"}:
        return _pages_of(question, content)
    if question["what"] == "named":
        return named_in(content, question["signatures"], question["digest"])
    return {"text": text_of, "rows": rows_of}[question["what"]](content)


def _pages_of(question: dict[str, Any], content: bytes) -> dict[str, Any]:
    from processes.blackening import blackened, pictured

    if question["what"] == "pictured":
        return pictured(content, question["number"])
    return blackened(content, question["removed"], question["areas"])


def main() -> None:
    """Answers one question after another until the other side closes."""
    from processes.child_side import serve

    serve(answer, memory=MEMORY)


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    main()
