import { access, link, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Artefact, Manifest } from '../../../model/manifest';
import type { Command } from '../../../pipeline/pipeline';
import { startPipeline } from '../../../pipeline/start-pipeline';
import type { ArtefactSource, EngineContext } from '../../engine';

const folderOf = (context: EngineContext) => join(context.workFolder, 'spooled');
const pathOf = (context: EngineContext, artefact: Artefact) => join(folderOf(context), basename(artefact.path));
const manifestOf = (context: EngineContext) => join(folderOf(context), 'manifest.json');

/** Fetches a whole backup, checked byte by byte and decompressed: what comes next takes the live database out of service, so nothing may be missing then. */
export async function spoolBackup(context: EngineContext, manifest: Manifest, source: ArtefactSource): Promise<string> {
  await mkdir(folderOf(context), { recursive: true, mode: 0o700 });
  for (const artefact of manifest.artefacts) {
    context.report(`fetching ${artefact.path}`, artefact.bytes);
    await source.intoFile(artefact, pathOf(context, artefact));
  }
  await writeFile(manifestOf(context), JSON.stringify(manifest), { mode: 0o600 });
  return folderOf(context);
}

/** A backup that was spooled. Rejects if any of it is not there. */
export async function readSpooled(context: EngineContext): Promise<{ manifest: Manifest; source: ArtefactSource }> {
  const manifest = Manifest.parse(JSON.parse(await readFile(manifestOf(context), 'utf8')));
  for (const artefact of manifest.artefacts) await access(pathOf(context, artefact));
  return { manifest, source: sourceIn(context) };
}

function sourceIn(context: EngineContext): ArtefactSource {
  return {
    intoCommands: (artefact, commands) => feed(context, pathOf(context, artefact), commands),
    intoFile: async (artefact, path) => {
      await rm(path, { force: true });
      await link(pathOf(context, artefact), path);
    },
    text: (artefact) => readFile(pathOf(context, artefact), 'utf8'),
  };
}

async function feed(context: EngineContext, path: string, commands: readonly Command[]): Promise<void> {
  const file = await open(path, 'r');
  try {
    const { signal, log } = context;
    await startPipeline(commands, { signal, log, stdin: file.fd, stdout: 'none' }).done;
  } finally {
    await file.close();
  }
}
