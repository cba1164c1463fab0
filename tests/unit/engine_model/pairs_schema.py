"""What BPMN's schema says: elements, attributes, values, order."""

# ruff: noqa: E501 - the models are a table: one line each
from .builders import HEAD, chain
from .pairs import END, START, TASK, Pair, model, on_the_way, process

DRAWN = '<bpmndi:BPMNDiagram><bpmndi:BPMNPlane bpmnElement="p"><bpmndi:BPMNShape id="t_di" bpmnElement="{}"><dc:Bounds x="0" y="0" width="9" height="9"/></bpmndi:BPMNShape></bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'
FLOWS = chain("s", "t", "e")

PAIRS = [
    Pair("diagram-element", "gone", model(process(START, TASK, END, FLOWS), DRAWN.format("gone")), model(process(START, TASK, END, FLOWS), DRAWN.format("t"))),
    Pair("root", None, HEAD.replace("<definitions", "<diagram").encode() + process(START, TASK, END, FLOWS).encode() + b"</diagram>", on_the_way(TASK)),
    Pair("schema-element", "x", on_the_way('<robotTask id="x"/>' + TASK), on_the_way(TASK)),
    Pair("schema-element", "t", on_the_way('<task id="t"><script>x = 1</script></task>'), on_the_way('<scriptTask id="t"><script>x = 1</script></scriptTask>')),
    Pair("schema-element", "t", on_the_way('<scriptTask id="t"><script>x = 1</script><script>x = 2</script></scriptTask>'), on_the_way('<scriptTask id="t"><script>x = 1</script></scriptTask>')),
    Pair("schema-element", "t", on_the_way('<task id="t"><standardLoopCharacteristics loopMaximum="2"/><standardLoopCharacteristics loopMaximum="2"/></task>'), on_the_way('<task id="t"><standardLoopCharacteristics loopMaximum="2"/></task>')),
    Pair("schema-element", "t", on_the_way('<task id="t">now</task>'), on_the_way('<task id="t"><documentation>now</documentation></task>')),
    Pair("schema-element", "i1", on_the_way(TASK, "t", '<interface id="i1" name="i"/>'), on_the_way(TASK, "t", '<message id="m"/><interface id="i1" name="i"><operation id="o" name="o"><inMessageRef>m</inMessageRef></operation></interface>')),
    Pair("schema-attribute", "t", on_the_way('<task id="t" priority="1"/>'), on_the_way('<task id="t" karguzar:priority="1"/>')),
    Pair("schema-attribute", "t", on_the_way('<task id="t" isForCompensation="perhaps"/>'), on_the_way('<task id="t" isForCompensation="false"/>')),
    Pair("schema-attribute", "1t", on_the_way('<task id="1t"/>', "1t").replace(b'id="s_1t"', b'id="s_t"').replace(b'id="1t_e"', b'id="t_e"').replace(b'sourceRef="1t"', b'sourceRef="1t"'), on_the_way(TASK)),
    Pair("schema-attribute", "it", on_the_way(TASK, "t", '<itemDefinition id="it" structureRef="a b"/>'), on_the_way(TASK, "t", '<itemDefinition id="it" structureRef="a"/>')),
    Pair("schema-attribute", "p", model(process(START, TASK, END, FLOWS, attributes=' isExecutable="true" processType="Secret"')), model(process(START, TASK, END, FLOWS, attributes=' isExecutable="true" processType="None"'))),
    Pair("schema-attribute", "p", model(process(START, TASK, END, FLOWS, attributes=' isExecutable="true" isClosed="closed"')), model(process(START, TASK, END, FLOWS, attributes=' isExecutable="true" isClosed="true"'))),
    Pair("node-id", "process@line1", on_the_way(TASK).replace(b'<process id="p"', b"<process"), on_the_way(TASK)),
    Pair("text-format", "t", on_the_way('<task id="t"><documentation textFormat="plain">x</documentation></task>'), on_the_way('<task id="t"><documentation textFormat="text/html">x</documentation></task>')),
    Pair("schema-form", "p", model(process(FLOWS, '<laneSet id="ls"><lane id="l"/></laneSet>', START, TASK, END)), model(process('<laneSet id="ls"><lane id="l"/></laneSet>', START, TASK, END, FLOWS))),
    Pair("schema-form", "t", on_the_way('<task id="t"><karguzar:task/></task>'), on_the_way('<task id="t"><extensionElements><karguzar:task/></extensionElements></task>')),
    Pair("schema-form", None, on_the_way(TASK).replace(b' targetNamespace="urn:test"', b""), on_the_way(TASK)),
]  # fmt: skip
