import type { ArtefactSource } from '../engines/engine';
import type { CheckedSource } from '../pipeline/artefact-source';
import type { AgentDependencies } from './agent-dependencies';
import { openBackup } from './backup-source';
import { findEngine } from './configured';
import type { AgentActivities } from './contract';
import { onUnit } from './on-unit';
import type { Step } from './step';

type Input = Parameters<AgentActivities['verifyBackup']>[0];
type Verified = Awaited<ReturnType<AgentActivities['verifyBackup']>>;

/** Reads every byte of a backup, and lets the engine that made it understand what it can. */
export function verifyBackup(dependencies: AgentDependencies): Step<Input, Verified> {
  return ({ plan }, work) =>
    onUnit(dependencies, plan, work, ({ context }) =>
      dependencies.gate.through(work.signal, async () => {
        const { manifest, source } = await openBackup(dependencies, plan, work, context);
        const { noting, seen } = noteReads(source);
        const notes = [...(await findEngine(dependencies.engines, plan.engine).verify(context, manifest, noting))];
        for (const artefact of manifest.artefacts.filter(({ path }) => !seen.has(path))) {
          work.report(`checking ${artefact.path}`, artefact['stored-bytes']);
          await source.check(artefact);
          notes.push(`${artefact.path}: checksum and sizes as in the manifest`);
        }
        return { bytes: manifest.artefacts.reduce((sum, { bytes }) => sum + bytes, 0), notes };
      }),
    );
}

/** Remembers what the engine has read to its end, which the source checks by itself. */
function noteReads(source: CheckedSource): { noting: ArtefactSource; seen: ReadonlySet<string> } {
  const seen = new Set<string>();
  const noting: ArtefactSource = {
    async intoCommands(artefact, commands) {
      await source.intoCommands(artefact, commands);
      seen.add(artefact.path);
    },
    async intoFile(artefact, path) {
      await source.intoFile(artefact, path);
      seen.add(artefact.path);
    },
    async text(artefact) {
      const text = await source.text(artefact);
      seen.add(artefact.path);
      return text;
    },
  };
  return { noting, seen };
}
