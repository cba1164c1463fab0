"""A package's other processes must not be somebody else's."""

from engine.package import package_from_files, partners_of
from processes.deployment import _taken
from tests.integration.engine.test_partners import two_pools
from tests.unit.engine_runtime.models import Model


def test_a_process_of_another_package_is_not_taken_away() -> None:
    package = package_from_files(two_pools())
    [partner] = partners_of(package)
    stranger = Model("answering").path("start", "end").package()
    assert _taken([package], {}) == []
    assert _taken([package], {"asking": package, "answering": partner}) == [], "deployed again it is its own"
    for packages, newest in (([package], {"answering": stranger}), ([package, stranger], {})):
        [finding] = _taken(packages, newest)
        assert (finding.element, finding.rule) == ("answering", "package-key")
