import { z } from 'zod';
import { type ErrorCode, failure } from '../model/errors';
import { readJson } from '../model/read-json';
import { readIfThere } from './durable-file';

/** What each of these files is to whoever cannot read it. */
type UnreadableCode = Extract<ErrorCode, 'ledger-unreadable' | 'tokens-unreadable'>;

/** Reads one of the agent's own files; `absent` where there is none. Rejects with `code` where it cannot be understood. */
export async function readFileAs<T extends z.ZodType>(
  path: string,
  schema: T,
  absent: z.infer<T>,
  code: UnreadableCode = 'ledger-unreadable',
): Promise<z.infer<T>> {
  const text = await readIfThere(path);
  if (text === undefined) return absent;
  try {
    return schema.parse(readJson(text));
  } catch (cause) {
    throw failure(code, { file: path, reason: reasonOf(text, cause) }, cause);
  }
}

/** Not what stands in the file: only what is wrong with it. */
function reasonOf(text: string, cause: unknown): string {
  const version = versionIn(text);
  if (version !== undefined && version > 1) return `a newer Holdfast wrote it (format-version ${version})`;
  if (cause instanceof z.ZodError) return z.prettifyError(cause).replaceAll(/\s+/g, ' ');
  return (cause as Error).message;
}

function versionIn(text: string): number | undefined {
  try {
    const version: unknown = JSON.parse(text)?.['format-version'];
    return typeof version === 'number' ? version : undefined;
  } catch {
    return undefined;
  }
}
