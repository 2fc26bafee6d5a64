import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenUnit } from '../../src/agent/open-unit';
import { untilHealthy } from '../../src/agent/until-healthy';
import { type ScriptedUnit, scriptedUnit } from './scripted-unit';

/** A server that answers only while it runs, and is waited for otherwise; it falls as often as asked, each time soon after its start. */
function falling(unit: ScriptedUnit, times: number): OpenUnit {
  const open = unit.open();
  let left = times;
  const fall = () => {
    if (left-- > 0) setTimeout(() => (unit.running = false), 20);
  };
  fall();
  const start = async () => {
    unit.calls.push('start');
    unit.running = true;
    fall();
  };
  const checkHealth: OpenUnit['engine']['checkHealth'] = async ({ signal }) => {
    await sleep(200, undefined, { signal });
    while (!unit.running) await sleep(50, undefined, { signal });
  };
  return {
    engine: { ...open.engine, checkHealth },
    context: { ...open.context, service: { ...open.context.service, start } },
  };
}

test('a server that is gone before it answers is started once more, not waited for', async () => {
  const unit = scriptedUnit();
  await untilHealthy(falling(unit, 1), 60_000);
  expect(unit.calls).toEqual(['start']);
  expect(unit.running).toBe(true);
});

test('one that falls again and again is given up after the third time', async () => {
  const unit = scriptedUnit();
  const began = Date.now();
  await expect(untilHealthy(falling(unit, 9), 60_000)).rejects.toMatchObject({ code: 'start-failed' });
  expect(unit.calls).toEqual(['start', 'start']);
  expect(Date.now() - began).toBeLessThan(30_000);
});

test('what the engine says of a server that runs is what counts', async () => {
  const unit = scriptedUnit();
  unit.failing.push('checkHealth');
  await expect(untilHealthy(unit.open(), 60_000)).rejects.toThrow('checkHealth fails as the test asked');
});

test('a job that is ended is not waited for', async () => {
  const stop = new AbortController();
  const unit = scriptedUnit();
  const { engine, context } = falling(unit, 0);
  unit.running = false;
  setTimeout(() => stop.abort(new Error('ended by the test')), 100);
  await expect(untilHealthy({ engine, context: { ...context, signal: stop.signal } }, 60_000)).rejects.toThrow();
});
