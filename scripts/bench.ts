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

const usage = `usage: npm run bench -- [--size-mb 1024] [--level 3] [--times 1]
Measures backups and restores beside the tools that people use otherwise. All on this machine: PostgreSQL, the S3 server and the clients share its cores.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'size-mb': { type: 'string', default: '1024' },
      level: { type: 'string', default: '3' },
      times: { type: 'string', default: '1' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return console.log(usage);
  const certificates = await temporaryFolder('holdfast-bench-tls');
  const s3Tls = await selfSigned(certificates.path);
  const level = Number(values.level);
  const stack = await startStack({
    name: 'holdfast-bench',
    s3Tls,
    config: { storage: { 'tls-ca-chain': s3Tls.cert }, shop: { backup: { 'compression-level': level } } },
  });
  try {
    const bytes = await fillDatabase(stack.postgres, Number(values['size-mb']) * 2 ** 20);
    console.log(`database: ${inMegabytes(bytes)}, zstd level ${level}, best of ${values.times}`);
    printReport(await measure(stack, level, Number(values.times), s3Tls.cert));
  } finally {
    await stack.close();
    await certificates.remove();
  }
}

async function measure(stack: Stack, level: number, times: number, authority: string): Promise<Figures> {
  const agent = await startWorkers(stack);
  await runJob(stack, 'backup', {}, 'warm-up');
  const standard = openContestants(stack, level, authority);
  const time = (name: string, work: (nth: number) => Promise<unknown>) => timed(name, times, work);
  const [backup, restore] = ['backup', 'restore'] as const;
  const dump = await time('pg_dump | zstd', standard.dumpToNowhere);
  const dumpAws = await time('pg_dump | zstd | aws s3 cp', standard.dumpToAws);
  const logical = await time('holdfast logical', (nth) =>
    runJob(stack, backup, { method: 'logical' }, `logical-${nth}`),
  );
  const loadAws = await time('aws s3 cp | zstd -d | pg_restore', standard.restoreFromAws);
  const logicalRestore = await time('holdfast logical restore', (nth) =>
    runJob(stack, restore, { 'backup-id': 'latest', into: `copy_${nth}` }, `logical-restore-${nth}`),
  );
  for (let nth = 0; nth < times; nth += 1) await run(stack.postgres, 'postgres', `DROP DATABASE copy_${nth}`);
  const base = await time('pg_basebackup | zstd', standard.baseBackupToNowhere);
  const physical = await time('holdfast physical', (nth) =>
    runJob(stack, backup, { method: 'physical' }, `physical-${nth}`),
  );
  const folder = (nth: number) => join(stack.folder, 'postgres', `restored-${nth}`);
  const physicalRestore = await time('holdfast physical restore', (nth) =>
    runJob(stack, restore, { 'backup-id': 'latest', into: folder(nth) }, `physical-restore-${nth}`),
  );
  for (let nth = 0; nth < times; nth += 1) await rm(folder(nth), { recursive: true, force: true });
  const rest = await measurePgBackRest(stack, level, times);
  const cold = await runJob(stack, backup, { method: 'cold' }, 'cold-0');
  const inPlace = await runJob(stack, restore, { 'backup-id': cold['backup-id'] }, 'cold-restore-0');
  await stack.postgres.stop();
  const copy = await time('tar | zstd of the stopped cluster', standard.copyToNowhere);
  await stack.postgres.start();
  await run(stack.postgres, 'postgres', 'DROP DATABASE shop');
  await run(stack.postgres, 'postgres', 'CREATE DATABASE shop');
  const empty = await runJob(stack, backup, { method: 'logical' }, 'empty');
  return {
    ...{ dump, dumpAws, logical, loadAws, logicalRestore, base, physical, physicalRestore, copy, ...rest },
    downtimes: { cold: Number(cold['downtime-ms']) / 1000, restore: Number(inPlace['downtime-ms']) / 1000 },
    emptyBackup: (Date.parse(empty['finished-at']) - Date.parse(empty['started-at'])) / 1000,
    orchestration: await orchestrationOf(stack, 'empty'),
    events: (await orchestrationOf(stack, 'logical-0')).events,
    agentPeak: await peakMemory(agent),
  };
}

/** Resolves to the agent's process id. */
async function startWorkers(stack: Stack): Promise<number> {
  await stack.holdfast.startWorker('control');
  return (await stack.holdfast.startWorker('agent')).pid;
}

async function measurePgBackRest(stack: Stack, level: number, times: number) {
  const rest = await openPgBackRest(stack.folder, stack.postgres, stack.s3, level);
  if (!rest) {
    console.log('pgBackRest is not installed; to measure it too: apt-get install pgbackrest');
    return {};
  }
  const target = join(stack.folder, 'postgres', 'pgbackrest-restored');
  const restored = async (tuned: boolean) => {
    await rest.restore(tuned, target);
    await rm(target, { recursive: true, force: true });
  };
  return {
    restBackup: await timed('pgbackrest full', times, () => rest.backup(false)),
    restRestore: await timed('pgbackrest restore', times, () => restored(false)),
    restTuned: await timed('pgbackrest full, bundled, level 1', times, () => rest.backup(true)),
    restTunedRestore: await timed('pgbackrest restore of that', times, () => restored(true)),
  };
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
