"""Asks eark-validator about the package in argv[1]; run by the interpreter of its own environment, prints JSON."""

import importlib.util
import json
import sys
import urllib.request
from pathlib import Path

found = importlib.util.find_spec("eark_validator")
vocabularies = Path(found.origin).parent / "ipxml" / "resources" / "vocabs"
# it asks the network for vocabularies that it brings along
urllib.request.urlopen = lambda uri: (vocabularies / uri.rpartition("/")[2]).open("rb")

from eark_validator.packages import PackageValidator  # noqa: E402 - the vocabularies are read when it is imported

report = PackageValidator(Path(sys.argv[1])).validation_report
results = [*report.structure.messages]
if report.metadata is not None:
    results += [*report.metadata.schema_results.messages, *report.metadata.schematron_results.messages]
errors = [f"{each.rule_id}: {each.message}" for each in results if each.severity.name == "ERROR"]
told = {"structure": report.structure.status.name, "schema": None, "errors": errors}
if report.metadata is not None:
    told["schema"] = report.metadata.schema_results.status.name
sys.stdout.write(json.dumps(told))
