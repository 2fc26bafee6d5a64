import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judgeHold, noTokens } from '../../src/agent/fencing';
import { Ledger } from '../../src/agent/ledger';
import { resetTokens } from '../../src/agent/reset-tokens';
import type { StopEntry } from '../../src/agent/stop-entry';
import { backupPlan } from './plans';

let state: string;
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'holdfast-ledger-'));
});
afterEach(() => rm(state, { recursive: true, force: true }));

const entry = (changes: Partial<StopEntry> = {}): StopEntry => ({
  unit: 'shop/0',
  jobId: 'a',
  workflowId: 'a',
  runId: 'a-run',
  lock: 'shop',
  token: 1,
  mode: 'exclusive',
  since: '2026-01-01T00:00:00.000Z',
  deadline: '2026-01-01T00:10:00.000Z',
  service: 'running',
  plan: backupPlan('a'),
  ...changes,
});

test('an entry is found by another life of the agent, in a file that only its user can read', async () => {
  await new Ledger(state).put('shop', entry());
  expect(await new Ledger(state).find('shop', 'shop/0')).toEqual(entry());
  const file = join(state, 'shop', 'stopped.json');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(state, 'shop'))).toEqual(['stopped.json']);
});

test('each unit of a database has its own entry, and the file goes with the last one', async () => {
  const ledger = new Ledger(state);
  await ledger.put('shop', entry());
  await ledger.put('shop', entry({ unit: 'shop/1', jobId: 'b' }));
  await ledger.remove('shop', 'shop/0');
  expect(await ledger.find('shop', 'shop/0')).toBeUndefined();
  expect((await ledger.find('shop', 'shop/1'))?.jobId).toBe('b');
  await ledger.remove('shop', 'shop/1');
  await ledger.remove('shop', 'shop/1');
  expect(await readdir(join(state, 'shop'))).toEqual([]);
});

test('a ledger that cannot be read is an error that names the file, not an empty ledger', async () => {
  const ledger = new Ledger(state);
  await ledger.put('shop', entry());
  await writeFile(join(state, 'shop', 'stopped.json'), '{"format-version":1');
  await expect(ledger.find('shop', 'shop/0')).rejects.toMatchObject({ code: 'ledger-unreadable', exit: 5 });
  const reported: unknown[] = [];
  expect(await ledger.all((error) => reported.push(error))).toEqual([]);
  expect(String(reported[0])).toContain(join(state, 'shop', 'stopped.json'));
});

test('what the ledger obeyed it remembers, per lock, over restarts', async () => {
  const hold = (token: number, mode: 'shared' | 'exclusive', lock = 'shop') => ({ lock, mode, token });
  await new Ledger(state).admit('shop', hold(5, 'exclusive'));
  const later = new Ledger(state);
  await expect(later.admit('shop', hold(4, 'shared'))).rejects.toMatchObject({
    code: 'hold-lost',
    message: 'act on database "shop" with token 4: a later hold (5) has been seen',
  });
  await later.admit('shop', hold(1, 'exclusive', 'other-lock'));
  await later.admit('shop', hold(5, 'exclusive'));
  const kept = async (lock: string) => JSON.parse(await readFile(join(state, lock, 'tokens.json'), 'utf8'));
  expect(await kept('shop')).toEqual({ shop: { exclusive: 5, any: 5 } });
  expect(await kept('other-lock')).toEqual({ 'other-lock': { exclusive: 1, any: 1 } });
});

test('a hold that was lost to a job on another database of the same instance is refused', async () => {
  const hold = (token: number) => ({ lock: 'cluster', mode: 'exclusive' as const, token });
  await new Ledger(state).admit('shop', hold(5));
  await new Ledger(state).admit('crm', hold(6));
  await expect(new Ledger(state).admit('shop', hold(5))).rejects.toMatchObject({ code: 'hold-lost' });
});

describe('of two holds', () => {
  const seenAfter = (...holds: readonly ['shared' | 'exclusive', number][]) =>
    holds.reduce((seen, [mode, token]) => {
      const verdict = judgeHold(seen, { mode, token });
      if ('refusedBy' in verdict) throw new Error(`${mode} ${token} is refused by ${verdict.refusedBy}`);
      return verdict.admitted;
    }, noTokens);
  const refused = (seen: ReturnType<typeof seenAfter>, mode: 'shared' | 'exclusive', token: number) =>
    'refusedBy' in judgeHold(seen, { mode, token });

  test('shared ones do not shut each other out, whichever came first', () => {
    expect(refused(seenAfter(['shared', 7]), 'shared', 6)).toBe(false);
  });
  test('an exclusive one shuts out every earlier one', () => {
    expect(refused(seenAfter(['exclusive', 7]), 'shared', 6)).toBe(true);
    expect(refused(seenAfter(['exclusive', 7]), 'exclusive', 6)).toBe(true);
  });
  test('a later shared one shuts out an earlier exclusive one, whose time is over', () => {
    expect(refused(seenAfter(['exclusive', 5], ['shared', 6]), 'exclusive', 5)).toBe(true);
  });
  test('a downgraded one goes on beside younger shared ones', () => {
    expect(refused(seenAfter(['exclusive', 5], ['shared', 6]), 'shared', 5)).toBe(false);
  });
});

test('work on one database is done one piece at a time, also after a failure, and others do not wait for it', async () => {
  const ledger = new Ledger(state);
  const order: string[] = [];
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = ledger.exclusively('shop', async () => {
    await held;
    order.push('first');
    throw new Error('fails');
  });
  const second = ledger.exclusively('shop', async () => order.push('second'));
  await ledger.exclusively('other', async () => order.push('other'));
  release();
  await expect(first).rejects.toThrow('fails');
  await second;
  expect(order).toEqual(['other', 'first', 'second']);
});

describe('a token of the future', () => {
  const day = 86_400_000;
  const hold = (token: number) => ({ lock: 'shop', mode: 'exclusive', token }) as const;
  const file = () => join(state, 'shop', 'tokens.json');

  test.each([Number.MAX_SAFE_INTEGER, Date.now() + 2 * day, 1e300])(
    '%p is not obeyed, and shuts nobody out',
    async (token) => {
      const ledger = new Ledger(state);
      await expect(ledger.admit('shop', hold(token))).rejects.toMatchObject({ code: 'hold-implausible', exit: 4 });
      await ledger.admit('shop', hold(Date.now()));
    },
  );

  test('that an earlier version has obeyed counts as none', async () => {
    const poison = Number.MAX_SAFE_INTEGER;
    await new Ledger(state).admit('shop', hold(1));
    await writeFile(file(), JSON.stringify({ shop: { exclusive: poison, any: poison } }));
    await new Ledger(state).admit('shop', hold(Date.now()));
  });

  test('and a file that nobody can read, are forgotten by a reset, after which older holds are refused and newer ones obeyed', async () => {
    const ahead = Date.now() + day / 2;
    await new Ledger(state).admit('shop', hold(ahead));
    await expect(new Ledger(state).admit('shop', hold(Date.now()))).rejects.toMatchObject({ code: 'hold-lost' });
    for (const text of [await readFile(file(), 'utf8'), '{half']) {
      await writeFile(file(), text);
      await resetTokens(state, 'shop');
      await expect(new Ledger(state).admit('shop', hold(Date.now() - 5_000))).rejects.toMatchObject({
        code: 'hold-lost',
      });
      await new Ledger(state).admit('shop', hold(Date.now()));
    }
  });
});
