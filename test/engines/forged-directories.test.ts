import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { runTool } from '../../scripts/servers/run-tool';
import type { Manifest } from '../../src/model/manifest';
import { backUp, postgresql, sinkOf, sourceOf } from './back-up';
import { ownCluster } from './cluster';
import { type ForgedMember, keepingArtefact, onlyMembers, withMembers } from './forge';
import { startJob } from './job';
import { backupPlan } from './plans';
import { restoring } from './restoring';

const cluster = ownCluster();
const engine = postgresql();
const backups: Record<string, Manifest> = {};
const backupBy = (method: string) => backups[method] as Manifest;
const tablespace = () => join(cluster.folder, 'fast');
/** Root's own, which nobody else may even read. */
const secret = () => join(cluster.folder, 'roots');
const secretFile = () => join(secret(), 'file');

beforeAll(async () => {
  if (process.getuid?.() !== 0) throw new Error('what an agent that is root could be made to do is tried as root');
  mkdirSync(secret(), { mode: 0o700 });
  writeFileSync(secretFile(), "root's own\n", { mode: 0o600 });
  await cluster.sql('postgres', 'CREATE DATABASE shop');
  await cluster.sql('shop', 'CREATE TABLE goods AS SELECT generate_series(1, 1000) AS id');
  backups['streamed'] = await backUp(cluster, startJob(cluster), 'physical');
  mkdirSync(tablespace());
  await runTool('chown', ['postgres:postgres', tablespace()]);
  await cluster.sql('postgres', `CREATE TABLESPACE fast LOCATION '${tablespace()}'`);
  await cluster.sql('shop', 'ALTER TABLE goods SET TABLESPACE fast');
  backups['physical'] = await backUp(cluster, startJob(cluster), 'physical');
  backups['cold'] = await backUp(cluster, startJob(cluster), 'cold');
}, 60_000);

/** Everything of root's that an attack could reach: what it is, whose, and what is in it. */
function roots(): unknown {
  const places = [cluster.folder, secret(), secretFile()];
  const facts = places.map((path) => {
    const { uid, gid, mode, size } = lstatSync(path);
    return [path, uid, gid, mode, size];
  });
  const names = readdirSync(cluster.folder).filter((name) => !['spool', 'storage', 'pg'].includes(name));
  return [...facts, names.sort(), readdirSync(secret()), readFileSync(secretFile(), 'utf8')];
}

const left = () =>
  [dirname(cluster.server.dataDirectory), tablespace(), secret()]
    .flatMap((folder) => readdirSync(folder))
    .filter((name) => name.includes('holdfast-'));

/** Loads a forged backup, which must fail and touch nothing of root's; resolves to how it failed. */
async function refused(forged: Manifest): Promise<{ code?: string; message: string }> {
  const before = roots();
  const { load, job, plan } = restoring(cluster, forged);
  const outcome = await load().then(
    (location) => new Error(`it was loaded into ${location}`),
    (error: Error & { code?: string }) => error,
  );
  expect(roots()).toEqual(before);
  await engine.discardLoaded(job, plan);
  expect(left()).toEqual([]);
  expect(roots()).toEqual(before);
  return outcome;
}

describe('a forged archive', () => {
  const members: [string, ForgedMember, RegExp][] = [
    ['a symbolic link that leads out', { name: 'base/away', type: '2', link: '/etc/passwd' }, /is a symbolic link/],
    ['a link in place of a tablespace', { name: 'pg_tblspc/99999', type: '2', link: '/etc' }, /is a symbolic link/],
    ['a symbolic link that stays inside', { name: 'base/near', type: '2', link: '1' }, /is a symbolic link/],
    ['a hard link', { name: 'base/hard', type: '1', link: 'PG_VERSION' }, /is a hard link/],
    ['a device', { name: 'base/null', type: '3' }, /is a device/],
    ['a pipe', { name: 'base/pipe', type: '6' }, /is a pipe/],
    ['a program that runs as its owner', { name: 'base/suid', mode: 0o4755, content: '#!' }, /runs as another user/],
    ['an absolute name', { name: '/tmp/holdfast-forged', content: 'x' }, /leads out of it/],
    ['a name that goes up', { name: 'base/../../forged', content: 'x' }, /leads out of it/],
    ['a name of two lines', { name: 'base/a\nb', content: 'x' }, /with control characters/],
    ['a file that is all hole', { name: 'base/hole', hole: 2 ** 32 }, /larger than the archive/],
  ];

  it.each(members)('with %s is refused, by load and by verify', async (_, member, reason) => {
    const putBack = keepingArtefact(cluster, backupBy('streamed'), 'base');
    const forged = onlyMembers(cluster, backupBy('streamed'), 'base', member);
    const failed = await refused(forged);
    const job = startJob(cluster);
    const verified = await engine.verify(job, forged, sourceOf(cluster, job, forged)).catch((error: Error) => error);
    putBack();
    // where tar refuses a member before it tells it, the refusal is tar's
    const told = /contains '\.\.'/.test(failed.message)
      ? { code: 'load-failed' }
      : { code: 'backup-corrupt', message: expect.stringMatching(reason) };
    expect(failed).toMatchObject(told);
    expect(verified).toMatchObject({ code: 'backup-corrupt', message: expect.stringMatching(reason) });
    expect(existsSync('/tmp/holdfast-forged')).toBe(false);
  });

  it('does not get the manifest of the base backup written through a link', async () => {
    const putBack = keepingArtefact(cluster, backupBy('physical'), 'base');
    const member = { name: 'backup_manifest', type: '2', link: secretFile() };
    const { artefacts, ...forged } = withMembers(cluster, backupBy('physical'), 'base', member);
    const last = (role: string) => Number(role === 'backup-manifest');
    const inOrder = artefacts.toSorted((one, other) => last(one.role) - last(other.role));
    const failed = await refused({ ...forged, artefacts: inOrder });
    putBack();
    expect(failed.code).toBe('backup-corrupt');
  });

  it('of a stopped server has no link in place of what the server itself makes, and keeps those of configuration', async () => {
    const putBack = keepingArtefact(cluster, backupBy('cold'), 'base');
    const link = { type: '2', link: '/etc/hostname' };
    for (const name of ['./backup_manifest', './global', './pg_tblspc/77777', './base/1/link', './recovery.signal']) {
      const failed = await refused(onlyMembers(cluster, backupBy('cold'), 'base', { name, ...link }));
      expect(failed).toMatchObject({ code: 'backup-corrupt', message: expect.stringContaining('is a symbolic link') });
      putBack();
    }
    // kept elsewhere by somebody, where nothing need be any more
    const own = [
      { name: './server.crt', type: '2', link: '/etc/hostname' },
      { name: './extra_hba.conf', type: '2', link: '../gone/pg_hba.conf' },
    ];
    const { load, job, plan } = restoring(cluster, withMembers(cluster, backupBy('cold'), 'base', ...own));
    const location = await load();
    for (const { name, link: target } of own) expect(readlinkSync(join(location, name))).toBe(target);
    await engine.discardLoaded(job, plan);
    putBack();
  });
});

describe('a forged manifest', () => {
  const forging = (change: Partial<{ role: string; link: string; target: string }>) => {
    const { facts } = backupBy('physical');
    const [first] = facts['linked-directories'] as { role: string; link: string; target: string }[];
    return {
      ...backupBy('physical'),
      facts: { ...facts, 'linked-directories': [{ ...first, ...change }] },
    } as Manifest;
  };

  it.each([
    ['goes up', { link: 'pg_tblspc/../../../roots' }],
    ['is absolute', { link: '/etc/holdfast' }],
    ['is of no tablespace', { link: 'base' }],
    ['is not of its role', { role: 'wal' }],
    ['leads to a path with detours', { target: '/tmp/../etc' }],
    ['leads to a relative path', { target: 'etc' }],
  ])('is refused where its link %s', async (_, change) => {
    expect(await refused(forging(change))).toMatchObject({ code: 'manifest-unreadable' });
  });

  it.each([
    ['of root is not given away', () => secret(), /no folder of user "postgres"/],
    ['that is a file is not written to', () => secretFile(), /no folder of user "postgres"/],
    [
      'that is not there is not made where only root can',
      () => join(cluster.folder, 'new.d'),
      /install -d -o postgres/,
    ],
  ])('is refused where its tablespace has a place: one %s', async (_, target, reason) => {
    const failed = await refused(forging({ target: target() }));
    expect(failed).toMatchObject({ code: 'data-directory-unusable', message: expect.stringMatching(reason) });
  });

  it('whose link is a folder of root that was there is refused also where nobody looked before', async () => {
    const before = roots();
    const forged = forging({ target: secret() });
    const { job, plan } = restoring(cluster, forged);
    await expect(engine.load(job, plan, forged, sourceOf(cluster, job, forged))).rejects.toMatchObject({
      code: 'load-failed',
    });
    await engine.discardLoaded(job, plan);
    expect(roots()).toEqual(before);
    expect(left()).toEqual([]);
  });
});

describe('a data directory in hostile hands', () => {
  const inDirectory = (...names: string[]) => join(cluster.server.dataDirectory, ...names);

  it.each([
    ['its log', () => inDirectory('pg_wal')],
    ['a tablespace', () => inDirectory('pg_tblspc', '77777')],
  ])('does not get what is only root’s copied as %s', async (_, link) => {
    const kept = `${link()}.kept`;
    if (existsSync(link())) renameSync(link(), kept);
    symlinkSync(secret(), link());
    const job = startJob(cluster);
    const dumped = await engine.dump(job, backupPlan(job, 'cold'), sinkOf(cluster, job)).catch((error: Error) => error);
    rmSync(link());
    if (existsSync(kept)) renameSync(kept, link());
    expect(dumped).toMatchObject({ code: 'dump-failed', message: expect.stringContaining('Permission denied') });
  });

  it('does not get a folder of root moved away or removed as its log', async () => {
    const before = roots();
    renameSync(inDirectory('pg_wal'), inDirectory('kept'));
    symlinkSync(secret(), inDirectory('pg_wal'));
    const failed = await refused(backupBy('streamed'));
    expect(failed).toMatchObject({ code: 'data-directory-unusable' });
    const { job, plan } = restoring(cluster, backupBy('streamed'), { target: { kind: 'in-place' } });
    await engine.load(job, plan, backupBy('streamed'), sourceOf(cluster, job, backupBy('streamed'))).catch(() => '');
    await engine.swap(job, plan).catch(() => '');
    await engine.swapBack(job, plan);
    await engine.discardLoaded(job, plan);
    expect(roots()).toEqual(before);
    rmSync(inDirectory('pg_wal'));
    renameSync(inDirectory('kept'), inDirectory('pg_wal'));
    expect(left()).toEqual([]);
  });

  it('does not get what lies behind a link changed, where one has the name of a restore’s own folder', async () => {
    const { load, job, plan } = restoring(cluster, backupBy('physical'));
    const location = await load();
    await engine.discardLoaded(job, plan);
    const before = roots();
    const own = join(tablespace(), location.slice(location.indexOf('holdfast-new-')));
    for (const path of [location, own]) {
      symlinkSync(secret(), path);
      chownSync(dirname(path), lstatSync(cluster.server.dataDirectory).uid, -1);
    }
    await load().catch(() => '');
    await engine.discardLoaded(job, plan).catch(() => '');
    expect(roots()).toEqual(before);
    for (const path of [location, own]) rmSync(path, { recursive: true, force: true });
  });
});
