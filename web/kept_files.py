"""Files sent along with a form that has no work item yet: kept through every re-rendering, without an account.

Their bytes go to the blob store at once (a file nobody refers to is swept later); the page carries signed receipts of
them, so that nobody can name a file that was not sent from this very form.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import uuid4

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from processes.attachments import AttachmentRefused, StoredFile
from processes.office import Office
from processes.use_cases.attach_file import store_file
from web.findings import PageFinding
from web.form_view import uploads
from web.i18n import titled

FIELD = "_kept"
MAX_FILES = 10
DAY = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file as the page lists it."""

    id: str
    """the signed receipt the page carries"""
    field: str
    name: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFiles:
    """The files of a form under way."""

    files: Sequence[StoredFile] = ()
    refused: Sequence[PageFinding] = ()
    case_id: str = field(default_factory=lambda: str(uuid4()))
    """drawn with the page: sent twice, it is the same case"""

    @classmethod
    def from_request(cls, office: Office) -> "KeptFiles":
        """The files kept so far, without one that was removed, and those just sent."""
        action, _, argument = request.form.get("_action", "").partition(":")
        removed = argument if action == "remove" else ""
        files = [file for token in request.form.getlist(FIELD) if token != removed and (file := _read(token))]
        refused: list[PageFinding] = []
        for name, filename, content in uploads():
            try:
                files.append(store_file(office, name, filename, content))
            except AttachmentRefused as error:
                refused.append(PageFinding(text=titled(error.messages), href=f"#f-{name}"))
        return cls(files=files[:MAX_FILES], refused=refused, case_id=request.form.get("_case") or str(uuid4()))

    def as_fields(self) -> dict[str, list[Mapping[str, Any]]]:
        """Field → its files, as a form's logic sees them."""
        found: dict[str, list[Mapping[str, Any]]] = {}
        for file in self.files:
            facts = {"name": file.name, "sha256": file.sha256, "bytes": file.bytes, "type": file.media_type}
            found.setdefault(file.field, []).append(facts)
        return found

    def listed(self) -> list[KeptFile]:
        """The files with their receipts."""
        return [
            KeptFile(id=_serializer().dumps(asdict(file)), field=file.field, name=file.name, bytes=file.bytes)
            for file in self.files
        ]


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt="kept-files")


def _read(token: str) -> StoredFile | None:
    try:
        return StoredFile(**_serializer().loads(token, max_age=DAY))
    except BadSignature:
        return None
