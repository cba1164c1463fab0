"""Files: what they are by their content, and which are taken."""

import io
import zipfile

import pytest

from processes.attachments import MAX_BYTES, MESSAGES, AttachmentRefused, check_attachment, safe_name

LANGUAGES = {"az", "kk", "ru", "en"}
OOXML = "application/vnd.openxmlformats-officedocument"
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CMS = b"\x30\x82\x10\x00" + bytes.fromhex("06092a864886f70d010702") + b"\0" * 50


def zipped(**entries: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in entries.items():
            archive.writestr(name.replace("__", "/"), text)
    return buffer.getvalue()


def entries(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.pdf", b"%PDF-1.7\n...", "application/pdf"),
        ("signed.PDF", b"%PDF-1.7\n/Type /Sig /ByteRange [0 1 2 3]", "application/pdf"),
        ("a.png", b"\x89PNG\r\n\x1a\n...", "image/png"),
        ("a.jpeg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a.tif", b"II*\0....", "image/tiff"),
        ("a.docx", entries("[Content_Types].xml", "word/document.xml"), f"{OOXML}.wordprocessingml.document"),
        ("a.xlsx", entries("[Content_Types].xml", "xl/workbook.xml"), f"{OOXML}.spreadsheetml.sheet"),
        (
            "a.odt",
            zipped(mimetype="application/vnd.oasis.opendocument.text"),
            "application/vnd.oasis.opendocument.text",
        ),
        ("a.asice", zipped(mimetype="application/vnd.etsi.asic-e+zip"), "application/vnd.etsi.asic-e+zip"),
        ("a.asice", entries("letter.pdf", "META-INF/signatures0.xml"), "application/vnd.etsi.asic-e+zip"),
        ("a.zip", entries("letter.pdf"), "application/zip"),
        ("a.p7m", CMS, "application/pkcs7-mime"),
        ("a.cms", b"-----BEGIN CMS-----\n", "application/pkcs7-mime"),
        ("a.doc", OLD + "WordDocument".encode("utf-16-le"), "application/msword"),
        ("a.xls", OLD + "Workbook".encode("utf-16-le"), "application/vnd.ms-excel"),
        ("a.rtf", b"{\\rtf1", "application/rtf"),
        ("a.txt", "Əziz oxucu\r\n".encode(), "text/plain"),
        ("a.txt", "Қазақша".encode("utf-16"), "text/plain"),
        ("a.txt", "Привет".encode("cp1251"), "text/plain"),
        ("a.csv", b"a;b\n1;2\n", "text/plain"),
        ("a.xml", b'<?xml version="1.0"?><letter xmlns:ds="x"/>', "application/xml"),
    ],
)
def test_a_file_is_what_its_content_says(name, content, kind):
    assert check_attachment(name, content) == kind


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.pdf", b"", "empty"),
        ("a.pdf", b"%PDF-" + b"\0" * MAX_BYTES, "too-large"),
        ("a.exe", b"MZ\x90\0\x03", "unknown-type"),
        ("a.pdf", b"MZ\x90\0\x03", "unknown-type"),
        ("a.html", b"<!doctype html><p>", "unknown-type"),
        ("a.xml", b'<?xml version="1.0"?><s:svg xmlns:s="http://www.w3.org/2000/svg"/>', "unknown-type"),
        ("a.zip", b"PK\x03\x04 broken", "unknown-type"),
        ("a.txt", b"a\0b", "unknown-type"),
        ("a.txt", b"\xff\xfe\x00\xd8\x00", "unknown-type"),
        ("a.doc", OLD + b"something", "unknown-type"),
        ("a.png", b"%PDF-1.7", "mismatch"),
        ("a.pdf.exe", b"%PDF-1.7", "mismatch"),
        ("a", b"%PDF-1.7", "mismatch"),
        ("a.js", b"alert(1)", "mismatch"),
        ("a.docx", entries("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "macros"),
        ("a.doc", OLD + "WordDocument VBA PROJECT".encode("utf-16-le"), "macros"),
    ],
)
def test_what_is_not_taken_is_refused_with_words(name, content, reason):
    with pytest.raises(AttachmentRefused) as refused:
        check_attachment(name, content)
    assert refused.value.reason == reason
    assert set(refused.value.messages) == LANGUAGES
    assert all("{" not in text for text in refused.value.messages.values())


def test_every_refusal_has_words_in_every_language():
    assert all(set(words) == LANGUAGES for words in MESSAGES.values())


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\akt.pdf", "akt.pdf"),
        ("gpj\u202efdp.exe", "gpjfdp.exe"),
        ("a\0b\n.pdf", "ab.pdf"),
        ("one\ntwo.pdf", "one two.pdf"),
        (".hidden.pdf", "hidden.pdf"),
        ("Ərizə № 5.pdf", "Ərizə № 5.pdf"),
        ("", "file"),
        ("...", "file"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_names_are_made_safe(name, safe):
    assert safe_name(name) == safe
