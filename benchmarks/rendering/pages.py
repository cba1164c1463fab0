"""The form, as an office document and as HTML with the same parts, faces, rows, code and attachment."""

import base64
import json
import subprocess
from datetime import date
from functools import partial
from html import escape
from pathlib import Path
from statistics import median
from string import Template
from uuid import NAMESPACE_URL, uuid5

from benchmarks.peers import python_peer
from benchmarks.run import Clock, Figures, Run, processor_seconds
from processes.documents.canonical import canonical_json
from processes.documents.glyphs import FONTS
from processes.documents.labels import labels
from processes.documents.model import DocumentSection, OfficeDocument, SignerBlock
from processes.documents.qr import qr_code
from processes.documents.render import TEMPLATES, DocumentRenderer
from processes.sealing import verify_code

WEASYPRINT = "weasyprint==70.0"
MARK = TEMPLATES / "mark.svg"
WARMING = 2
"""documents before the first that counts"""
VERIFY = "https://kargüzar.example/verify/"
ROWS = [
    (f"Göstərici № {number} / Көрсеткіш", f"Ərazi üzrə məlumat, ₼ {number * 137},50 — ақпарат") for number in range(44)
]


def measure(run: Run) -> Figures:
    """Milliseconds of a warm rendering, and how many times as long WeasyPrint takes.

    Each document has other answers, number and code, as in an office, WeasyPrint's as ours: typst remembers what it has
    laid out before.
    """
    turns = run.times(60, 8)
    documents = [_document(turn) for turn in range(turns + WARMING)]
    ours, cpu = Clock(), 0.0
    with DocumentRenderer() as renderer:
        for turn, document in enumerate(documents):
            if turn == WARMING:
                cpu = processor_seconds()
            clock = ours if turn >= WARMING else Clock()
            rendered = clock.measure(partial(renderer.render, document))
        cpu = processor_seconds() - cpu
    figures: Figures = {
        "warm_ms": round(median(ours.wall) * 1000, 1),
        "warm_cpu_ms": round(cpu / turns * 1000, 1),
        "bytes": len(rendered.pdf),
        "vs_weasyprint": None,
    }
    run.say(f"  a two-page form: {figures['warm_ms']} ms warm, {figures['warm_cpu_ms']} of the processor")
    if theirs := _weasyprint(run):
        figures |= _ratios(run, ours, cpu / turns, *theirs)
    return figures


def _ratios(run: Run, ours: Clock, our_cpu: float, plain: Clock, shared: Clock) -> Figures:
    """How many times as long WeasyPrint takes; `our_cpu` in seconds a document, both processes."""
    figures = {
        "vs_weasyprint": round(median(plain.wall) / median(ours.wall), 1),
        "vs_weasyprint_cpu": round(median(plain.cpu) / our_cpu, 1),
        "vs_weasyprint_shared": round(median(shared.wall) / median(ours.wall), 1),
        "weasyprint_ms": round(median(plain.wall) * 1000, 1),
    }
    run.say(
        f"  WeasyPrint {figures['weasyprint_ms']} ms: ours is {figures['vs_weasyprint']} times as fast, "
        f"{figures['vs_weasyprint_cpu']} in processor time; {figures['vs_weasyprint_shared']} times where WeasyPrint "
        "keeps style sheet and faces"
    )
    return figures


def _document(turn: int) -> OfficeDocument:
    rows = tuple((label, value.replace("₼", f"₼ {turn}")) for label, value in ROWS)
    return OfficeDocument(
        kind="step",
        language="az",
        title="Məlumat anketi",
        number=f"M-EXECUTIVE-2026-{turn:06}/2",
        date=date(2026, 3, 19),
        body="Dövlət Agentliyi",
        step={"fields": dict(rows), "previous": []},
        verify_url=VERIFY + verify_code(uuid5(NAMESPACE_URL, f"{VERIFY}{turn}")),
        sections=(DocumentSection(title="Göstəricilər", rows=rows),),
        signer=SignerBlock(name="Əliyev Şükür İsmayıl oğlu", capacity="operator", certificate="4f7k2m9q"),
    )


def _weasyprint(run: Run) -> tuple[Clock, Clock] | None:
    """WeasyPrint as its documentation begins, and with style sheet and faces read once for all documents."""
    python = python_peer(run, WEASYPRINT)
    if python is None:
        return None
    folder = run.folder / "weasyprint-page"
    folder.mkdir()
    style = Path(__file__).with_name("page.css").read_text(encoding="utf-8").replace("FONTS", FONTS.as_uri())
    (folder / "page.css").write_text(style, encoding="utf-8")
    for turn in range(run.times(12, 2) + WARMING):
        (folder / f"{turn:03}.html").write_text(_html(_document(turn)), encoding="utf-8")
    script = Path(__file__).with_name("weasy.py")
    done = subprocess.run(
        [str(python), str(script), str(WARMING)], cwd=folder, check=False, capture_output=True, text=True
    )
    if done.returncode:
        run.say(f"  {WEASYPRINT}: not measured, it does not run here: {done.stderr.strip().splitlines()[-1:]}")
        return None
    told = json.loads(done.stdout)
    run.say(f"  WeasyPrint's: {told['pages']} pages, {told['bytes']} bytes, tagged PDF/A-3b")
    return Clock(**told["plain"]), Clock(**told["shared"])


def _html(document: OfficeDocument) -> str:
    """The document as HTML: letterhead, running head and foot, rows, signature block, faces, codes, attachment."""
    words = labels(document.language)
    told = {
        "title": document.title,
        "number": document.number,
        "body": document.body,
        "date": document.date.strftime("%d.%m.%Y"),
        "section": document.sections[0].title,
        "signer": document.signer.name,
        "capacity": document.signer.capacity,
        "certificate": document.signer.certificate,
    }
    told |= {f"{name}_label": words[name] for name in ("number", "date", "certificate")}
    told |= {name: words[name] for name in ("original", "seal", "signed", "verify", "verify_alt")}
    told = {name: escape(text) for name, text in told.items()}
    rows = (f"<tr><th>{escape(label)}</th><td>{escape(value)}</td></tr>" for label, value in document.sections[0].rows)
    pictures = {"mark": _picture(MARK.read_text(encoding="utf-8")), "code": _picture(qr_code(document.verify_url))}
    step = base64.b64encode(canonical_json(document.step)).decode()
    page = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))
    return page.substitute(told | pictures, rows="".join(rows), step=step)


def _picture(svg: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
