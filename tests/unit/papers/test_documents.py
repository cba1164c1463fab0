"""Office documents: faithful, archivable, the same bytes each time."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from engine.history import EventKind
from processes.documents import (
    KINDS,
    AttachedFile,
    DocumentRefused,
    DocumentRemark,
    DocumentSection,
    HistoryLine,
    ManifestEntry,
    NotCanonical,
    SignerBlock,
    canonical_json,
)
from processes.documents.glyphs import SOFT_BREAK
from processes.documents.labels import EVENTS, LABELS
from tests.unit.papers.samples import LANGUAGES, make_document

HOSTILE = [
    "33,000: " + "Ж" * 33_000,
    "a" * 40_000,
    "\u00a0".join("a" * 20_000),
    "👨‍👩‍👧‍👦❤️🏴",
    "\u202eevil\u202c \u2067rtl\u2069 עברית العربية",
    "nul \x00 bell \x07 esc \x1b[31m",
    "lone \ud800 surrogate",
    "a" + "\u0301" * 500,
    '#panic("x") $x^2$ *b* _i_ <label> @ref `raw` // c /* c */ \\u{41} #read("/etc/passwd")',
    "漢字 ქართული हिन्दी",
    "\n" * 500,
    " " * 5000,
    "\u2028\u2029\x0b\x0c",
]


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace(SOFT_BREAK, "")


def words_of(pdf: bytes) -> str:
    return " ".join(text_of(pdf).split())


def test_a_document_says_who_decided_what_in_which_capacity(renderer):
    signer = SignerBlock(
        name="Rəşad Məmmədov",
        capacity="Müdir müavini",
        acts_for="Müdir Anar Quliyev",
        ground="Əmr 45-K",
        certificate="3F 22",
    )
    shown = words_of(renderer.render(make_document(decision="Qəbul edilir", signer=signer)).pdf)
    for words in ("R-2026-000128/2", "19.03.2026", "Qəbul edilir", "Tikinti", "Rəşad Məmmədov", "Müdir müavini"):
        assert words in shown
    assert "Kimi əvəz edir: Müdir Anar Quliyev" in shown
    assert "Əsas: Əmr 45-K" in shown
    assert "7KQ2-9F4M" in shown


def test_it_claims_pdf_a_3b_and_ua_1_and_says_its_language(renderer):
    pdf = renderer.render(make_document(language="kk")).pdf
    for claim in (b"<pdfaid:part>3</pdfaid:part>", b"<pdfaid:conformance>B", b"<pdfuaid:part>1</pdfuaid:part>"):
        assert claim in pdf
    catalogue = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    assert catalogue["/Lang"] == "kk"
    assert catalogue["/MarkInfo"]["/Marked"]


def test_it_ends_with_a_line_so_that_an_appended_signature_keeps_it_pdf_a(renderer):
    assert renderer.render(make_document()).pdf.endswith(b"%%EOF\n")


def test_step_json_is_embedded_in_canonical_form(renderer):
    document = make_document(step={"b": [1, 2.5], "a": "ə😀", "previous": []})
    reader = PdfReader(io.BytesIO(renderer.render(document).pdf))
    assert reader.attachments["step.json"] == ['{"a":"ə😀","b":[1,2.5],"previous":[]}'.encode()]
    files = reader.trailer["/Root"]["/AF"]
    assert files[0].get_object()["/AFRelationship"] == "/Data"


def test_a_document_without_a_record_embeds_nothing(renderer):
    assert not PdfReader(io.BytesIO(renderer.render(make_document(step={})).pdf)).attachments


def test_the_same_document_is_the_same_bytes_in_any_process(renderer):
    document = make_document()
    pdf = renderer.render(document).pdf
    assert renderer.render(document).pdf == pdf
    program = (
        "import sys; from processes.documents import DocumentRenderer; "
        "from tests.unit.papers.samples import make_document; "
        "sys.stdout.buffer.write(DocumentRenderer().render(make_document()).pdf)"
    )
    root = Path(__file__).parents[3]
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, cwd=root)
    assert other.stdout == pdf


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_in_every_language(renderer, kind, language):
    document = make_document(
        kind=kind,
        language=language,
        remarks=(DocumentRemark(field="Ad", text="Natamam", author="Operator", round=2),),
        attachments=(AttachedFile(name="akt.pdf", sha256="ab" * 32, bytes=20480, type="application/pdf"),),
        without_effect="x",
    )
    shown = words_of(renderer.render(document).pdf)
    for name in ("number", "remarks", "attachments", "ground", "certificate", "signed", "verify", "without_effect"):
        assert " ".join(LABELS[name][language].split()) in shown, name


def test_every_label_exists_in_every_language():
    assert all(set(words) == set(LANGUAGES) and all(words.values()) for words in LABELS.values())


def test_a_receipt_says_that_the_applicant_did_not_sign_it(renderer):
    shown = words_of(renderer.render(make_document(kind="receipt", language="en")).pdf)
    assert "Not signed by the applicant" in shown


def test_a_sealed_document_says_seal_not_signature(renderer):
    sealed = SignerBlock(name="İdarə", sealed=True)
    shown = words_of(renderer.render(make_document(kind="notice", language="en", signer=sealed)).pdf)
    assert "Sealed with the body's electronic seal" in shown
    assert "Signed electronically" not in shown


def test_a_letter_has_its_addressee_and_paragraphs(renderer):
    letter = make_document(kind="answer", addressee="Aygün Əliyeva\nBakı", text="Birinci abzas.\n\nİkinci abzas.")
    shown = words_of(renderer.render(letter).pdf)
    assert "Aygün Əliyeva" in shown
    assert "Birinci abzas. İkinci abzas." in shown


def test_a_manifest_lists_every_document_with_its_whole_digest(renderer):
    entries = tuple(
        ManifestEntry(
            number=f"R-1/{n}",
            title="Addım",
            sha256=f"{n:064x}",
            bytes=70_000 + n,
            signer="Leyla",
            time="19.03.2026 14:05",
        )
        for n in range(60)
    )
    history = tuple(
        HistoryLine(time="19.03.2026", event="element.completed", element=f"step-{n}", digest="cd" * 32)
        for n in range(40)
    )
    shown = text_of(renderer.render(make_document(kind="manifest", entries=entries, history=history)).pdf)
    assert all(f"{n:064x}" in shown and f"R-1/{n}" in shown for n in range(60))
    assert all(f"step-{n}" in shown for n in range(40))
    assert shown.count("Addım tamamlanıb") == 40


def test_every_event_of_the_history_has_words_in_every_language():
    assert set(EVENTS) == set(EventKind)
    assert all(set(words) == set(LANGUAGES) for words in EVENTS.values())


@pytest.mark.parametrize("change", [{"kind": "poem"}, {"language": "fr"}])
def test_an_unknown_kind_or_language_is_refused(change):
    with pytest.raises(ValueError, match="no documents of kind"):
        make_document(**change)


def test_what_lost_its_effect_says_so_on_every_page(renderer):
    document = make_document(language="en", text="\n\n".join(["Long."] * 200), without_effect="The attempt expired.")
    reader = PdfReader(io.BytesIO(renderer.render(document).pdf))
    assert len(reader.pages) > 2
    assert all("WITHOUT EFFECT" in page.extract_text() for page in reader.pages)
    assert "The attempt expired." in reader.pages[0].extract_text()


def test_a_document_without_an_address_has_no_code(renderer):
    shown = words_of(renderer.render(make_document(verify_url="", verify_code="")).pdf)
    assert LABELS["verify"]["az"] not in shown


def test_missing_glyphs_are_shown_and_reported(renderer):
    document = make_document(sections=(DocumentSection(title="X", rows=(("Ad", "salam 😀"),)),))
    rendered = renderer.render(document)
    assert rendered.replaced == ("U+1F600",)
    assert "⟨U+1F600⟩" in text_of(rendered.pdf)
    assert LABELS["replaced"]["az"].split(",")[0] in words_of(rendered.pdf)


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value[:12]))
def test_hostile_text_gives_a_faithful_document(renderer, value):
    rows = (("Mətn", value), (value[:2000], "x"))
    document = make_document(
        summary=value[:3000],
        decision=value[:500],
        text=value,
        sections=(DocumentSection(title=value[:300], rows=rows),),
        remarks=(DocumentRemark(field=value[:300], text=value),),
        attachments=(AttachedFile(name=value[:300], sha256="ab" * 32, bytes=1, type="text/plain"),),
        step={},
    )
    pdf = renderer.render(document).pdf
    assert pdf.startswith(b"%PDF-1.7")


def test_an_endless_word_is_all_there(renderer):
    document = make_document(sections=(DocumentSection(title="X", rows=(("Ad", "abcdefgh" * 5000),)),))
    shown = "".join(text_of(renderer.render(document).pdf).split())
    assert shown.count("abcdefgh") >= 5000 - 60  # a page's head and foot may stand between two pieces


def test_what_looks_like_typst_stays_text(renderer):
    typed = '#panic("x") #read("/etc/passwd") *b* @ref'
    document = make_document(sections=(DocumentSection(title="X", rows=(("Ad", typed),)),))
    assert typed in words_of(renderer.render(document).pdf)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=300), st.text(max_size=80))
def test_any_text_can_be_rendered(renderer, value, title):
    document = make_document(title=title, body=value, sections=(DocumentSection(title=title, rows=((value, value),)),))
    assert renderer.render(document).pdf.startswith(b"%PDF")


def test_a_document_beyond_reason_is_refused(renderer):
    with pytest.raises(DocumentRefused) as refused:
        renderer.render(make_document(text="word " * 250_000))
    assert refused.value.reason == "too-large"


def test_canonical_json_follows_rfc_8785():
    value = {"€": 1, "\r": 2, "ö": 3, "1": 4, "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.0]}
    assert canonical_json(value) == (
        '{"\\r":2,"1":4,"numbers":[333333333.3333333,1e+30,4.5,0.002,0],"ö":3,"€":1}'.encode()
    )
    assert json.loads(canonical_json(value)) == value


@pytest.mark.parametrize("value", [float("nan"), 2**53 + 1, {"a": object()}, {1: 2}, "\ud800"])
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(NotCanonical):
        canonical_json(value)


def test_only_the_committed_faces_are_used_and_embedded(renderer):
    document = make_document(language="kk", text="Қазақша ₼ ₸ 😀 ქართული")
    reader = PdfReader(io.BytesIO(renderer.render(document).pdf))
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    descriptors = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]
    assert descriptors
    assert all("/FontFile2" in descriptor or "/FontFile3" in descriptor for descriptor in descriptors)
    assert all("+Noto" in descriptor["/FontName"] for descriptor in descriptors)
