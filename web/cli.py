"""The command line. Imports per command, so that each starts fast; `lint`, `trace` and `verify` need no database."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from processes import VERSION
from web.cli_archive import archive
from web.cli_base import FORMAT, REPORT_FORMAT, say, settings, told_plainly
from web.cli_calendar import calendar
from web.cli_keys import key
from web.cli_people import body, user
from web.cli_pki import pki
from web.cli_trust import trust

PATHS = click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, message="karguzar %(version)s")
def main() -> None:
    """Karguzar: workflow and signed documents for public bodies.

    Data live in KARGUZAR_HOME (default ./var). Example: karguzar serve
    """


@main.command()
@click.option("--demo", is_flag=True, help="Found the demo office: four bodies, their people, keys and processes.")
@told_plainly
def init(demo: bool) -> None:
    """Make the home, or bring it up to date. Example: karguzar init --demo"""
    from processes.tools import initialise_home

    initialise_home(settings(), demo=demo, tell=click.echo)


@main.command()
@click.option("--host", help="Address to listen on (default 127.0.0.1).")
@click.option("--port", type=int, help="Port to listen on (default 8080).")
@click.option("--demo", is_flag=True, help="Found the demo office first, if it is not there.")
@click.option("--no-worker", is_flag=True, help="Only pages; jobs run in `karguzar worker`.")
@told_plainly
def serve(host: str | None, port: int | None, demo: bool, no_worker: bool) -> None:
    """Serve the pages, with the worker inside. Example: karguzar serve --port 8080"""
    from web.serving import serve_office

    serve_office(settings(), host=host, port=port, demo=demo, worker=not no_worker, tell=click.echo)


@main.command()
@told_plainly
def worker() -> None:
    """Run jobs and timers without pages. Example: karguzar worker"""
    from processes.working import run_worker

    run_worker(settings(), tell=click.echo)


@main.command()
@FORMAT
@told_plainly
def status(shape: str) -> None:
    """Whether work is done: database, schema, workers, disk, jobs. Exit 1 if not. Example: karguzar status"""
    from processes.upkeep import tell_status

    found = tell_status(settings())
    if shape == "json":
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        for check in found["checks"]:
            click.echo(f"{'ok' if check['ok'] else 'not ok':8}{check['name']:12}{check['note']}")
        for each in found["workers"]:
            seen = f"process {each['process']} on {each['host']}, seen {each['seen_seconds_ago']} s ago"
            click.echo(f"{'':8}{each['executor_id']:12}{seen}")
        jobs = ", ".join(f"{number} {state}" for state, number in sorted(found["jobs"].items()))
        click.echo(f"{'':8}{'jobs':12}{jobs or 'none'}; {found['overdue_timers']} timers late")
    sys.exit(0 if found["ready"] else 1)


@main.command()
@FORMAT
@told_plainly
def audit(shape: str) -> None:
    """Check the audit trail's chains. Exit 1 if one is broken. Example: karguzar audit --format json"""
    from processes.upkeep import check_trail

    found = check_trail(settings())
    if shape == "json":
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        click.echo(f"{found['lines']} lines in {found['streams']} chains checked, {len(found['broken'])} broken")
        for each in found["broken"]:
            click.echo(f"broken: {each['stream']} at lines {', '.join(map(str, each['lines']))}")
    sys.exit(1 if found["broken"] else 0)


@main.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Where to leave every signed PDF.")
@told_plainly
def tour(out: Path | None) -> None:
    """Drive every process end to end without a browser. Example: karguzar tour --out signed"""
    from processes.demo.tour import run_tour

    if not run_tour(settings(), out=out, tell=click.echo):
        sys.exit(1)


@main.command()
@PATHS
@FORMAT
@told_plainly
def deploy(paths: tuple[Path, ...], shape: str) -> None:
    """Deploy process packages, all or none. Exit 1 if one is refused. Example: karguzar deploy bpmn/citizen-appeal"""
    from processes.tools import deploy_packages

    deployed, findings = deploy_packages(settings(), paths)
    if shape == "json":
        found = [finding.as_json() for finding in findings]
        click.echo(json.dumps({"deployed": [one.as_json() for one in deployed], "findings": found}, ensure_ascii=False))
    else:
        for line in [*findings, *deployed]:
            click.echo(str(line))
        if not deployed:
            click.echo("nothing is deployed", err=True)
    sys.exit(0 if deployed else 1)


@main.command()
@PATHS
@FORMAT
@told_plainly
def lint(paths: tuple[Path, ...], shape: str) -> None:
    """Check packages or bare .bpmn files. Example: karguzar lint bpmn/*"""
    from processes.tools import lint_paths

    findings = lint_paths(paths)
    if shape == "json":
        say(json.dumps([finding.as_json() for finding in findings], ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            say(str(finding))
        say(f"{len(findings)} findings")
    sys.exit(1 if any(finding.severity == "error" for finding in findings) else 0)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--data", default="{}", help="JSON object: the case's first variables.")
@click.option("--answers", type=click.Path(path_type=Path), help="JSON file: {element id: answer, or a list of them}.")
@click.option("--process", "processes", multiple=True, help="Process of the file to start; may be given again.")
@click.option("--skip-timers", is_flag=True, help="Move the clock to the next timer instead of waiting.")
@FORMAT
@told_plainly
def trace(
    file: Path, data: str, answers: Path | None, processes: tuple[str, ...], skip_timers: bool, shape: str
) -> None:
    """Run a .bpmn file in memory. Example: karguzar trace order.bpmn --answers answers.json"""
    from processes.tools import trace_file

    result = trace_file(file, data=data, answers=answers, processes=processes, skip_timers=skip_timers)
    if shape == "json":
        say(json.dumps(result, ensure_ascii=False, default=str))
    else:
        say(f"{result['status']}: {' → '.join(result['path'])}")
        if result["error"]:
            say(result["error"], err=True)
    sys.exit({"completed": 0, "waiting": 0, "failed": 1}.get(result["status"], 2))


@main.command()
@PATHS
@told_plainly
def scenario(paths: tuple[Path, ...]) -> None:
    """Run the scenarios of packages in memory. Example: karguzar scenario bpmn/citizen-appeal"""
    from processes.tools import run_scenarios

    failed = 0
    for name, problems in run_scenarios(paths):
        click.echo(f"{'failed' if problems else 'ok':7}{name}")
        for problem in problems:
            click.echo(f"       {problem}")
        failed += bool(problems)
    sys.exit(1 if failed else 0)


@main.command()
@PATHS
@click.option(
    "--trust", type=click.Path(path_type=Path, file_okay=False), help="Folder of certificates, CRLs and lists."
)
@REPORT_FORMAT
@told_plainly
def verify(paths: tuple[Path, ...], trust: Path | None, shape: str) -> None:
    """Verify signed PDFs offline. Example: karguzar verify --trust signed/trust signed/*/*.pdf"""
    from processes.tools import report_details, report_xml, verify_paths

    reports = verify_paths(paths, trust)
    if shape == "json":
        click.echo(json.dumps([report.as_json() for report in reports], ensure_ascii=False, indent=1))
    elif shape == "details":
        click.echo(json.dumps([report_details(report) for report in reports], ensure_ascii=False, indent=1))
    elif shape == "xml":
        click.echo(report_xml(reports), nl=False)
    else:
        for report in reports:
            _tell_report(report.as_json())
    sys.exit(0 if all(report.as_json()["verdict"] == "TOTAL-PASSED" for report in reports) else 1)


def _tell_report(report: dict[str, Any]) -> None:
    click.echo(f"{report['verdict']:15}{report['level'] or '-':7}{report['file']}")
    if report["waits_for"]:
        click.echo(f"               still to come: {', '.join(report['waits_for'])}")
    for signature in report["signatures"]:
        proven = signature["proven_at"] or "no timestamp"
        control = " · no sole control" if signature.get("sole_control") is False else ""
        click.echo(f"               {signature['signer']} · {signature['claimed_at']} · {proven}{control}")
    for finding in report["findings"]:
        click.echo(f"               {finding}")


main.add_command(archive)
main.add_command(user)
main.add_command(calendar)
main.add_command(body)
main.add_command(pki)
main.add_command(key)
main.add_command(trust)

if __name__ == "__main__":
    main()
