import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Manifest } from '../../model/manifest';
import type { EngineContext, TimelineClaims } from '../engine';
import { readControlData } from './control-data';
import { dataDirectory, exists, majorIn } from './data-directory';
import { maintenanceName } from './names';
import { withSession } from './session';
import { highestTimelineIn } from './timelines';

/** How a restored cluster goes on: found out while the live one is still there to be asked, and kept in the job's folder. */
const Continuation = z.object({
  timeline: z.number().describe('that nobody was given before'),
  standby: z.boolean().describe('the live server follows another one'),
  restoreCommand: z.string().describe("the live server's own"),
});
export type Continuation = z.infer<typeof Continuation>;

/** No cluster came so far by restores; a file that says so is none of its own. */
const plausibleSteps = 1_000;

const file = (context: EngineContext) => join(context.workFolder, 'continuation.json');

/** Decides once for a job, however often it is asked. */
export async function planContinuation(
  context: EngineContext,
  manifest: Manifest,
  claims: TimelineClaims | undefined,
): Promise<Continuation> {
  const kept = await readContinuation(context);
  if (kept !== undefined) return kept;
  const live = await dataDirectory(context);
  const beyond = await highestKnown(context, manifest, live);
  const continuation = {
    timeline: (await claim(claims, manifest, beyond)) ?? beyond + 1,
    standby: await exists(join(live, 'standby.signal')),
    restoreCommand: await readRestoreCommand(context, manifest),
  };
  await writeFile(file(context), JSON.stringify(continuation), { mode: 0o600 });
  return continuation;
}

/** What is no identifier is found out when the control file is held against it. */
async function claim(claims: TimelineClaims | undefined, manifest: Manifest, beyond: number) {
  const system = manifest['system-identifier'];
  return /^\d{1,20}$/.test(system) ? claims?.claim(system, beyond) : undefined;
}

/** undefined where it was never decided. */
export async function readContinuation(context: EngineContext): Promise<Continuation | undefined> {
  try {
    return Continuation.parse(JSON.parse(await readFile(file(context), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Of the backup and of the live cluster, where that is the same one. */
async function highestKnown(context: EngineContext, manifest: Manifest, live: string): Promise<number> {
  const own = manifest.timeline ?? 1;
  const major = await majorIn(live);
  const control = major && (await readControlData(context, live, major).catch(() => undefined));
  context.signal.throwIfAborted();
  if (control && control.systemIdentifier !== manifest['system-identifier']) return own;
  const now = Math.max(own, control ? control.timeline : 0);
  const inLog = await highestTimelineIn(live);
  return inLog > now + plausibleSteps ? now : Math.max(now, inLog);
}

/** '' where the live server does not say: it may be stopped, or another cluster's. */
async function readRestoreCommand(context: EngineContext, manifest: Manifest): Promise<string> {
  const asking = withSession(
    context,
    { database: maintenanceName(context), connectTimeout: 5_000 },
    async (session) => {
      const [row] = await session.query<{ command: string; system: string }>(
        `SELECT current_setting('restore_command') AS command, system_identifier::text AS system FROM pg_control_system()`,
      );
      return row?.system === manifest['system-identifier'] ? row.command : '';
    },
  );
  const command = await asking.catch(() => '');
  context.signal.throwIfAborted();
  return command;
}
