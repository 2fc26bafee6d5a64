import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type Behaviour, unwrapTool, wrapTool } from '../../scripts/faults/parts/tool-wrapper';
import type { HoldfastError } from '../../src/model/errors';
import { failureOf } from '../storage/failure-of';
import { backUp } from './back-up';
import { ownCluster } from './cluster';
import { startJob } from './job';

const cluster = ownCluster();
let tools: string;

beforeAll(async () => {
  await cluster.sql('postgres', 'CREATE DATABASE shop');
  await cluster.sql(
    'shop',
    'CREATE TABLE orders AS SELECT n, md5(n::text) AS text FROM generate_series(1, 20000) AS n',
    'CREATE TABLE last_one AS SELECT 1 AS n',
  );
  tools = join(cluster.folder, 'tools');
  await mkdir(tools);
  for (const tool of await readdir(cluster.server.binDirectory))
    await symlink(join(cluster.server.binDirectory, tool), join(tools, tool));
  await symlink('/usr/bin/tar', join(tools, 'tar'));
}, 60_000);

/** What a dump is refused with whose tool behaves so. */
async function dumpedWith(tool: string, behaviour: Behaviour, method = 'logical'): Promise<HoldfastError> {
  await wrapTool(tools, tool, behaviour);
  try {
    return await failureOf(backUp(cluster, startJob(cluster, { binDirectory: tools }), method));
  } finally {
    await unwrapTool(tools, tool);
  }
}

/** The size of the part of an archive that holds a table of one row: where a cut leaves all other tables whole. */
const oneRow = 1 + 5 + 5 + 2 + 5;

describe('a dump that is not whole', () => {
  it('fails when pg_dump does, at its very end', async () => {
    const failed = await dumpedWith('pg_dump', { kind: 'fails-at-end' });
    expect(failed.code).toBe('dump-failed');
    expect(failed.message).toContain('failing on purpose, after the last byte');
  });

  it.each([
    ['a byte', 1],
    ['a part of a row', 100],
    ['a table to its first byte', oneRow],
    ['nearly everything', 600_000],
  ])('fails when it lacks %s at its end, although pg_dump says that all is well', async (_, bytes) => {
    const failed = await dumpedWith('pg_dump', { kind: 'cut-short', bytes });
    expect(failed.code).toBe('dump-failed');
    expect(failed.message).toContain('pg_restore: error:');
  });

  it('is taken when nothing is missing', async () => {
    const manifest = await backUp(cluster, startJob(cluster, { binDirectory: tools }), 'logical');
    expect(manifest.artefacts.map(({ role }) => role)).toContain('dump');
  });
});

describe('a base backup that is not whole', () => {
  it.each([5_000, 500_000])(
    'fails when it lacks %i bytes at its end, although pg_basebackup says that all is well',
    async (bytes) => {
      const failed = await dumpedWith('pg_basebackup', { kind: 'cut-short', bytes }, 'physical');
      expect(failed.code).toBe('dump-failed');
      expect(failed.message).toContain('tar: ');
    },
  );

  it('is taken when nothing is missing', async () => {
    const manifest = await backUp(cluster, startJob(cluster, { binDirectory: tools }), 'physical');
    expect(manifest.artefacts.map(({ role }) => role)).toEqual(['base']);
  });
});

describe('an archive of tar that is not whole', () => {
  const path = process.env['PATH'];
  beforeEach(() => {
    process.env['PATH'] = `${tools}:${path}`;
  });
  afterEach(() => {
    process.env['PATH'] = path;
  });

  const archived = async (behaviour: Behaviour) => {
    await wrapTool(tools, 'tar', behaviour);
    try {
      return await failureOf(backUp(cluster, startJob(cluster), 'cold'));
    } finally {
      await unwrapTool(tools, 'tar');
      await cluster.server.start();
    }
  };

  it('fails when tar does, at its very end', async () => {
    const failed = await archived({ kind: 'fails-at-end' });
    expect(failed.code).toBe('dump-failed');
    expect(failed.message).toContain('failing on purpose, after the last byte');
  });

  it.each([
    ['a byte', 1],
    ['one of its blocks', 512 * 512],
  ])('fails when %s of it got lost, although tar says that all is well', async (_, bytes) => {
    const failed = await archived({ kind: 'cut-short', bytes });
    expect(failed.code).toBe('dump-failed');
    expect(failed.message).toMatch(/with tar: it wrote \d+ bytes, and \d+ arrived/);
  });
});
