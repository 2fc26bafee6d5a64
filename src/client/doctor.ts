import { randomBytes } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { Diagnosis } from '../activities/contract';
import type { Config } from '../config/schema';
import { HoldfastError } from '../model/errors';
import { searchAttributes } from '../model/search-attributes';
import { agentQueue, controlQueue } from '../model/task-queues';
import { withTemporal } from './connect';
import { outcomeOfFailure } from './job-outcome';
import { isPolled } from './workers-polling';

/** An agent that polls answers in seconds; one that does not would keep a person waiting. */
const checkupTimeout = '2m';

/** Everything that the configuration names, one finding each; never rejects for what it finds wrong. */
export async function diagnose(config: Config): Promise<Diagnosis[]> {
  try {
    return await withTemporal(config, async (client) => {
      const temporal = { subject: 'temporal', ok: true, message: 'answers' };
      const [attributes, workers, units] = await Promise.all([
        checkAttributes(client),
        checkControl(client),
        checkUnits(client, config),
      ]);
      return [temporal, attributes, workers, ...units];
    });
  } catch (error) {
    return [asFinding('temporal', error)];
  }
}

async function checkControl(client: Client): Promise<Diagnosis> {
  const polled = await isPolled(client, controlQueue, 'workflows');
  const remedy = 'holdfast up, or: holdfast worker --control';
  return polled
    ? { subject: 'control worker', ok: true, message: 'asks for work' }
    : { subject: 'control worker', ok: false, message: 'none asks for work', remedy };
}

async function checkAttributes(client: Client): Promise<Diagnosis> {
  const subject = 'search attributes';
  try {
    const { customAttributes } = await client.connection.operatorService.listSearchAttributes({
      namespace: client.options.namespace,
    });
    const missing = Object.values(searchAttributes).filter((name) => !(name in (customAttributes ?? {})));
    if (missing.length === 0) return { subject, ok: true, message: 'registered' };
    return {
      subject,
      ok: false,
      message: `missing: ${missing.join(', ')}`,
      remedy: 'start a control worker, which registers them: holdfast up',
    };
  } catch {
    return { subject, ok: true, message: 'not shown to this key; the control worker checks them when it starts' };
  }
}

async function checkUnits(client: Client, config: Config): Promise<Diagnosis[]> {
  const units = Object.entries(config.databases).flatMap(([database, { units }]) =>
    units.map((unit) => ({ database, unit })),
  );
  const findings = units.map(({ database, unit }) => checkUnit(client, database, unit.name, unit.agent));
  return (await Promise.all(findings)).flat();
}

async function checkUnit(client: Client, database: string, unit: string, agent: string): Promise<readonly Diagnosis[]> {
  const taskQueue = agentQueue(agent);
  if (!(await isPolled(client, taskQueue, 'activities'))) {
    return [
      {
        subject: `agent ${agent}`,
        ok: false,
        message: `none asks for work of unit ${unit}`,
        remedy: `holdfast worker --agent ${agent}`,
      },
    ];
  }
  const workflowId = `checkup/${unit}/${randomBytes(4).toString('hex')}`;
  try {
    const args = [{ database, unit, taskQueue }];
    return (await client.workflow.execute('checkup', {
      taskQueue: controlQueue,
      workflowId,
      args,
      workflowExecutionTimeout: checkupTimeout,
    })) as readonly Diagnosis[];
  } catch (error) {
    const outcome = outcomeOfFailure(workflowId, error);
    const { message, hint } = outcome.status === 'error' ? outcome.failure : { message: 'ended oddly', hint: '' };
    return [{ subject: `unit ${unit}`, ok: false, message, remedy: hint }];
  }
}

function asFinding(subject: string, error: unknown): Diagnosis {
  if (error instanceof HoldfastError) return { subject, ok: false, message: error.message, remedy: error.hint };
  throw error;
}
