import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ArchiveReader } from '../../src/engines/postgresql/archive-reader';
import type { Portrait } from '../../src/engines/postgresql/portrait';
import type { Manifest } from '../../src/model/manifest';
import { findMajor } from '../../tools/find';
import { backUp, postgresql, sourceOf } from './back-up';
import { ownCluster } from './cluster';
import { changed, keepingArtefact, onlyMembers } from './forge';
import { startJob } from './job';
import { restoring } from './restoring';

const cluster = ownCluster();
const engine = postgresql();
let single: Manifest;
let parallel: Manifest;
const secret = () => join(cluster.folder, 'roots');

beforeAll(async () => {
  writeFileSync(secret(), "root's own\n", { mode: 0o600 });
  await cluster.sql('postgres', 'CREATE DATABASE shop');
  await cluster.sql('shop', 'CREATE TABLE words (word text)', `INSERT INTO words VALUES ('fine')`);
  await cluster.sql('shop', `SELECT lo_from_bytea(0, 'large')`);
  single = await backUp(cluster, startJob(cluster), 'logical');
  parallel = await backUp(cluster, startJob(cluster), 'logical', { jobs: 2, transfer: 'staged' });
}, 60_000);

const loading = (forged: Manifest) =>
  restoring(cluster, forged, { target: { kind: 'beside', name: 'copy' } })
    .load()
    .then(
      () => new Error('it was loaded'),
      (error: Error & { code?: string }) => error,
    );

/** What a role made by the portrait would show. */
const roles = async () =>
  (await cluster.sql('postgres', 'SELECT rolname FROM pg_roles ORDER BY 1')).map(({ rolname }) => rolname);

describe('a forged portrait', () => {
  const attack = `LOGIN; CREATE ROLE intruder SUPERUSER LOGIN; --`;
  const attacks: [string, (portrait: Portrait) => unknown][] = [
    [
      'an attribute of a role',
      ({ roles: [role] }) => Object.assign(role ?? {}, { name: 'new', attributes: { [attack]: true } }),
    ],
    [
      'a limit of connections',
      ({ roles: [role] }) => Object.assign(role ?? {}, { name: 'new', 'connection-limit': `1 ${attack}` }),
    ],
    [
      'an option of a membership',
      (portrait) =>
        Object.assign(portrait, {
          memberships: [{ role: 'pg_monitor', member: 'postgres', grantor: null, options: { [attack]: true } }],
        }),
    ],
    [
      'a privilege',
      ({ database }) =>
        Object.assign(database, {
          grants: [{ grantor: 'postgres', grantee: null, privilege: attack, grantable: false }],
        }),
    ],
    ['the database’s own limit', ({ database }) => Object.assign(database, { 'connection-limit': attack })],
  ];

  it.each(attacks)('does not get SQL of its own in as %s', async (_, change) => {
    const putBack = keepingArtefact(cluster, single, 'portrait');
    const before = await roles();
    const forged = changed(cluster, single, 'portrait', (text) => {
      const portrait = JSON.parse(text.toString('utf8')) as Portrait;
      change(portrait);
      return Buffer.from(JSON.stringify(portrait));
    });
    const failed = await loading(forged);
    const job = startJob(cluster);
    const verified = await engine.verify(job, forged, sourceOf(cluster, job, forged)).catch((error: Error) => error);
    putBack();
    expect(await roles()).toEqual(before);
    expect(failed).toMatchObject({ code: 'backup-corrupt' });
    expect(verified).toMatchObject({ code: 'backup-corrupt' });
  });

  it('does not make a superuser without a word', async () => {
    const putBack = keepingArtefact(cluster, single, 'portrait');
    const forged = changed(cluster, single, 'portrait', (text) => {
      const portrait = JSON.parse(text.toString('utf8')) as Portrait;
      const [role] = portrait.roles;
      const made = { ...role, name: 'backdoor', attributes: { SUPERUSER: true, LOGIN: true }, settings: [] };
      return Buffer.from(JSON.stringify({ ...portrait, roles: [...portrait.roles, made] }));
    });
    const { load, job } = restoring(cluster, forged, { target: { kind: 'beside', name: 'with_role' } });
    await load();
    putBack();
    expect(job.lines.join('\n')).toMatch(/WARNING: role "backdoor" is a superuser/);
    await cluster.sql('postgres', 'DROP ROLE backdoor');
  });
});

describe('a forged dump of many files', () => {
  /** The same dump, unpacked, changed and packed again. */
  const repacked = (change: (folder: string) => void): Manifest =>
    changed(cluster, parallel, 'dump-directory', (tar) => {
      const folder = join(cluster.folder, `repacked-${Math.random().toString(16).slice(2)}`);
      mkdirSync(folder);
      writeFileSync(join(folder, 'whole.tar'), tar);
      execFileSync('tar', ['-xf', join(folder, 'whole.tar'), '-C', folder]);
      change(join(folder, 'dump-directory'));
      return execFileSync('tar', ['-cf', '-', '-C', folder, 'dump-directory'], { maxBuffer: 2 ** 30 });
    });
  let putBack: () => void;
  beforeEach(() => {
    putBack = keepingArtefact(cluster, parallel, 'dump-directory');
  });
  afterEach(() => putBack());

  it('loads as it is', async () => {
    const { load } = restoring(
      cluster,
      repacked(() => {}),
      { target: { kind: 'beside', name: 'as_it_is' } },
    );
    await load();
    expect(await cluster.sql('as_it_is', 'SELECT word FROM words')).toEqual([{ word: 'fine' }]);
  });

  it('does not get a file of root read into the database as the rows of a table', async () => {
    const forged = repacked((folder) => {
      const file = join(folder, 'toc.dat');
      const toc = readFileSync(file);
      const [named = ''] = new ArchiveReader(toc).files().filter((name) => name.endsWith('.dat'));
      const text = (content: string) => {
        const length = Buffer.alloc(5);
        length.writeUInt32LE(content.length, 1);
        return Buffer.concat([length, Buffer.from(content)]);
      };
      const at = toc.indexOf(text(named));
      const end = at + text(named).length;
      const away = `../../../../../../../../..${secret()}`;
      writeFileSync(file, Buffer.concat([toc.subarray(0, at), text(away), toc.subarray(end)]));
    });
    const failed = await loading(forged);
    expect(failed).toMatchObject({
      code: 'backup-corrupt',
      message: expect.stringContaining('toc.dat" names the file'),
    });
    expect(await cluster.names()).not.toContain('copy');
  });

  it('does not get one read as a large object either', async () => {
    const forged = repacked((folder) => {
      const list = execFileSync('find', [folder, '-name', 'blobs*.toc'], { encoding: 'utf8' }).trim();
      writeFileSync(list, `4711 ../../../../../../../../..${secret()}\n`);
    });
    const failed = await loading(forged);
    expect(failed).toMatchObject({ code: 'backup-corrupt', message: expect.stringMatching(/blobs.*names the file/) });
  });

  it.each([
    ['a symbolic link', { name: 'dump-directory/toc.dat', type: '2', link: '/etc/passwd' }],
    ['a device', { name: 'dump-directory/null', type: '3' }],
    ['a member outside of its folder', { name: 'elsewhere/toc.dat', content: 'x' }],
  ])('with %s is refused', async (_, member) => {
    const forged = onlyMembers(cluster, parallel, 'dump-directory', member);
    expect(await loading(forged)).toMatchObject({ code: 'backup-corrupt' });
  });
});

it.each([15, 16, 17, 18])('understands the table of contents that pg_dump %i writes', (major) => {
  const folder = join(cluster.folder, `dump-${major}`);
  const { server } = cluster;
  const pgDump = join(findMajor(major), 'pg_dump');
  const connection = ['-h', '127.0.0.1', '-p', String(server.port), '-U', 'postgres'];
  const env = { ...process.env, PGPASSWORD: server.superuserPassword };
  execFileSync(pgDump, ['--format=directory', `--file=${folder}`, ...connection, 'shop'], { env });
  const files = new ArchiveReader(readFileSync(join(folder, 'toc.dat'))).files();
  expect(files).toEqual([
    expect.stringMatching(/^(\d+\.dat|blobs(_\d+)?\.toc)$/),
    expect.stringMatching(/\.(dat|toc)$/),
  ]);
});
