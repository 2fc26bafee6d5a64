import { failure } from '../../model/errors';
import type { RestorePlan } from '../../model/plan';
import { allEnded } from '../../pipeline/all-ended';
import type { EngineContext } from '../engine';
import { folderOf } from './control-data';
import { directoryNames } from './directory-names';
import { isServerDown } from './down';
import { databaseName } from './names';
import { endRecovery } from './new-timeline';
import { ownerOf } from './owner';
import { moveAside, moveBack, movesIn, putInPlace } from './put-in-place';
import { isThere, renameSynced } from './rename';
import { told } from './told';

/**
 * The live directory goes first and the new one comes last: in between there is none, so that a server which somebody starts meanwhile fails at once, instead of
 * running on the old data with new tablespaces. Interrupted anywhere it goes on from what it finds.
 */
export async function swapDirectories(context: EngineContext, plan: RestorePlan): Promise<string | undefined> {
  return stopped(context, async () => {
    const names = await directoryNames(context, plan);
    const [live, fresh, previous] = await allEnded([names.target, names.fresh, names.previous].map(isThere));
    if (!fresh) {
      if (live && previous) {
        await endRecovery(context, names.target);
        return names.previous;
      }
      refuse(context, `"${names.fresh}", which the backup was unpacked into, is not there`);
    }
    if (live && previous) refuse(context, `"${names.target}" and "${names.previous}" both exist`);
    const work = { context, owner: await ownerOf(names.fresh) };
    const folder = await folderOf(context, names.fresh);
    if (live) await renameSynced(names.target, names.previous, work);
    const aside = live || previous;
    const arriving = await movesIn(names.fresh, folder, names);
    if (aside) await moveAside(await movesIn(names.previous, folder, names), arriving, work);
    await putInPlace(names, work, arriving);
    await endRecovery(context, names.target);
    const kept = aside ? `; the old one is kept as "${names.previous}"` : '';
    context.log.line('swap', `"${names.target}" is the restored data directory now${kept}`);
    return aside ? names.previous : undefined;
  });
}

/** Does nothing where nothing was set aside by this job. */
export async function swapDirectoriesBack(context: EngineContext, plan: RestorePlan): Promise<void> {
  await stopped(context, async () => {
    const names = await directoryNames(context, plan);
    if (!(await isThere(names.previous))) return;
    const [live, fresh] = await allEnded([names.target, names.fresh].map(isThere));
    if (live && fresh) refuse(context, `"${names.target}" and "${names.fresh}" both exist`);
    const work = { context, owner: await ownerOf(names.previous) };
    if (live) await renameSynced(names.target, names.fresh, work);
    if (live || fresh) {
      const folder = await folderOf(context, names.fresh); // the old one may be what is damaged
      const [moved, old] = await allEnded([names.fresh, names.previous].map((path) => movesIn(path, folder, names)));
      await moveBack(names.fresh, moved ?? [], old ?? [], work);
    }
    await renameSynced(names.previous, names.target, work);
    context.log.line('swap', `"${names.target}" is the old data directory again`);
  });
}

function stopped<T>(context: EngineContext, work: () => Promise<T>): Promise<T> {
  const working = isServerDown(context).then((down) =>
    down ? work() : refuse(context, 'its server still runs, and directories are renamed only under a stopped one'),
  );
  return told(context, 'swap-failed', { database: databaseName(context) }, working);
}

function refuse(context: EngineContext, reason: string): never {
  throw failure('swap-failed', { database: databaseName(context), reason });
}
