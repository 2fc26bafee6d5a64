import { readFileSync } from 'node:fs';
import { Context } from '@temporalio/activity';
import { type ActivityInboundCallsInterceptor, Worker, type WorkerOptions } from '@temporalio/worker';
import { guardDeeds, heldInMiddle } from './deeds';
import { type Gate, gateFiles, gatesVariable } from './gate-files';
import { type Held, waitAt } from './hold';

/** Loaded by `node --require` into a worker of the harness, before anything of Holdfast: every step looks whether a gate stands in its way. */
const folder = process.env[gatesVariable] ?? '';

const interceptor: ActivityInboundCallsInterceptor = {
  async execute(input, next) {
    const { info } = Context.current();
    const held = findGate(info.workflowExecution?.workflowId ?? '', stepOf(info.activityType, input.args));
    if (held === undefined) return next(input);
    const beat = () => {
      if (info.heartbeatTimeoutMs && !held.gate.silent) Context.current().heartbeat();
    };
    if (held.gate.moment === 'start') await waitAt(held, beat);
    const result = held.gate.moment === 'middle' ? await heldInMiddle(held, () => next(input)) : await next(input);
    if (held.gate.moment === 'after') await waitAt(held, beat);
    return result;
  },
};

/** The hook after the work is a step of its own here. */
function stepOf(activity: string, [input]: readonly unknown[]): string {
  const { hook } = (input ?? {}) as { hook?: string };
  return hook?.startsWith('run-after') ? `${activity}:after` : activity;
}

function findGate(jobId: string, step: string): Held | undefined {
  const files = gateFiles(folder, jobId);
  try {
    const gate = JSON.parse(readFileSync(files.armed, 'utf8')) as Gate;
    return gate.step === step ? { gate, files } : undefined;
  } catch {
    return undefined;
  }
}

const create = Worker.create.bind(Worker);
Worker.create = (options: WorkerOptions) =>
  create({ ...options, interceptors: { activity: [() => ({ inbound: interceptor })] } });
guardDeeds(folder);
