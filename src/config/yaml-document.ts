import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { type ConfigProblem, quotedKey } from './problem';
import { yamlMessages } from './yaml-messages';

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A text read as YAML 1.2: its plain value, what is wrong with it, and where each part of it stands. */
export interface YamlDocument {
  readonly value: unknown;
  readonly problems: readonly ConfigProblem[];
  /** Where the last part of `path` that exists begins. */
  locate(path: readonly PropertyKey[]): Position;
}

/**
 * Reads one YAML 1.2 document. Keys are always text (`1.10` stays `1.10`), `yes` and `on` are text, a key given twice is a problem. The
 * value is undefined where there are problems.
 */
export function readYaml(text: string): YamlDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.2',
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    logLevel: 'error',
  });
  const problems = [...textProblems(document, lines, text), ...versionProblems(document)];
  return {
    value: problems.length > 0 ? undefined : plainValue(document, problems),
    problems,
    locate: (path) => position(lines, offsetOf(document, path)),
  };
}

function textProblems(document: Document, lines: LineCounter, text: string): ConfigProblem[] {
  return [...document.errors, ...document.warnings].map((error) => {
    const named = error.code === 'DUPLICATE_KEY' ? `: ${quotedKey(keyAt(text, error.pos[0]))}` : '';
    return { path: '', ...position(lines, error.pos[0]), message: `${yamlMessages[error.code]}${named}` };
  });
}

/** A `%YAML 1.1` line would bring back `yes` for true and 0777 for 511. */
function versionProblems(document: Document): ConfigProblem[] {
  if (document.directives?.yaml.version !== '1.1') return [];
  return [{ path: '', line: 1, column: 1, message: 'the file asks for YAML 1.1; it is read as YAML 1.2 only' }];
}

function plainValue(document: Document, problems: ConfigProblem[]): unknown {
  try {
    return document.toJS();
  } catch {
    problems.push({ path: '', line: 1, column: 1, message: yamlMessages.RESOURCE_EXHAUSTION });
    return undefined;
  }
}

function keyAt(text: string, offset: number): string {
  return /^["']?([^"':\s]*)/.exec(text.slice(offset, offset + 200))?.[1] ?? '';
}

function position(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let offset = document.contents?.range?.[0] ?? 0;
  let node: unknown = document.contents;
  for (const key of path) {
    const next = child(isAlias(node) ? node.resolve(document) : node, key);
    if (next === undefined) return offset;
    offset = next.begin ?? offset;
    node = next.node;
  }
  return offset;
}

function child(node: unknown, key: PropertyKey): { node: unknown; begin: number | undefined } | undefined {
  if (isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
    return pair && { node: pair.value, begin: begin(pair.key) };
  }
  if (isSeq(node) && typeof key === 'number' && key < node.items.length) {
    return { node: node.items[key], begin: begin(node.items[key]) };
  }
  return undefined;
}

function begin(node: unknown): number | undefined {
  return (node as Node | null)?.range?.[0];
}
