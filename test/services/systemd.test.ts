import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemdService } from '../../src/services/systemd';
import { temporaryFolder } from '../pipeline/temporary-folder';
import { call } from './own-cluster';

/**
 * There is no systemd where these tests run: a small script stands for systemctl, with its options and output as its manual page and
 * its sources have them. It keeps the unit's state in a file: `<now> <then> <n>` becomes `<then>` after n more looks.
 */
const fakeSystemctl = `#!/bin/sh
here=$(dirname "$0"); echo "$*" >>"$here/calls"
[ "$1 $2" = "--no-ask-password --no-pager" ] || { echo "would ask" >&2; exit 1; }
shift 2
case "$1" in
  show)
    [ -e "$here/unit" ] || { echo "LoadState=not-found"; echo "ActiveState=inactive"; exit 0; }
    read -r now then left <"$here/unit"
    if [ -n "$then" ]; then
      if [ "$left" -gt 0 ]; then echo "$now $then $((left - 1))" >"$here/unit"; else now=$then; echo "$now" >"$here/unit"; fi
    fi
    echo "LoadState=loaded"; echo "ActiveState=$now" ;;
  reset-failed) echo inactive >"$here/unit" ;;
  start|stop) . "$here/$1" ;;
  status) echo "● $4 - a unit"; echo "systemd[1]: last words"; exit 3 ;;
esac
`;

const folder = temporaryFolder();

/** A unit in this state, and what start and stop do (shell, with $here for the folder). */
function unitIn(
  state: string | undefined,
  { start = 'echo active >"$here/unit"', stop = 'echo inactive >"$here/unit"' } = {},
) {
  const path = mkdtempSync(join(folder, 'bin-'));
  writeFileSync(join(path, 'systemctl'), fakeSystemctl);
  chmodSync(join(path, 'systemctl'), 0o755);
  writeFileSync(join(path, 'start'), start);
  writeFileSync(join(path, 'stop'), stop);
  if (state !== undefined) writeFileSync(join(path, 'unit'), `${state}\n`);
  const service = systemdService({ unit: 'shop/0', systemdUnit: 'postgresql@15-main', path: `${path}:/usr/bin:/bin` });
  const actions = () =>
    readFileSync(join(path, 'calls'), 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[2] ?? '')
      .filter((action) => action !== 'show' && action !== '');
  return { service, actions };
}

test.each([
  ['active', 'running'],
  ['reloading', 'running'],
  ['inactive', 'stopped'],
  ['failed', 'stopped'],
  ['activating active 2', 'running'],
  ['deactivating inactive 2', 'stopped'],
])('a unit that is %s counts as %s', async (found, expected) => {
  expect(await unitIn(found).service.state(call())).toBe(expected);
});

test('a unit that stays on its way is unknown when the time is over', async () => {
  expect(await unitIn('activating').service.state(call({ timeout: 200 }))).toBe('unknown');
});

test('stop and start act only where that is needed', async () => {
  const { service, actions } = unitIn('active');
  await service.start(call());
  await service.stop(call());
  await service.stop(call());
  await service.start(call());
  expect(actions()).toEqual(['stop', 'start']);
});

test('a unit on its way is waited for before anything is done, and after', async () => {
  const { service, actions } = unitIn('deactivating inactive 3');
  await service.stop(call());
  expect(actions()).toEqual([]);
  const slow = unitIn('active', { stop: 'echo deactivating inactive 3 >"$here/unit"' });
  await slow.service.stop(call());
  expect(slow.actions()).toEqual(['stop']);
});

test('a unit that failed too often may start again', async () => {
  const start = 'if [ "$(cat $here/unit)" = failed ]; then exit 1; else echo active >"$here/unit"; fi';
  const { service, actions } = unitIn('failed', { start });
  await service.start(call());
  expect(actions()).toEqual(['reset-failed', 'start']);
});

test('a start that fails says what systemctl said, and the unit’s last words are in the log', async () => {
  const start = 'echo failed >"$here/unit"; echo "Job for postgresql@15-main.service failed." >&2; exit 1';
  const failing = call();
  const message =
    'start unit "shop/0": systemctl start ended with exit code 1, the unit is failed: Job for postgresql@15-main.service failed.';
  await expect(unitIn('inactive', { start }).service.start(failing)).rejects.toMatchObject({
    code: 'start-failed',
    message,
  });
  expect(failing.log.lines).toContain('systemctl systemd[1]: last words');
});

test('a stop that ended well and left the unit running is a failure', async () => {
  const { service } = unitIn('active', { stop: 'true' });
  const message = expect.stringContaining('systemctl stop ended with exit code 0, the unit is active');
  await expect(service.stop(call())).rejects.toMatchObject({ code: 'stop-failed', message });
});

test('a unit that systemd does not know is neither stopped nor started', async () => {
  const { service, actions } = unitIn(undefined);
  const message = 'stop unit "shop/0": systemd knows no unit "postgresql@15-main"';
  await expect(service.stop(call())).rejects.toMatchObject({ code: 'stop-failed', message });
  await expect(service.start(call())).rejects.toMatchObject({ code: 'start-failed' });
  expect(actions()).toEqual([]);
});
