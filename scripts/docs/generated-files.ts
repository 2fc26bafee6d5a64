import { readFileSync } from 'node:fs';
import path from 'node:path';
import { configSchema } from '../../src/config/json-schema';
import { configurationPage } from './configuration-page';
import { errorsPage } from './errors-page';

export const docsFolder = path.resolve(__dirname, '..', '..', 'docs');

/** The files of docs/ that are made from the code, by name, as they should be. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const schema = configSchema();
  const example = readFileSync(path.join(docsFolder, 'holdfast.example.yaml'), 'utf8');
  return new Map([
    ['holdfast.schema.json', `${JSON.stringify({ title: 'holdfast.yaml', ...schema }, null, 2)}\n`],
    ['configuration.md', configurationPage(schema, example)],
    ['errors.md', errorsPage()],
  ]);
}

/** The names of those that differ from what stands in docs/. */
export function staleFiles(): readonly string[] {
  return [...generatedFiles()].filter(([name, text]) => current(name) !== text).map(([name]) => name);
}

function current(name: string): string | undefined {
  try {
    return readFileSync(path.join(docsFolder, name), 'utf8');
  } catch {
    return undefined;
  }
}
