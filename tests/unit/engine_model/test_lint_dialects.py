"""Models as other tools write them: findings that name the element and its foreign expression, never a crash.

Written by hand in each tool's manner; none is taken from a tool's own examples.
"""

# ruff: noqa: E501 - the models stand as the tools write them
import pytest

from engine.findings import Severity
from engine.lint import lint_bpmn
from engine.trace import TraceStatus, trace

CAMUNDA_7 = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:modeler="http://camunda.org/schema/modeler/1.0" id="Definitions_1"
 targetNamespace="http://bpmn.io/schema/bpmn" exporter="Camunda Modeler" modeler:executionPlatform="Camunda Platform">
 <bpmn:process id="loan" isExecutable="true" camunda:historyTimeToLive="180">
  <bpmn:startEvent id="start" camunda:initiator="who"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
  <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="check" />
  <bpmn:userTask id="check" name="Check" camunda:assignee="${who}" camunda:candidateGroups="clerks"><bpmn:extensionElements>
   <camunda:formData><camunda:formField id="amount" type="long" /></camunda:formData></bpmn:extensionElements>
   <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing></bpmn:userTask>
  <bpmn:sequenceFlow id="f2" sourceRef="check" targetRef="choice" />
  <bpmn:exclusiveGateway id="choice" default="f4"><bpmn:incoming>f2</bpmn:incoming><bpmn:outgoing>f3</bpmn:outgoing>
   <bpmn:outgoing>f4</bpmn:outgoing></bpmn:exclusiveGateway>
  <bpmn:sequenceFlow id="f3" sourceRef="choice" targetRef="pay">
   <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${amount &gt; 3}</bpmn:conditionExpression></bpmn:sequenceFlow>
  <bpmn:sequenceFlow id="f4" sourceRef="choice" targetRef="end" />
  <bpmn:serviceTask id="pay" camunda:delegateExpression="${payer}" camunda:asyncBefore="true">
   <bpmn:incoming>f3</bpmn:incoming><bpmn:outgoing>f5</bpmn:outgoing></bpmn:serviceTask>
  <bpmn:sequenceFlow id="f5" sourceRef="pay" targetRef="end" />
  <bpmn:endEvent id="end"><bpmn:incoming>f4</bpmn:incoming><bpmn:incoming>f5</bpmn:incoming></bpmn:endEvent>
 </bpmn:process></bpmn:definitions>"""
CAMUNDA_8 = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">
 <bpmn:process id="order" isExecutable="true">
  <bpmn:extensionElements><zeebe:versionTag value="1"/></bpmn:extensionElements>
  <bpmn:startEvent id="start"/><bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="ship"/>
  <bpmn:serviceTask id="ship"><bpmn:extensionElements><zeebe:taskDefinition type="ship" retries="3"/><zeebe:ioMapping>
   <zeebe:input source="=order.id" target="id"/></zeebe:ioMapping></bpmn:extensionElements>
   <bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>
    <zeebe:loopCharacteristics inputCollection="=items" inputElement="item"/></bpmn:extensionElements>
    <bpmn:completionCondition xsi:type="bpmn:tFormalExpression">=done &gt; 3</bpmn:completionCondition>
   </bpmn:multiInstanceLoopCharacteristics></bpmn:serviceTask>
  <bpmn:sequenceFlow id="f2" sourceRef="ship" targetRef="wait"/>
  <bpmn:intermediateCatchEvent id="wait"><bpmn:timerEventDefinition id="t1">
   <bpmn:timeDuration xsi:type="bpmn:tFormalExpression">=duration("PT" + string(hours) + "H")</bpmn:timeDuration>
  </bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>
  <bpmn:sequenceFlow id="f3" sourceRef="wait" targetRef="end"/><bpmn:endEvent id="end"/>
 </bpmn:process></bpmn:definitions>"""
FLOWABLE = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:flowable="http://flowable.org/bpmn"
 xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 typeLanguage="http://www.w3.org/2001/XMLSchema" expressionLanguage="http://www.w3.org/1999/XPath"
 targetNamespace="http://www.flowable.org/processdef">
 <process id="holiday" name="Holiday" isExecutable="true">
  <dataObject id="days" name="days" itemSubjectRef="xsd:int"><extensionElements><flowable:value>3</flowable:value></extensionElements></dataObject>
  <startEvent id="start" flowable:formKey="ask"/><sequenceFlow id="f1" sourceRef="start" targetRef="approve"/>
  <userTask id="approve" flowable:candidateGroups="managers" flowable:dueDate="${now}"/>
  <sequenceFlow id="f2" sourceRef="approve" targetRef="count"/>
  <scriptTask id="count" scriptFormat="groovy"><script>execution.setVariable("left", 3)</script></scriptTask>
  <sequenceFlow id="f3" sourceRef="count" targetRef="end"/>
  <boundaryEvent id="late" attachedToRef="approve" cancelActivity="false"><timerEventDefinition>
   <timeDuration>${deadline}</timeDuration></timerEventDefinition></boundaryEvent>
  <sequenceFlow id="f4" sourceRef="late" targetRef="end2"/><endEvent id="end2"/><endEvent id="end"/>
 </process></definitions>"""
SIGNAVIO = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:signavio="http://www.signavio.com"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="sid-1" exporter="Signavio Process Editor, http://www.signavio.com"
 expressionLanguage="http://www.w3.org/TR/XPath" targetNamespace="http://www.signavio.com">
 <collaboration id="sid-2"><extensionElements><signavio:signavioDiagramMetaData metaKey="revisionid" metaValue="1"/></extensionElements>
  <participant id="sid-3" name="Office" processRef="sid-4"/></collaboration>
 <process id="sid-4" isClosed="false" isExecutable="false" name="Office" processType="None">
  <laneSet id="sid-5"><lane id="sid-6" name="Clerk"><extensionElements><signavio:signavioMetaData metaKey="bgcolor" metaValue=""/>
   </extensionElements><flowNodeRef>sid-7</flowNodeRef><flowNodeRef>sid-8</flowNodeRef><flowNodeRef>sid-9</flowNodeRef></lane></laneSet>
  <startEvent id="sid-7" isInterrupting="true"><outgoing>sid-10</outgoing></startEvent>
  <task completionQuantity="1" id="sid-8" isForCompensation="false" name="Read" startQuantity="1"><incoming>sid-10</incoming>
   <outgoing>sid-11</outgoing></task><endEvent id="sid-9"><incoming>sid-11</incoming></endEvent>
  <sequenceFlow id="sid-10" isImmediate="true" sourceRef="sid-7" targetRef="sid-8"/>
  <sequenceFlow id="sid-11" isImmediate="true" sourceRef="sid-8" targetRef="sid-9"/>
 </process></definitions>"""
BIZAGI = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xmlns:xsd="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.bizagi.com/definitions/_1" exporter="Bizagi">
 <process id="Id_1" name="Main" isExecutable="false"><extensionElements><bizagi:BizagiExtensions xmlns:bizagi="http://www.bizagi.com/bpmn20">
   <bizagi:BizagiProperties><bizagi:BizagiProperty name="bgColor" value="#ffffff"/></bizagi:BizagiProperties></bizagi:BizagiExtensions>
  </extensionElements>
  <startEvent id="Id_2"><outgoing>Id_5</outgoing></startEvent>
  <exclusiveGateway id="Id_3" gatewayDirection="Diverging"><incoming>Id_5</incoming><outgoing>Id_6</outgoing><outgoing>Id_7</outgoing></exclusiveGateway>
  <endEvent id="Id_4"><incoming>Id_6</incoming></endEvent><endEvent id="Id_8"><incoming>Id_7</incoming></endEvent>
  <sequenceFlow id="Id_5" sourceRef="Id_2" targetRef="Id_3"/>
  <sequenceFlow id="Id_6" name="Yes" sourceRef="Id_3" targetRef="Id_4"/><sequenceFlow id="Id_7" name="No" sourceRef="Id_3" targetRef="Id_8"/>
 </process></definitions>"""
DIALECTS: dict[str, tuple[str, dict[str, str]]] = {
    "camunda-7": (CAMUNDA_7, {"f3": "${amount > 3}"}),
    "camunda-8": (CAMUNDA_8, {"ship": "=done > 3", "wait": '=duration("PT" + string(hours) + "H")'}),
    "flowable": (FLOWABLE, {"late": "${deadline}", "count": 'execution.setVariable("left", 3)'}),
    "signavio": (SIGNAVIO, {"sid-4": "isExecutable"}),
    "bizagi": (BIZAGI, {"Id_1": "isExecutable", "Id_6": "Id_3", "Id_7": "Id_3"}),
}


@pytest.mark.parametrize("tool", DIALECTS)
def test_a_model_of_another_tool_is_told_what_it_needs_here(tool):
    model, wanted = DIALECTS[tool]
    errors = [finding for finding in lint_bpmn(model.encode()) if finding.severity is Severity.ERROR]
    for element, told in wanted.items():
        assert any(finding.element == element and told in finding.message for finding in errors), errors
    assert {finding.element for finding in errors} <= wanted.keys()
    assert trace(model.encode()).status is TraceStatus.REFUSED
