import type { Fault, Parked } from '../fault';
import type { Field } from '../field';
import { ownTar } from '../parts/tar-ground';
import { type Behaviour, unwrapTool, wrapTool } from '../parts/tool-wrapper';
import { untilEnded } from '../parts/until-ended';

/** A dump that its tool, or whoever wrapped it, gets wrong: pg_dump for online backups, tar for cold ones. */
function dumpBroken(name: string, title: string, behaviour: Behaviour, ending: readonly string[]): Fault {
  return {
    name,
    title,
    ground: ownTar,
    // later it has been made, before it makes no difference
    strikesAt: ({ scenario, step, moment }) =>
      !scenario.startsWith('restore') && moment === 'start' && ['stopDatabase', 'runDump'].includes(step),
    strike: async (field, parked) => {
      await field.laid(ownTar).misbehave(behaviour);
      for (const { lane } of parked) await wrapTool(lane.binDirectory, 'pg_dump', behaviour);
    },
    heal: async (field: Field, parked: readonly Parked[]) => {
      await untilEnded(field, parked);
      await field.laid(ownTar).behave(); // other backups are verified with it
    },
    tidy: async (lane, field) => {
      await field.laid(ownTar).behave();
      await unwrapTool(lane.binDirectory, 'pg_dump');
    },
    expect: () => ({ ending }),
  };
}

export const dumpFails = dumpBroken(
  'dump-fails-at-end',
  'dump exits non-zero after writing all its bytes',
  { kind: 'fails-at-end' },
  ['dump-failed'],
);

export const dumpCutShort = dumpBroken(
  'dump-cut-short',
  'dump cut short with exit 0',
  { kind: 'cut-short', bytes: 3_000 },
  ['dump-failed'],
);
