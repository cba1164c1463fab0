"""SpiffWorkflow 3.2.0 as it comes, in a process of its own: our engine repairs what it imports (ADR 0001).

Each line it reads is `[]` (start a case and bring it to its review) or `[case, element, variables]` (one user step);
each line it answers is what it was asked for: the case, or the seconds the step took by the wall and of the processor.
A step is one transaction on SQLite with synchronous=FULL: lock, restore, complete, save, commit. It keeps neither
history nor work items.
"""

import json
import sys
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from lxml import etree
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.camunda.parser import CamundaParser
from SpiffWorkflow.camunda.serializer import DEFAULT_CONFIG
from SpiffWorkflow.util.task import TaskState

from benchmarks.engine.model import PROCESS, STOCK, decision, model
from benchmarks.run import Clock
from processes.database import create_engine
from processes.lasting import keep_for_good


class Stock:
    """Cases of the measured process on one database."""

    def __init__(self, url: str) -> None:
        self._database = create_engine(url)
        self._table = sa.Table(
            "workflow", sa.MetaData(), sa.Column("id", sa.Uuid, primary_key=True), sa.Column("state", sa.Text)
        )
        self._table.metadata.create_all(self._database)
        self._select = sa.select(self._table.c.state).where(self._table.c.id == sa.bindparam("wanted"))
        self._update = self._table.update().where(self._table.c.id == sa.bindparam("wanted"))
        self._serializer = BpmnWorkflowSerializer(registry=BpmnWorkflowSerializer.configure(DEFAULT_CONFIG))
        parser = CamundaParser()
        parser.add_dmn_xml(etree.fromstring(decision()), "route.dmn")
        parser.add_bpmn_io(BytesIO(model(STOCK)))
        self._spec = parser.get_spec(PROCESS)
        self._inner = parser.get_subprocess_specs(PROCESS)
        keep_for_good()

    def start(self) -> UUID:
        """Begin a case; it waits at its first user task."""
        case = uuid4()
        workflow = BpmnWorkflow(self._spec, self._inner)
        workflow.do_engine_steps()
        with self._database.begin() as connection:
            state = self._serializer.serialize_json(workflow)
            connection.execute(self._table.insert(), {"id": case, "state": state})
        return case

    def step(self, case: UUID, element: str, variables: dict[str, Any]) -> None:
        """One user step."""
        with self._database.begin() as connection:
            state = connection.execute(self._select, {"wanted": case}).scalar_one()
            workflow = self._serializer.deserialize_json(state)
            task = workflow.get_next_task(state=TaskState.READY, spec_name=element)
            task.data.update(variables)
            task.run()
            workflow.do_engine_steps()
            state = self._serializer.serialize_json(workflow)
            connection.execute(self._update, {"wanted": case, "state": state})


def main() -> None:
    """Answer until there are no more questions."""
    if "engine.spiff" in sys.modules:
        raise SystemExit("stock SpiffWorkflow is to be measured without our repairs")
    stock = Stock(sys.argv[1])
    for line in sys.stdin:
        asked = json.loads(line)
        if not asked:
            print(json.dumps(str(stock.start())), flush=True)
            continue
        case, element, variables = asked
        clock = Clock()
        clock.measure(lambda: stock.step(UUID(case), element, variables))  # noqa: B023 - called at once
        print(json.dumps([*clock.wall, *clock.cpu]), flush=True)


if __name__ == "__main__":
    main()
