import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A guard of the product, removed. */
export interface Mutation {
  readonly name: string;
  /** Relative to the folder of sources. */
  readonly file: string;
  readonly text: string;
  readonly becomes: string;
  /** Cells of which at least one must fail then: a choice as for `--only`. */
  readonly cells: readonly string[];
}

export const mutations: readonly Mutation[] = [
  {
    name: 'the restart after a failure can be cancelled',
    file: 'workflows/compensation.ts',
    text: 'return CancellationScope.nonCancellable(async () => {',
    becomes: 'return CancellationScope.current().run(async () => {',
    cells: ['cancelled cold runDump middle', 'cancelled cold stopDatabase after'],
  },
  {
    name: 'no ledger entry before the stop',
    file: 'agent/take-down.ts',
    text: '  const entry = { ...entryOf(actor, before), service };\n  await books.ledger.put(actor.plan.database, entry);\n',
    becomes: '  const entry = { ...entryOf(actor, before), service };\n',
    cells: ['terminated cold stopDatabase after', 'terminated cold runDump middle'],
  },
  {
    name: 'tokens are not checked before the database is taken away',
    file: 'agent/take-down.ts',
    text: '  await books.ledger.admit(database, actor.hold);\n',
    becomes: '',
    cells: ['terminated-late cold stopDatabase start', 'terminated-late restore fenceDatabase start'],
  },
  {
    name: 'the completion marker comes before the manifest',
    file: 'storage/seal.ts',
    text: `  await storage.put(keys.manifest, text);
  if (await storage.create(keys.complete, \`\${sha256}\\n\`)) return sha256;
`,
    becomes: `  const first = await storage.create(keys.complete, \`\${sha256}\\n\`);
  await storage.put(keys.manifest, text);
  if (first) return sha256;
`,
    cells: ['terminated-killed online sealBackup middle', 'terminated-killed cold sealBackup middle'],
  },
  {
    name: 'exit codes are not looked at before an object is completed',
    file: 'pipeline/start-pipeline.ts',
    text: '  if (cause) throw cause;\n',
    becomes: '',
    cells: ['dump-fails-at-end online runDump start', 'dump-fails-at-end cold runDump start'],
  },
];

/** Copies the sources into `folder` with the guard removed. Rejects where its text is not found exactly once. */
export async function mutate(sources: string, folder: string, { name, file, text, becomes }: Mutation): Promise<void> {
  await cp(sources, folder, { recursive: true });
  const path = join(folder, file);
  const parts = (await readFile(path, 'utf8')).split(text);
  if (parts.length !== 2)
    throw new Error(`mutation "${name}": its text is ${parts.length - 1} times in ${file}, not once`);
  await writeFile(path, parts.join(becomes));
}
