"""A package's own template, and the processes that render: confined, killable, replaced when they die."""

import os
import signal
import threading

import pytest

from processes.documents import DocumentRefused, DocumentRenderer, RendererBusy, RendererClosed
from processes.documents.glyphs import FONTS
from processes.documents.pool import CompileRequest, WorkerPool
from tests.unit.papers.samples import make_document
from tests.unit.papers.test_documents import words_of

ENDLESS = "#{ for a in range(9999) { for b in range(9999) { for c in range(9999) { let x = a + b + c } } } }"


def worker_of(renderer: DocumentRenderer):
    return next(iter(renderer._pool.children._living))


def refused(renderer: DocumentRenderer, template: str) -> DocumentRefused:
    with pytest.raises(DocumentRefused) as caught:
        renderer.render(make_document(), template, name="documents/own.typ")
    return caught.value


def test_a_packages_own_template_gets_the_same_data(renderer):
    template = '#import "/office.typ": *\n#show: office\n= #d.title\nBody: #d.body, #d.sections.at(0).rows.at(0).at(1)'
    pdf = renderer.render(make_document(), template, name="documents/own.typ").pdf
    assert "Xidmət anketi Body: Mənzil Təsərrüfatı İdarəsi, Tikinti" in words_of(pdf)


def test_a_mistake_in_a_template_is_told_with_its_line(renderer):
    error = refused(renderer, "= Title\n\n#nothing")
    assert (error.reason, error.where) == ("template", "documents/own.typ:3:1")
    assert "nothing" in error.what


@pytest.mark.parametrize(
    "template",
    [
        '#read("/etc/passwd")',
        '#read("../render.py")',
        '#read("../../../../../etc/passwd")',
        '#image("/proc/self/environ")',
        '#include "../../secret.typ"',
    ],
)
def test_a_template_cannot_read_outside_its_root(renderer, template):
    assert refused(renderer, template).reason == "template"


def test_a_template_reads_the_files_of_its_own_document_and_of_none_before(tmp_path):
    pool = WorkerPool(tmp_path, FONTS)

    def read(**files: str) -> str:
        source = (
            '#set document(title: "t", date: datetime(year: 2026, month: 1, day: 1))\n#set text(font: "Noto Sans")\n'
        )
        request = CompileRequest(source=source + '#read("/answers.txt").slice(2)', files=files, name="own.typ")
        return words_of(pool.compile(request))

    try:
        assert read(**{"answers.txt": "Bakı"}) == "Bakı"
        assert read(**{"answers.txt": "*/ #panic() Bakı\n= x"}) == "*/ #panic() Bakı = x"
        assert "Gəncə" in read(**{"answers.txt": "Gəncə"})
        with pytest.raises(DocumentRefused, match="not found"):
            read(**{"others.txt": "Şəki"})
    finally:
        pool.close()


def test_what_is_remembered_of_one_document_is_not_shown_in_another(renderer):
    first, second = (make_document(number=f"A-{n}", title=f"{n} anketi", body=f"{n} idarəsi") for n in ("Alma", "Nar"))
    alone = renderer.render(first)
    words = words_of(renderer.render(second).pdf)
    assert words.count("Nar") >= 3
    assert "Alma" not in words
    assert renderer.render(first) == alone


@pytest.mark.parametrize("template", ['#import "@preview/cetz:0.3.0": *', '#import "@local/own:1.0.0": *'])
def test_a_template_cannot_import_packages(renderer, template):
    assert refused(renderer, template).reason == "package"


def test_a_package_name_put_together_at_run_time_does_not_reach_the_network(renderer):
    assert refused(renderer, '#import ("@pre" + "view/cetz:0.3.0") as cetz').reason == "package"


def test_an_endless_template_is_killed_and_the_next_document_comes():
    with DocumentRenderer(timeout=4) as renderer:
        assert refused(renderer, ENDLESS).reason == "timeout"
        assert renderer.render(make_document()).pdf


def test_a_panic_of_the_compiler_is_plain_data_and_the_next_document_comes(renderer):
    # a word of 33,000 characters that no break was put into
    error = refused(renderer, '#("Ж" * 33000)')
    assert error.reason == "crash"
    assert error.what.startswith("PanicException")
    assert renderer.render(make_document()).pdf


def test_a_worker_killed_while_idle_is_replaced(renderer):
    renderer.render(make_document())
    os.kill(worker_of(renderer).process.pid, signal.SIGKILL)
    assert renderer.render(make_document()).pdf


def test_a_worker_killed_twice_while_it_renders_is_a_refusal():
    with DocumentRenderer(timeout=10) as renderer:
        renderer.render(make_document())
        stop = threading.Event()

        def killer() -> None:
            while not stop.wait(0.2):
                for worker in list(renderer._pool.children._living):
                    os.kill(worker.process.pid, signal.SIGKILL)

        thread = threading.Thread(target=killer)
        thread.start()
        try:
            assert refused(renderer, ENDLESS).reason == "crash"
        finally:
            stop.set()
            thread.join()
        assert renderer.render(make_document()).pdf


def test_many_threads_share_the_workers():
    with DocumentRenderer(workers=2) as renderer:
        expected = {n: renderer.render(make_document(number=f"R-{n}")).pdf for n in range(6)}
        results: dict[int, bytes] = {}

        def work(n: int) -> None:
            results[n] = renderer.render(make_document(number=f"R-{n}")).pdf

        threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == expected
        assert len(renderer._pool.children._living) <= 2


def test_when_every_worker_is_busy_the_caller_is_told():
    with DocumentRenderer(timeout=4) as renderer:
        renderer.render(make_document())
        renderer._pool.children._slots.get()
        with pytest.raises(RendererBusy):
            renderer.render(make_document())


def test_a_closed_renderer_says_so_and_leaves_no_process():
    renderer = DocumentRenderer()
    renderer.render(make_document())
    process = worker_of(renderer).process
    renderer.close()
    assert process.poll() is not None
    with pytest.raises(RendererClosed):
        renderer.render(make_document())


def test_a_worker_ends_when_its_parent_is_gone():
    renderer = DocumentRenderer()
    renderer.render(make_document())
    worker = worker_of(renderer)
    worker.socket.close()
    assert worker.process.wait(timeout=5) == 0
    renderer.close()


def test_a_worker_starts_without_the_product(renderer):
    renderer.render(make_document())
    with open(f"/proc/{worker_of(renderer).process.pid}/maps") as maps:  # noqa: PTH123
        loaded = maps.read()
    assert "typst" in loaded
    assert "lxml" not in loaded
    assert "sqlalchemy" not in loaded
