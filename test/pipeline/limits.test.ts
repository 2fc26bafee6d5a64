import { join } from 'node:path';
import { runTool } from '../../scripts/servers/run-tool';

/** What a process of its own says of one flood. */
async function flooded<T>(name: string, bytes: number): Promise<T & { readonly growth: number }> {
  const args = ['--import', require.resolve('tsx'), join(__dirname, 'flood-worker.ts'), name, String(bytes)];
  return JSON.parse((await runTool(process.execPath, args)).stdout);
}

test('memory stays flat while a gibibyte is stored by a storage slower than the producer', async () => {
  const { bytes, growth } = await flooded<{ bytes: number }>('artefact', 2 ** 30);
  expect(bytes).toBe(2 ** 30);
  expect(growth).toBeLessThan(20);
});

test('100 MB of error lines stay bounded in memory, in the log and in the message', async () => {
  const { message, logged, growth } = await flooded<{ message: string; logged: number }>('errors', 1e8);
  expect(message).toMatch(/^HoldfastError: run sh: exit code 1: fake: error: row is bad/);
  expect(message.length).toBeLessThan(1_200);
  expect(logged).toBeLessThan(2 ** 20 + 200);
  expect(growth).toBeLessThan(40);
});

test('an endless line is cut, and the lines after it are seen', async () => {
  const { lines, growth } = await flooded<{ lines: (number | string)[] }>('line', 3e8);
  expect(lines).toEqual([8_195, 'sh after']);
  expect(growth).toBeLessThan(40);
});
