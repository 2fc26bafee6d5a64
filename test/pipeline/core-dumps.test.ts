import { spawnSync } from 'node:child_process';
import { forbidCoreDumps } from '../../src/pipeline/core-dumps';
import { runCommand } from '../../src/pipeline/run-command';
import { runServiceTool } from '../../src/services/service-tool';
import { memoryLog } from './memory-log';

const setLimit = (limit: string) => {
  expect(spawnSync('prlimit', ['--pid', String(process.pid), `--core=${limit}:`]).status).toBe(0);
};
afterAll(() => setLimit('0'));

const call = () => ({ signal: new AbortController().signal, log: memoryLog(), timeout: 10_000 });
const limits = ['-c', 'ulimit -Sc; ulimit -Hc'];

test('no child of a worker dumps its memory when it crashes; a server that is meant to live on may, as before', async () => {
  setLimit('unlimited');
  expect(forbidCoreDumps()).toBeUndefined();
  expect(forbidCoreDumps()).toBeUndefined();
  const { stdout } = await runCommand({ program: 'sh', args: limits }, call());
  expect(stdout).toBe('0\nunlimited\n');
  const asPostgres = await runCommand({ program: 'sh', args: limits, user: 'postgres' }, call());
  expect(asPostgres.stdout).toBe('0\nunlimited\n');
  for (const user of [undefined, 'postgres']) {
    const { output } = await runServiceTool({ program: 'sh', args: limits, user }, call());
    expect(output).toBe('unlimited\nunlimited\n');
  }
});
