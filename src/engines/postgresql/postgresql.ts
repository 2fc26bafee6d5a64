import type { Manifest } from '../../model/manifest';
import type { BackupPlan, RestorePlan } from '../../model/plan';
import type {
  ArtefactSink,
  ArtefactSource,
  Dump,
  Engine,
  EngineContext,
  Inspection,
  Loaded,
  MethodCapabilities,
  TimelineClaims,
} from '../engine';
import { boundToName } from './aside-first/bound-to-name';
import { readLoadReport } from './careful/load-report';
import { dumpCold } from './cold-dump';
import { compareInstance, compareLogical } from './compare';
import { isInterrupted } from './connection-lost';
import { discardLoadedDirectory, dropPreviousDirectory } from './directory-cleaning';
import { loadDirectory } from './directory-load';
import { swapDirectories, swapDirectoriesBack } from './directory-swap';
import { isServerDown } from './down';
import { fence, readFence, unfence } from './fence';
import { checkServerHealth } from './health';
import { inspectLogicalBackup } from './inspect-backup';
import { inspectColdBackup, inspectPhysicalBackup } from './inspect-directory-backup';
import { inspectDirectoryRestore } from './inspect-directory-restore';
import { inspectLogicalRestore } from './inspect-restore';
import { discardLoadedDatabase, dropPreviousDatabase } from './logical-cleaning';
import { dumpLogical } from './logical-dump';
import { loadLogical } from './logical-load';
import { swapDatabases, swapDatabasesBack } from './logical-swap';
import { databaseName } from './names';
import { dumpPhysical } from './physical-dump';
import { told } from './told';
import { verifyDirectories, verifyLogical } from './verify';

/** One way to copy a PostgreSQL database, with everything that depends on it. */
interface Method {
  readonly capabilities: MethodCapabilities;
  inspectForBackup(context: EngineContext, plan: BackupPlan): Promise<Inspection>;
  inspectForRestore(context: EngineContext, plan: RestorePlan, manifest: Manifest): Promise<Inspection>;
  dump(context: EngineContext, plan: BackupPlan, sink: ArtefactSink): Promise<Dump>;
  load(
    context: EngineContext,
    plan: RestorePlan,
    manifest: Manifest,
    source: ArtefactSource,
    claims?: TimelineClaims,
  ): Promise<Loaded>;
  discardLoaded(context: EngineContext, plan: RestorePlan): Promise<void>;
  swap(context: EngineContext, plan: RestorePlan): Promise<string | undefined>;
  swapBack(context: EngineContext, plan: RestorePlan): Promise<void>;
  dropPrevious(context: EngineContext, plan: RestorePlan): Promise<void>;
  compare(context: EngineContext, plan: RestorePlan, manifest: Manifest): Promise<readonly string[]>;
  verify(context: EngineContext, manifest: Manifest, source: ArtefactSource): Promise<readonly string[]>;
}

const logical: Method = {
  capabilities: {
    modes: ['online', 'fenced'],
    defaultMode: 'online',
    transfers: ['streamed', 'staged'],
    parallel: true,
    swap: 'fence',
  },
  inspectForBackup: inspectLogicalBackup,
  inspectForRestore: inspectLogicalRestore,
  dump: dumpLogical,
  load: loadLogical,
  discardLoaded: discardLoadedDatabase,
  swap: swapDatabases,
  swapBack: swapDatabasesBack,
  dropPrevious: dropPreviousDatabase,
  compare: compareLogical,
  verify: verifyLogical,
};

const directories = {
  inspectForRestore: inspectDirectoryRestore,
  load: loadDirectory,
  discardLoaded: discardLoadedDirectory,
  swap: swapDirectories,
  swapBack: swapDirectoriesBack,
  dropPrevious: dropPreviousDirectory,
  compare: compareInstance,
  verify: verifyDirectories,
} as const;

const physical: Method = {
  ...directories,
  capabilities: { modes: ['online'], defaultMode: 'online', transfers: ['streamed', 'staged'], swap: 'stop' },
  inspectForBackup: inspectPhysicalBackup,
  dump: dumpPhysical,
};

const cold: Method = {
  ...directories,
  capabilities: { modes: ['offline'], defaultMode: 'offline', transfers: ['staged', 'streamed'], swap: 'stop' },
  inspectForBackup: inspectColdBackup,
  dump: (context, _, sink) => dumpCold(context, sink),
};

const methods: Readonly<Record<string, Method>> = { logical, physical, cold };

/** PostgreSQL 13 to 18, by what its own tools can do. */
export function createPostgresqlEngine(): Engine {
  return {
    name: 'postgresql',
    methods: Object.fromEntries(Object.entries(methods).map(([name, { capabilities }]) => [name, capabilities])),
    inspectForBackup: (context, plan) => methodOf(plan.method).inspectForBackup(context, plan),
    inspectForRestore: (context, plan, manifest) => methodOf(plan.method).inspectForRestore(context, plan, manifest),
    readFence,
    fence,
    unfence,
    dump: (context, plan, sink) => {
      const details = { database: databaseName(context), tool: `method ${plan.method}` };
      return told(context, 'dump-failed', details, methodOf(plan.method).dump(context, plan, sink));
    },
    boundToName,
    loadReport: readLoadReport,
    load: (context, plan, manifest, source, claims) =>
      methodOf(plan.method).load(context, plan, manifest, source, claims),
    discardLoaded: (context, plan) => methodOf(plan.method).discardLoaded(context, plan),
    swap: (context, plan) => methodOf(plan.method).swap(context, plan),
    swapBack: (context, plan) => methodOf(plan.method).swapBack(context, plan),
    dropPrevious: (context, plan) => methodOf(plan.method).dropPrevious(context, plan),
    compare: (context, plan, manifest) => methodOf(plan.method).compare(context, plan, manifest),
    checkHealth: checkServerHealth,
    isDown: isServerDown,
    isInterrupted,
    verify: (context, manifest, source) => methodOf(manifest.method).verify(context, manifest, source),
  };
}

/** The planner offers no other methods than these. */
function methodOf(name: string): Method {
  const method = methods[name];
  if (method === undefined) throw new RangeError(`PostgreSQL has no method "${name}"`);
  return method;
}
