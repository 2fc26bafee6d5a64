import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { docsFolder, generatedFiles, staleFiles } from './docs/generated-files';

/** Writes the files of docs/ that are made from the code; with `--check` only says which are stale, and fails if any is. */
function main(args: readonly string[]): void {
  const stale = staleFiles();
  if (args.includes('--check')) {
    for (const name of stale) console.error(`docs/${name} is stale: npx tsx scripts/generate-docs.ts`);
    process.exitCode = stale.length > 0 ? 1 : 0;
    return;
  }
  const files = generatedFiles();
  for (const name of stale) writeFileSync(path.join(docsFolder, name), files.get(name) ?? '');
  console.log(stale.length > 0 ? `wrote ${stale.map((name) => `docs/${name}`).join(', ')}` : 'all is as it should be');
}

main(process.argv.slice(2));
