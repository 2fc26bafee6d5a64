import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openContestants } from './bench/contestants';
import { fillDatabase, inMegabytes, run } from './bench/fill';
import { orchestrationOf, runJob } from './bench/jobs';
import { best, peakMemory, type Timing } from './bench/measure';
import { openPgBackRest } from './bench/pgbackrest';
import { type Figures, printReport } from './bench/report';
import { selfSigned } from './bench/self-signed';
import { temporaryFolder } from './servers/temporary-folder';
import { type Stack, startStack } from './stack/stack';

const usage = `usage: npm run bench -- [--size-mb 1024] [--times 1]
Measures backups and restores beside the tools that people use otherwise. All on this machine: PostgreSQL, the S3 server and the clients share its cores.
Holdfast compresses as it does by default, and with level 3, the default of zstd and pgBackRest.`;

/** The same database under a second name, compressed with zstd's own default level. */
const levelThree = 'shop-3';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'size-mb': { type: 'string', default: '1024' },
      times: { type: 'string', default: '1' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return console.log(usage);
  const certificates = await temporaryFolder('holdfast-bench-tls');
  const s3Tls = await selfSigned(certificates.path);
  const databases = { [levelThree]: { changes: { lock: 'shop', backup: { 'compression-level': 3 } } } };
  const config = { storage: { 'tls-ca-chain': s3Tls.cert }, databases };
  const stack = await startStack({ name: 'holdfast-bench', s3Tls, config });
  try {
    const bytes = await fillDatabase(stack.postgres, Number(values['size-mb']) * 2 ** 20);
    console.log(`database: ${inMegabytes(bytes)}, best of ${values.times}`);
    printReport(await measure(stack, Number(values.times), s3Tls.cert));
  } finally {
    await stack.close();
    await certificates.remove();
  }
}

async function measure(stack: Stack, runs: number, authority: string): Promise<Figures> {
  const agent = await startWorkers(stack);
  await runJob(stack, 'backup', {}, 'warm-up');
  const times: Record<string, Timing> = {};
  const time = async (name: string, work: (nth: number) => Promise<unknown>) => {
    times[name] = await timed(name, runs, work);
  };
  await measureLogical(stack, runs, authority, time);
  await measurePhysical(stack, runs, authority, time);
  await measurePgBackRest(stack, runs, time);
  const cold = await runJob(stack, 'backup', { method: 'cold' }, 'cold-0');
  const inPlace = await runJob(stack, 'restore', { 'backup-id': cold['backup-id'] }, 'cold-restore-0');
  await stack.postgres.stop();
  const copy = await timed(
    'tar | zstd -1 of the stopped cluster',
    runs,
    openContestants(stack, 1, authority).copyToNowhere,
  );
  await stack.postgres.start();
  await run(stack.postgres, 'postgres', 'DROP DATABASE shop');
  await run(stack.postgres, 'postgres', 'CREATE DATABASE shop');
  const empty = await runJob(stack, 'backup', { method: 'logical' }, 'empty');
  return {
    ...{ times, copy },
    downtimes: { cold: Number(cold['downtime-ms']) / 1000, restore: Number(inPlace['downtime-ms']) / 1000 },
    emptyBackup: (Date.parse(empty['finished-at']) - Date.parse(empty['started-at'])) / 1000,
    orchestration: await orchestrationOf(stack, 'empty'),
    events: (await orchestrationOf(stack, 'logical-0')).events,
    agentPeak: await peakMemory(agent),
  };
}

type Time = (name: string, work: (nth: number) => Promise<unknown>) => Promise<void>;

async function measureLogical(stack: Stack, runs: number, authority: string, time: Time): Promise<void> {
  const standard = openContestants(stack, 3, authority);
  const method = 'logical';
  await time('pg_dump | zstd', standard.dumpToNowhere);
  await time('pg_dump | zstd -1', openContestants(stack, 1, authority).dumpToNowhere);
  await time('pg_dump | zstd | aws s3 cp', standard.dumpToAws);
  await time('holdfast logical, level 3', (nth) =>
    runJob(stack, 'backup', { method, database: levelThree }, `logical-three-${nth}`),
  );
  await time('holdfast logical', (nth) => runJob(stack, 'backup', { method }, `logical-${nth}`));
  await time('aws s3 cp | zstd -d | pg_restore', standard.restoreFromAws);
  await time('holdfast logical restore', (nth) =>
    runJob(stack, 'restore', { 'backup-id': 'latest', into: `copy_${nth}` }, `logical-restore-${nth}`),
  );
  for (let nth = 0; nth < runs; nth += 1) await run(stack.postgres, 'postgres', `DROP DATABASE copy_${nth}`);
}

async function measurePhysical(stack: Stack, runs: number, authority: string, time: Time): Promise<void> {
  await run(stack.postgres, 'postgres', 'CHECKPOINT');
  await time('pg_basebackup | zstd', openContestants(stack, 3, authority).baseBackupToNowhere);
  for (const [database, suffix] of [[levelThree, ', level 3'] as const, ['shop', ''] as const]) {
    const folder = (nth: number) => join(stack.folder, 'postgres', `${database}-restored-${nth}`);
    await time(`holdfast physical${suffix}`, (nth) =>
      runJob(stack, 'backup', { method: 'physical', database }, `${database}-physical-${nth}`),
    );
    await time(`holdfast physical restore${suffix}`, (nth) =>
      runJob(
        stack,
        'restore',
        { 'backup-id': 'latest', into: folder(nth), database },
        `${database}-physical-restore-${nth}`,
      ),
    );
    for (let nth = 0; nth < runs; nth += 1) await rm(folder(nth), { recursive: true, force: true });
  }
}

/** Resolves to the agent's process id. */
async function startWorkers(stack: Stack): Promise<number> {
  await stack.holdfast.startWorker('control');
  return (await stack.holdfast.startWorker('agent')).pid;
}

async function measurePgBackRest(stack: Stack, runs: number, time: Time): Promise<void> {
  const rest = await openPgBackRest(stack.folder, stack.postgres, stack.s3);
  if (!rest) return console.log('pgBackRest is not installed; to measure it too: apt-get install pgbackrest');
  for (const [tuned, suffix] of [[false, ''] as const, [true, ', bundled, level 1'] as const]) {
    const target = (nth: number) => join(stack.folder, 'postgres', `pgbackrest-${tuned}-${nth}`);
    await time(`pgbackrest full${suffix}`, () => rest.backup(tuned));
    await time(`pgbackrest restore${suffix}`, (nth) => rest.restore(tuned, target(nth)));
    for (let nth = 0; nth < runs; nth += 1) await rm(target(nth), { recursive: true, force: true });
  }
}

async function timed(name: string, times: number, work: (nth: number) => Promise<unknown>): Promise<Timing> {
  const timing = await best(times, async (nth) => void (await work(nth)));
  console.log(`  ${name.padEnd(36)} ${timing.runs.map((one) => `${one.toFixed(1)} s`).join('  ')}`);
  return timing;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
