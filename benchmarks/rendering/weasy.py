"""Runs under WeasyPrint's interpreter: renders page.html so many times, tells its pages and the seconds each took."""

import json
import logging
import sys
import time
from pathlib import Path
from typing import Any

from weasyprint import HTML

KIND: dict[str, Any] = {"pdf_variant": "pdf/a-3b", "pdf_tags": True}
"""as ours: kept for long and read aloud; it claims PDF/A-3b or PDF/UA-1, not both"""

logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
html = Path("page.html").read_text(encoding="utf-8")
told: dict[str, Any] = {"wall": [], "cpu": []}
for number in range(int(sys.argv[1]) + 1):
    wall, cpu = time.perf_counter(), time.process_time()
    document = HTML(string=html, base_url=".").render(**KIND)
    pdf = document.write_pdf(**KIND)
    if number:
        told["wall"].append(time.perf_counter() - wall)
        told["cpu"].append(time.process_time() - cpu)
told |= {"pages": len(document.pages), "bytes": len(pdf)}
sys.stdout.write(json.dumps(told))
