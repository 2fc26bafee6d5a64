import { createLog } from '../../src/workers/log';

function logOf(format: 'human' | 'json') {
  const lines: string[] = [];
  return { lines, log: createLog(format, (line) => lines.push(line)) };
}

test('an entry for people is one line with what belongs to it, and no task token', () => {
  const { log, lines } = logOf('human');
  log.info('asking for work', { taskToken: 'secret', taskQueue: 'holdfast', tries: 3 });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z INFO {2}asking for work taskQueue=holdfast tries=3$/);
});

test('an entry for machines is one JSON object', () => {
  const { log, lines } = logOf('json');
  log.error('a step failed', { taskToken: 'secret', error: new Error('why'), size: 5n });
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'error', message: 'a step failed', size: '5' });
  expect(lines[0]).toContain('Error: why');
  expect(lines[0]).not.toContain('secret');
});

test('an outage of Temporal is told once a minute, not once per poller', () => {
  const { log, lines } = logOf('human');
  for (let poller = 0; poller < 50; poller += 1) log.warn('gRPC call poll_activity_task_queue retried 6 times', {});
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('WARN  Temporal does not answer; trying again, and the work goes on');
});

test('what the SDK says of itself in the course of things is left out', () => {
  const { log, lines } = logOf('human');
  log.info('Worker state changed', { state: 'RUNNING' });
  log.warn('No workflows registered, not polling for workflow tasks');
  expect(lines).toEqual([]);
});
