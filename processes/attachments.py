"""Files that people add to a form: what they are by their content, and which are taken.

A file is kept as it came, byte for byte. A signed file (PDF, ASiC-E, CMS, XML) is never refused for being signed, and
never opened further than its type needs.
"""

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from processes.errors import ProcessesError

MAX_BYTES = 20 * 1024 * 1024
MAX_NAME = 150
"""characters"""

_OOXML = "application/vnd.openxmlformats-officedocument"
TYPES: Mapping[str, tuple[str, ...]] = {
    "application/pdf": (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/tiff": (".tif", ".tiff"),
    f"{_OOXML}.wordprocessingml.document": (".docx",),
    f"{_OOXML}.spreadsheetml.sheet": (".xlsx",),
    f"{_OOXML}.presentationml.presentation": (".pptx",),
    "application/vnd.oasis.opendocument.text": (".odt",),
    "application/vnd.oasis.opendocument.spreadsheet": (".ods",),
    "application/vnd.oasis.opendocument.presentation": (".odp",),
    "application/msword": (".doc",),
    "application/vnd.ms-excel": (".xls",),
    "application/rtf": (".rtf",),
    "application/vnd.etsi.asic-e+zip": (".asice", ".sce", ".bdoc"),
    "application/vnd.etsi.asic-s+zip": (".asics", ".scs"),
    "application/pkcs7-mime": (".p7m", ".p7s", ".p7b", ".cms", ".sig"),
    "application/zip": (".zip",),
    "application/xml": (".xml",),
    "text/plain": (".txt", ".csv", ".log", ".md", ".eml", ".json"),
}
"""media type → the endings its names may have; nothing else is taken"""

MESSAGES: Mapping[str, Mapping[str, str]] = {
    "empty": {
        "az": "“{name}” boşdur. Başqa fayl seçin.",
        "kk": "«{name}» бос. Басқа файл таңдаңыз.",
        "ru": "Файл «{name}» пуст. Выберите другой.",
        "en": "“{name}” is empty. Choose another file.",
    },
    "too-large": {
        "az": "“{name}” çox böyükdür: ən çoxu {limit} MB ola bilər.",
        "kk": "«{name}» тым үлкен: ең көбі {limit} МБ болуы мүмкін.",
        "ru": "Файл «{name}» слишком велик: не больше {limit} МБ.",
        "en": "“{name}” is too big: at most {limit} MB.",
    },
    "unknown-type": {
        "az": "“{name}” qəbul edilən növdə fayl deyil. Qəbul edilir: {accepted}.",
        "kk": "«{name}» қабылданатын түрдегі файл емес. Қабылданады: {accepted}.",
        "ru": "Файл «{name}» не того типа. Принимаются: {accepted}.",
        "en": "“{name}” is not a kind of file that is taken. Taken are: {accepted}.",
    },
    "mismatch": {
        "az": "“{name}” adı məzmununa uyğun deyil: məzmuna görə sonluq belə olmalıdır: {endings}.",
        "kk": "«{name}» атауы мазмұнына сәйкес емес: мазмұны бойынша соңы мынадай болуы керек: {endings}.",
        "ru": "Имя файла «{name}» не соответствует содержимому: оно должно оканчиваться на {endings}.",
        "en": "The name “{name}” does not fit the content: it should end in {endings}.",
    },
    "macros": {
        "az": "“{name}” makros saxlayır. Makrossuz saxlayıb yenidən əlavə edin.",
        "kk": "«{name}» макростан тұрады. Макроссыз сақтап, қайта қосыңыз.",
        "ru": "В файле «{name}» есть макросы. Сохраните его без макросов и приложите снова.",
        "en": "“{name}” holds macros. Save it without them and add it again.",
    },
}  # fmt: skip


class AttachmentRefused(ProcessesError):
    """The file cannot be attached; nothing was changed."""

    code: ClassVar[str] = "attachment-refused"

    def __init__(self, reason: str, name: str, **facts: str) -> None:
        self.reason = reason
        """empty, too-large, unknown-type, mismatch or macros"""
        self.name = name
        self.messages = {
            language: words.format(name=name, limit=MAX_BYTES // 2**20, accepted=", ".join(_accepted()), **facts)
            for language, words in MESSAGES[reason].items()
        }
        """what to tell the person, by language"""
        super().__init__(self.messages["en"])


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A checked file whose bytes are in the blob store."""

    field: str
    name: str
    media_type: str
    sha256: str
    bytes: int


def check_attachment(name: str, content: bytes) -> str:
    """The media type, by content.

    Raises AttachmentRefused: empty, over 20 MB, of a type that is not taken, with macros, or with a name that says
    something else than the content.
    """
    name = safe_name(name)
    if not content:
        raise AttachmentRefused("empty", name)
    if len(content) > MAX_BYTES:
        raise AttachmentRefused("too-large", name)
    media_type = detect_type(content)
    if media_type is None:
        raise AttachmentRefused("unknown-type", name)
    if media_type == MACROS:
        raise AttachmentRefused("macros", name)
    endings = TYPES[media_type]
    if PurePosixPath(name).suffix.lower() not in endings:
        raise AttachmentRefused("mismatch", name, endings=", ".join(endings))
    return media_type


def safe_name(name: str) -> str:
    """The name without folders, control and direction characters (a right-to-left override can make `exe.pdf` of
    `fdp.exe`), NFC, at most 150 characters with its ending kept; `file` if nothing is left.
    """
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    name = re.sub(r"\s", " ", name)
    visible = "".join(each for each in name if unicodedata.category(each) not in _HIDDEN)
    path = PurePosixPath(visible.strip().lstrip(".") or "file")
    suffix = path.suffix[:10]
    return path.name.removesuffix(path.suffix)[: MAX_NAME - len(suffix)].rstrip() + suffix


def detect_type(content: bytes) -> str | None:
    """The media type by content; None for what is not taken."""
    return next((found for detect in _DETECTORS if (found := detect(content))), None)


_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
MACROS = "macros"
_SIGNATURES: Mapping[bytes, str] = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"II*\0": "image/tiff",
    b"MM\0*": "image/tiff",
    b"{\\rtf": "application/rtf",
    b"-----BEGIN PKCS7-----": "application/pkcs7-mime",
    b"-----BEGIN CMS-----": "application/pkcs7-mime",
}
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
"""the object identifier of CMS SignedData"""
_TEXT_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_MARKUP = re.compile(r"<(?:!doctype\s+html|(?:\w+:)?(?:html|script|svg)\b)", re.IGNORECASE)


def _by_signature(content: bytes) -> str | None:
    return next((kind for start, kind in _SIGNATURES.items() if content.startswith(start)), None)


def _by_zip(content: bytes) -> str | None:
    if not content.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _zip_type(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, EOFError):
        return None  # no readable ZIP: refused as a type that is not taken


def _zip_type(archive: zipfile.ZipFile) -> str:
    names = archive.namelist()
    if "mimetype" in names:
        with archive.open("mimetype") as entry:
            declared = entry.read(200).decode("ascii", "replace").strip()
        if declared in TYPES:
            return declared
    if any(re.fullmatch(r"META-INF/.*signatures?.*\.(?:xml|p7s)", name, re.IGNORECASE) for name in names):
        return "application/vnd.etsi.asic-e+zip"
    if "[Content_Types].xml" in names:
        return _office_type(names)
    return "application/zip"


def _office_type(names: list[str]) -> str:
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return MACROS
    kinds = {"word/": "wordprocessingml.document", "xl/": "spreadsheetml.sheet", "ppt/": "presentationml.presentation"}
    found = (kind for folder, kind in kinds.items() if any(name.startswith(folder) for name in names))
    kind = next(found, None)
    return f"{_OOXML}.{kind}" if kind else "application/zip"


def _by_compound(content: bytes) -> str | None:
    """Word and Excel before 2007: a compound file with a stream of this name."""
    if not content.startswith(_COMPOUND):
        return None
    if "VBA".encode("utf-16-le") in content and "PROJECT".encode("utf-16-le") in content:
        return MACROS
    streams = {"WordDocument": "application/msword", "Workbook": "application/vnd.ms-excel"}
    return next((kind for stream, kind in streams.items() if stream.encode("utf-16-le") in content), None)


def _by_cms(content: bytes) -> str | None:
    return "application/pkcs7-mime" if content[:1] == b"\x30" and _SIGNED_DATA in content[:32] else None


def _by_text(content: bytes) -> str | None:
    """UTF-8, UTF-16 with its mark, or an 8-bit text; markup that a browser would run is not taken."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            text = content.decode("utf-16")
        except UnicodeDecodeError:
            return None
    elif _TEXT_CONTROLS.search(content):
        return None
    else:
        text = content[:1000].decode("utf-8-sig", "replace")
    is_markup = text.lstrip().startswith("<")
    if is_markup and _MARKUP.search(text):
        return None
    return "application/xml" if is_markup else "text/plain"


_DETECTORS: tuple[Callable[[bytes], str | None], ...] = (_by_signature, _by_zip, _by_compound, _by_cms, _by_text)


def _accepted() -> list[str]:
    return sorted(ending.removeprefix(".") for endings in TYPES.values() for ending in endings)
