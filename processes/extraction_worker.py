"""The process that takes text out of strangers' files: started by path, capped in memory, may be killed.

A question is the JSON object {what, seconds} and the file; `what` is text (of a PDF) or rows (of a spreadsheet). An
answer is {text} or {rows}, or {refused} with the reason.
"""

import io
import sys
from datetime import date, datetime, time
from typing import Any

MEMORY = 1536 * 1024**2
"""bytes of address space"""
MOST_PAGES, MOST_TEXT = 2000, 200_000
"""pages looked at and characters taken: some hundred pages, as the archive keeps for its search"""
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
    return {"text": text_of, "rows": rows_of}[question["what"]](content)


def main() -> None:
    """Answers one question after another until the other side closes."""
    from processes.child_side import serve

    serve(answer, memory=MEMORY)


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    main()
