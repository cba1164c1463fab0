"""Signed documents, for those who may read them."""

from uuid import UUID

from flask import Blueprint, Response, request

from processes.use_cases.view_document import ViewDocument, view_attachment, view_document
from web.current import my_id, office
from web.documents import served
from web.session import signed_in_only

PDF = "application/pdf"
pages = Blueprint("documents", __name__, url_prefix="/documents")


@pages.get("/<uuid:document_id>.pdf")
@signed_in_only
def pdf(document_id: UUID) -> Response:
    """The newest revision; `?download` saves it."""
    document, content = view_document(office(), ViewDocument(document_id=document_id, by=my_id()))
    # a file that came from outside keeps its own name
    name = f"{document.number}.pdf".replace("/", "-") if document.media_type == PDF else document.title
    return served(content, name, document.media_type, download="download" in request.args)


@pages.get("/attachments/<uuid:attachment_id>")
@signed_in_only
def attachment_file(attachment_id: UUID) -> Response:
    """A file of a case, always saved, never opened within our pages."""
    name, media_type, content = view_attachment(office(), attachment_id, my_id())
    return served(content, name, media_type, download=True)
