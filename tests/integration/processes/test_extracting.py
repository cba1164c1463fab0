"""Text and tables of strangers' files are taken out in a process that may die of them."""

import io
import zipfile
from collections.abc import Iterator

import pytest

from archive.errors import IngestRefused
from processes.extracting import Extractor, TextUnreadable

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
    '<sheet name="1" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def spreadsheet(rows: list[list[str | int]], before: str = "") -> bytes:
    cells = "".join(
        "<row>" + "".join(f"<c><v>{cell}</v></c>" if isinstance(cell, int) else
                          f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) + "</row>"
        for row in rows
    )  # fmt: skip
    sheet = f'{before}<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as container:
        for name, part in {**PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            container.writestr(name, part)
    return written.getvalue()


def page(text: str) -> bytes:
    """A PDF of one page."""
    content = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body = b"%PDF-1.4\n" + b"".join(b"%d 0 obj%bendobj\n" % pair for pair in enumerate(objects, start=1))
    return body + b"trailer<</Root 1 0 R/Size 6>>\n%%EOF"


@pytest.fixture(scope="module")
def extractor() -> Iterator[Extractor]:
    with Extractor() as one:
        yield one


def test_a_spreadsheet_becomes_lines_and_a_pdf_text(extractor: Extractor) -> None:
    rows: list[list[str | int]] = [["Fayl", "Nömrə"], ["1.pdf", 12]]
    assert extractor.rows(spreadsheet(rows)) == [["Fayl", "Nömrə"], ["1.pdf", "12"]]
    assert extractor.text(page("Order of the office")).strip() == "Order of the office"


def test_hostile_files_are_refused_and_the_next_is_read(extractor: Extractor) -> None:
    entity = '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    entities = spreadsheet([["&e;", "x"]], before=entity)
    wide = spreadsheet([["x"] * 201])
    for broken in (entities, wide, wide[:200], b"PK\x03\x04", b""):
        with pytest.raises(IngestRefused):
            extractor.rows(broken)
    for broken in (b"%PDF-1.7", b"%PDF-1.4\nsigned by somebody long ago", b""):
        with pytest.raises(TextUnreadable):
            extractor.text(broken)
    assert extractor.text(page("still here")).strip() == "still here"


def test_a_file_that_takes_too_long_is_left() -> None:
    with Extractor(seconds=0.001) as hasty, pytest.raises(TextUnreadable, match=r"longer than 0\.001 seconds"):
        hasty.text(page("slow"))
