import { chmodSync, existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ground, Laid } from '../field';
import { type Behaviour, unwrapTool, wrapTool } from './tool-wrapper';

export interface TarLaid extends Laid {
  /** All archives of all lanes are made so from now on. */
  misbehave(behaviour: Behaviour): Promise<void>;
  /** Idempotent. */
  behave(): Promise<void>;
}

/** Workers find a tar that can be told to misbehave; PostgreSQL's own tools are each lane's. */
export const ownTar: Ground<TarLaid> = {
  name: 'own-tar',
  changes: ['path'],
  lay: async ({ folder }) => {
    const path = join(folder, 'own-tools');
    await mkdir(path);
    chmodSync(path, 0o755);
    const real = ['/usr/bin/tar', '/bin/tar'].find((each) => existsSync(each));
    if (real === undefined) throw new Error('no tar in /usr/bin or /bin');
    await symlink(real, join(path, 'tar'));
    const behave = () => unwrapTool(path, 'tar');
    return {
      path,
      behave,
      misbehave: async (behaviour) => {
        await behave();
        await wrapTool(path, 'tar', behaviour);
      },
      close: behave,
    };
  },
};
