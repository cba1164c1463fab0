"""A PDF as small as can be, for tests that need words at known places."""


def small_pdf(*texts: str, width: int = 300) -> bytes:
    """A PDF of one page with these lines; pdfium does without a table of its objects."""
    shown = " 0 -20 Td ".join(f"({text}) Tj" for text in texts)
    stream = f"BT /F1 12 Tf 20 200 Td {shown} ET"
    font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    page = f"/MediaBox[0 0 {width} 300]/Resources<</Font<</F1 {font}>>>>/Contents 4 0 R"
    return (
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        f"3 0 obj<</Type/Page/Parent 2 0 R{page}>>endobj\n"
        f"4 0 obj<</Length {len(stream)}>>stream\n{stream}\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    ).encode()
