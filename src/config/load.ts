import { readFile, stat } from 'node:fs/promises';
import { failure, type HoldfastError } from '../model/errors';
import { type ConfigProblem, ConfigProblems, dottedPath, type Finding, problemsText } from './problem';
import { rules } from './rules/rules';
import type { Config } from './schema';
import { checkSchema } from './schema-findings';
import { readSketch } from './sketch';
import { readYaml } from './yaml-document';

export { findConfig } from './find';

/**
 * Reads and checks a configuration file. Rejects with `configuration-missing`, or with `configuration-invalid` for all its mistakes at once
 * (the list: `problemsOf`). Secrets stay references, and no message quotes one.
 */
export async function loadConfig(file: string): Promise<Config> {
  return parseConfig(await readText(file), file);
}

/** The same for a text; `file` is only named in messages. */
export function parseConfig(text: string, file: string): Config {
  const document = readYaml(text);
  if (document.problems.length > 0) throw invalid(file, document.problems);
  const { config, findings } = checkSchema(document.value ?? {});
  const sketch = readSketch(document.value);
  const broken = rules.flatMap((rule) => rule(sketch));
  if (config !== undefined && broken.length === 0) return config;
  const problems = [...findings, ...beyond(findings, broken)].map(({ path, message }) => ({
    path: dottedPath(path) || 'the file',
    ...document.locate(path),
    message,
  }));
  throw invalid(
    file,
    problems.toSorted((a, b) => a.line - b.line || a.column - b.column),
  );
}

/** A rule adds nothing about a key that cannot be read. */
function beyond(findings: readonly Finding[], broken: readonly Finding[]): readonly Finding[] {
  const seen = new Set(findings.map(({ path }) => JSON.stringify(path)));
  return broken.filter(({ path }) => !seen.has(JSON.stringify(path)));
}

async function readText(file: string): Promise<string> {
  try {
    const found = await stat(file);
    const { mode } = found;
    // of /dev/zero there is no end
    if (found.isCharacterDevice() || found.isBlockDevice()) throw invalid(file, [{ path: '', message: 'is a device' }]);
    if ((mode & 0o002) !== 0) {
      throw invalid(file, [{ path: '', message: 'everyone can change it, and it names commands that run: chmod o-w' }]);
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): unknown {
  const { code } = error as { code?: unknown };
  if (code === 'ENOENT' || code === 'ENOTDIR') return failure('configuration-missing', { file, searched: file }, error);
  const reasons: Readonly<Record<string, string>> = {
    EACCES: 'may not be read by this user',
    EISDIR: 'is a folder',
    ERR_ENCODING_INVALID_ENCODED_DATA: 'is not UTF-8 text',
  };
  const reason = typeof code === 'string' ? reasons[code] : undefined;
  return reason === undefined ? error : invalid(file, [{ path: '', message: reason }]);
}

function invalid(file: string, problems: readonly ConfigProblem[]): HoldfastError {
  return failure('configuration-invalid', { file, problems: problemsText(problems) }, new ConfigProblems(problems));
}
