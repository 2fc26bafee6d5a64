import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openService } from '../../src/services/open-service';
import { temporaryFolder } from '../pipeline/temporary-folder';
import { call } from './own-cluster';

const folder = temporaryFolder();

/** A service that runs while a file is there. `settling`: seconds between the end of stop or start and the change. */
function flagService({ start, stop, settling = 0 }: { start?: string; stop?: string; settling?: number } = {}) {
  const place = mkdtempSync(join(folder, 'service-'));
  const flag = join(place, 'flag');
  const calls = join(place, 'calls');
  const later = (change: string) => [
    'sh',
    '-c',
    `echo ${change} >>${calls}; (sleep ${settling}; ${change}) & ${settling ? '' : 'wait'}`,
  ];
  const service = openService(
    {
      kind: 'command',
      start: start ? ['sh', '-c', start] : later(`touch ${flag}`),
      stop: stop ? ['sh', '-c', stop] : later(`rm ${flag}`),
      status: ['test', '-e', flag],
    },
    { unit: 'shop/0', stateFolder: join(place, 'state') },
  );
  return { service, flag, calls };
}

test('programs stop and start a service, only where that is needed', async () => {
  const { service, flag, calls } = flagService();
  await service.stop(call());
  expect(existsSync(calls)).toBe(false);
  await service.start(call());
  expect(existsSync(flag)).toBe(true);
  expect(await service.state(call())).toBe('running');
  await service.stop(call());
  expect(await service.state(call())).toBe('stopped');
});

test('a stop and a start that return early are waited for until the status program agrees', async () => {
  const { service, flag } = flagService({ settling: 0.6 });
  await service.start(call());
  expect(existsSync(flag)).toBe(true);
  await service.stop(call());
  expect(existsSync(flag)).toBe(false);
});

test('a stop that did not stop the service fails', async () => {
  const { service, flag } = flagService({ stop: 'true' });
  writeFileSync(flag, '');
  const message = expect.stringMatching(/^stop unit "shop\/0": "[a-z]+" does not say stopped within 300 ms$/);
  await expect(service.stop(call({ timeout: 300 }))).rejects.toMatchObject({ code: 'stop-failed', message });
});

test('a program that fails says with which exit code, and what it printed, which may be a secret, is in the log alone', async () => {
  const { service } = flagService({ start: 'echo starting; echo "fake: error: port is taken" >&2; exit 6' });
  const failing = call();
  const message = expect.stringMatching(/ended with exit code 6$/);
  await expect(service.start(failing)).rejects.toMatchObject({ code: 'start-failed', message });
  expect(failing.log.lines).toEqual(['sh starting', 'sh fake: error: port is taken']);
});

test('a service that keeps the output of its start open does not hold up the start', async () => {
  const { service, flag } = flagService({ start: 'touch FLAG; sleep 5 &' });
  writeFileSync(flag, '');
  const from = performance.now();
  await service.start(call());
  expect(performance.now() - from).toBeLessThan(3_000);
});

test('a program that hangs is ended when the time is over, and cancelling ends the wait with the reason', async () => {
  const hanging = flagService({ start: 'exec sleep 600' }).service;
  const cancel = new AbortController();
  const reason = new Error('cancelled by request');
  setTimeout(() => cancel.abort(reason), 200);
  await expect(hanging.start(call({ signal: cancel.signal }))).rejects.toBe(reason);
  await expect(hanging.start(call({ timeout: -4_800 }))).rejects.toMatchObject({
    code: 'start-failed',
    message: expect.stringContaining('sh did not end within'),
  });
});

test('a program that is not there is named', async () => {
  const config = { kind: 'command', start: ['true'], stop: ['true'], status: ['/no/such/program'] } as const;
  const service = openService(
    { ...config, start: [...config.start], stop: [...config.stop], status: [...config.status] },
    { unit: 'u', stateFolder: folder },
  );
  await expect(service.stop(call())).rejects.toMatchObject({
    code: 'stop-failed',
    message: 'stop unit "u": find tool "/no/such/program": not found in its folder',
  });
});

test('kind none refuses, and says that it can do neither', async () => {
  const service = openService({ kind: 'none' }, { unit: 'shop/0', stateFolder: folder });
  expect(service.canStop).toBe(false);
  expect(await service.state(call())).toBe('unknown');
  await expect(service.stop(call())).rejects.toMatchObject({ code: 'service-missing' });
  await expect(service.start(call())).rejects.toMatchObject({ code: 'service-missing' });
});
