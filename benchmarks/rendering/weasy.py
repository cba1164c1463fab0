"""Runs under WeasyPrint's own interpreter: renders page.html so many times, tells the seconds each took."""

import json
import logging
import sys
import time
from pathlib import Path

from weasyprint import HTML

logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
html = Path("page.html").read_text(encoding="utf-8")
told: dict[str, list[float]] = {"wall": [], "cpu": []}
for number in range(int(sys.argv[1]) + 1):
    wall, cpu = time.perf_counter(), time.process_time()
    HTML(string=html, base_url=".").write_pdf(pdf_variant="pdf/a-3b")
    if number:
        told["wall"].append(time.perf_counter() - wall)
        told["cpu"].append(time.process_time() - cpu)
sys.stdout.write(json.dumps(told))
