// Runs cases of a model in npm's bpmn-engine, in memory: `node cases.js MODEL.bpmn CASES`. Prints a line of JSON:
// milliseconds a case by the wall and of the processor. The model is parsed once, as our engine compiles it once.
import { readFile } from 'node:fs/promises';
import { EventEmitter } from 'node:events';
import { performance } from 'node:perf_hooks';
import BpmnModdle from 'bpmn-moddle';
import { Engine } from 'bpmn-engine';

const ANSWERS = {
  register: { applicant: 'Əli Məmmədov', subject: 'Su təchizatı', topic: 'water', pages: 3, urgent: false },
  review: { decision: 'go on', remark: '' },
  legal: { decision: 'go on', remark: '' },
  sign: { decision: 'go on', remark: '' },
};

const [file, cases] = process.argv.slice(2);
const Moddle = BpmnModdle.BpmnModdle ?? BpmnModdle;
const moddleContext = await new Moddle().fromXML(await readFile(file, 'utf8'));

function runCase(number) {
  return new Promise((resolve, reject) => {
    const listener = new EventEmitter();
    const done = [];
    listener.on('wait', (task) => {
      done.push(task.id);
      Object.assign(task.environment.variables, ANSWERS[task.id]);
      task.signal(ANSWERS[task.id]);
    });
    const engine = new Engine({ name: `case ${number}`, moddleContext });
    engine.once('error', reject);
    engine.once('end', () => resolve(done));
    engine.execute({ listener, variables: {} }).catch(reject);
  });
}

const wall = [], cpu = [];
for (let number = 0; number <= Number(cases); number += 1) {
  const started = performance.now(), used = process.cpuUsage();
  const done = await runCase(number);
  const spent = process.cpuUsage(used);
  if (done.join() !== 'register,review,legal,sign') throw new Error(`a case went ${done}`);
  if (number === 0) continue; // the first only warms up
  wall.push(performance.now() - started);
  cpu.push((spent.user + spent.system) / 1000);
}
console.log(JSON.stringify({ wall, cpu }));
process.exit(0);
