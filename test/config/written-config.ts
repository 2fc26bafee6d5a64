import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '../../src/config/load';
import { type ConfigProblem, problemsOf } from '../../src/config/problem';
import { HoldfastError } from '../../src/model/errors';

const sound = `agents:
  db1: { state: /var/lib/holdfast }
storages:
  near: { kind: directory, path: /srv/backups }
databases:
  shop:
    engine: postgresql
    storage: near
    units:
      - { name: shop/0, agent: db1 }
`;

/** A configuration without a mistake, with `more` added below the database. */
export function soundConfig(more = ''): string {
  return sound + more;
}

/** Runs `work` with the path of a file that holds `text`, and removes it again. */
export async function withFile<T>(text: string | Uint8Array, work: (file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-config-'));
  try {
    const file = path.join(folder, 'holdfast.yaml');
    await writeFile(file, text);
    return await work(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly problems: readonly ConfigProblem[];
}

/** How loading `text` fails; itself fails where loading does not. */
export async function refusalOf(text: string | Uint8Array): Promise<Refusal> {
  return withFile(text, async (file) => {
    const error = await loadConfig(file).then(
      () => new Error('the configuration was accepted'),
      (refused: unknown) => refused,
    );
    if (!(error instanceof HoldfastError)) throw error;
    return { code: error.code, message: error.message, problems: problemsOf(error) };
  });
}

/** The problems of `text` as `path (line): message`. */
export async function problemsIn(text: string): Promise<readonly string[]> {
  const { problems } = await refusalOf(text);
  return problems.map(({ path: where, line, message }) => `${where} (${line}): ${message}`);
}
