import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { allEnded } from '../pipeline/all-ended';
import { readIfThere, removeDurably, writeDurably } from './durable-file';

/** A process group in which a hook runs, or ran when the agent died. */
const HookGroup = z.object({ group: z.number(), jobId: z.string() });
export type HookGroup = z.infer<typeof HookGroup>;

/**
 * Notes in `<state>/children/` of hooks that run now. Unlike the children of our own a hook may start things that are meant to stay, so only what
 * stayed in its group counts as left behind.
 */
export class HookGroups {
  private readonly folder: string;

  constructor(state: string) {
    this.folder = join(state, 'children');
  }

  async note(hook: HookGroup): Promise<void> {
    await writeDurably(this.pathOf(hook), JSON.stringify(hook));
  }

  async forget(hook: HookGroup): Promise<void> {
    await removeDurably(this.pathOf(hook));
  }

  async all(): Promise<readonly HookGroup[]> {
    const names = await readdir(this.folder).catch(() => []);
    const hooks = await allEnded(names.map((name) => readHook(join(this.folder, name))));
    return hooks.filter((hook) => hook !== undefined);
  }

  private pathOf({ group }: HookGroup): string {
    return join(this.folder, `${group}.json`);
  }
}

async function readHook(path: string): Promise<HookGroup | undefined> {
  try {
    return HookGroup.parse(JSON.parse((await readIfThere(path)) ?? ''));
  } catch {
    return undefined; // half written when the agent died
  }
}
