"""The form, as an office document and as HTML with the same fonts, rows, code and attachment."""

import base64
import json
import subprocess
from datetime import date
from functools import partial
from html import escape
from pathlib import Path
from statistics import median

from benchmarks.peers import python_peer
from benchmarks.run import Clock, Figures, Run, processor_seconds
from processes.documents.canonical import canonical_json
from processes.documents.glyphs import FONTS
from processes.documents.model import DocumentSection, OfficeDocument, SignerBlock
from processes.documents.render import DocumentRenderer

WEASYPRINT = "weasyprint==70.0"
WARMING = 2
"""documents before the first that counts"""
VERIFY = "https://kargüzar.example/v/4F7K-2M9Q"
ROWS = [
    (f"Göstərici № {number} / Көрсеткіш", f"Ərazi üzrə məlumat, ₼ {number * 137},50 — ақпарат") for number in range(44)
]


def measure(run: Run) -> Figures:
    """Milliseconds of a warm rendering, and how many times as long WeasyPrint takes.

    Each document has other answers, number and code, as in an office: typst remembers what it has laid out before.
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
    theirs = _weasyprint(run)
    if theirs is None:
        return figures
    figures["vs_weasyprint"] = round(median(theirs.wall) / median(ours.wall), 1)
    figures["vs_weasyprint_cpu"] = round(median(theirs.cpu) * turns / cpu, 1)
    figures["weasyprint_ms"] = round(median(theirs.wall) * 1000, 1)
    run.say(
        f"  WeasyPrint {figures['weasyprint_ms']} ms: ours is {figures['vs_weasyprint']} times as fast, "
        f"{figures['vs_weasyprint_cpu']} in processor time"
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
        verify_url=f"{VERIFY[:-4]}{turn:04}",
        sections=(DocumentSection(title="Göstəricilər", rows=rows),),
        signer=SignerBlock(name="Əliyev Şükür İsmayıl oğlu", capacity="operator", certificate="4f7k2m9q"),
    )


def _weasyprint(run: Run) -> Clock | None:
    python = python_peer(run, WEASYPRINT)
    if python is None:
        return None
    folder = run.folder / "weasyprint-page"
    folder.mkdir()
    (folder / "page.html").write_text(_html(), encoding="utf-8")
    script = Path(__file__).with_name("weasy.py")
    done = subprocess.run(
        [str(python), str(script), str(run.times(12, 2))], cwd=folder, check=False, capture_output=True, text=True
    )
    if done.returncode:
        run.say(f"  {WEASYPRINT}: not measured, it does not run here: {done.stderr.strip().splitlines()[-1:]}")
        return None
    clock = Clock()
    told = json.loads(done.stdout)
    for wall, cpu in zip(told["wall"], told["cpu"], strict=True):
        clock.note(wall, cpu)
    return clock


def _html() -> str:
    from processes.documents.qr import qr_code

    font = (FONTS / "NotoSans-Regular.ttf").as_uri()
    code = base64.b64encode(qr_code(VERIFY).encode()).decode()
    attached = base64.b64encode(canonical_json({"fields": dict(ROWS), "previous": []})).decode()
    rows = "".join(f"<tr><th>{escape(label)}</th><td>{escape(value)}</td></tr>" for label, value in ROWS)
    return f"""<!doctype html><html lang="az"><head><title>Məlumat anketi</title>
<link rel="attachment" href="data:application/json;base64,{attached}">
<style>@font-face {{ font-family: Office; src: url({font}) }} @page {{ size: A4; margin: 2cm }}
body {{ font: 10pt Office }} table {{ width: 100%; border-collapse: collapse }}
th, td {{ text-align: left; padding: 4pt; border-bottom: .5pt solid #999 }}</style></head>
<body><h1>Məlumat anketi</h1><p>Dövlət Agentliyi</p><img src="data:image/svg+xml;base64,{code}" width="80">
<h2>Göstəricilər</h2><table>{rows}</table><p>Əliyev Şükür İsmayıl oğlu, operator</p></body></html>"""
