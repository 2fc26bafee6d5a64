import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ground, Laid } from '../field';
import { mountSmallFileSystem, type SmallFileSystem } from './small-file-system';

export interface SpoolLaid extends Laid {
  readonly spool: SmallFileSystem;
}

/** The agent's spool is a file system of its own, large enough for all lanes at once. */
export const smallSpool: Ground<SpoolLaid> = {
  name: 'small-spool',
  changes: ['spool'],
  lay: async ({ folder }) => {
    const spool = await mountSmallFileSystem(join(folder, 'small-spool'), { MiB: 4096 });
    return { spool, agent: { spool: join(spool.folder, 'spool') }, close: () => spool.close() };
  },
};

export interface ClustersLaid extends Laid {
  /** Where a cold lane's cluster is. */
  readonly clusters: ReadonlyMap<string, SmallFileSystem>;
}

/** Each cold lane's cluster is on a file system of its own, large enough for a few of it. */
export const smallClusters: Ground<ClustersLaid> = {
  name: 'small-clusters',
  changes: ['clusters'],
  lay: async ({ folder }) => {
    const clusters = new Map<string, SmallFileSystem>();
    const parent = join(folder, 'small-clusters');
    await mkdir(parent, { mode: 0o755 });
    return {
      clusters,
      clusterFolder: async (lane) => {
        const small = await mountSmallFileSystem(join(parent, lane), { MiB: 176 });
        clusters.set(lane, small);
        return join(small.folder, 'postgres');
      },
      close: async () => {
        for (const small of clusters.values()) await small.close();
      },
    };
  },
};
