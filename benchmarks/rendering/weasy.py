"""Runs under WeasyPrint's interpreter: renders each HTML page of the folder, tells pages and the seconds each took."""

import json
import logging
import sys
import time
from pathlib import Path
from typing import Any

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

KIND: dict[str, Any] = {"pdf_variant": "pdf/a-3b", "pdf_tags": True}
"""as ours: kept for long and read aloud; it claims PDF/A-3b or PDF/UA-1, not both"""

logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
style = Path("page.css").read_text(encoding="utf-8")
fonts = FontConfiguration()
sheet = CSS(string=style, font_config=fonts)
told: dict[str, Any] = {name: {"wall": [], "cpu": []} for name in ("plain", "shared")}


def render(name: str, html: str) -> Any:
    """A document with its style in it, or with the style sheet and the faces that were read for the first one."""
    if name == "shared":
        return HTML(string=html).render(stylesheets=[sheet], font_config=fonts, **KIND)
    return HTML(string=html.replace("</head>", f"<style>{style}</style></head>")).render(**KIND)


for number, page in enumerate(sorted(Path().glob("*.html"))):
    for name in ("plain", "shared"):
        wall, cpu = time.perf_counter(), time.process_time()
        document = render(name, page.read_text(encoding="utf-8"))
        pdf = document.write_pdf(**KIND)
        if number >= int(sys.argv[1]):
            told[name]["wall"].append(time.perf_counter() - wall)
            told[name]["cpu"].append(time.process_time() - cpu)
told |= {"pages": len(document.pages), "bytes": len(pdf)}
sys.stdout.write(json.dumps(told))
