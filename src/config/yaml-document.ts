import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
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
    uniqueKeys: false, // it compares each key with all before it; see repeatedKeys
    logLevel: 'error',
  });
  const problems = [...textProblems(document, lines), ...repeatedKeys(document, lines), ...versionProblems(document)];
  return {
    value: problems.length > 0 ? undefined : plainValue(document, problems),
    problems,
    locate: (path) => position(lines, offsetOf(document, path)),
  };
}

function textProblems(document: Document, lines: LineCounter): ConfigProblem[] {
  return [...document.errors, ...document.warnings].map((error) => ({
    path: '',
    ...position(lines, error.pos[0]),
    message: yamlMessages[error.code],
  }));
}

function repeatedKeys(document: Document, lines: LineCounter): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  visit(document, {
    Map: (_, map) => {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? String(key.value) : undefined;
        if (name === undefined) continue;
        const message = `${yamlMessages.DUPLICATE_KEY}: ${quotedKey(name)}`;
        if (seen.has(name)) problems.push({ path: '', ...position(lines, begin(key) ?? 0), message });
        seen.add(name);
      }
    },
  });
  return problems;
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
    const pair = pairsOf(node).get(String(key));
    return pair && { node: pair.value, begin: begin(pair.key) };
  }
  if (isSeq(node) && typeof key === 'number' && key < node.items.length) {
    return { node: node.items[key], begin: begin(node.items[key]) };
  }
  return undefined;
}

/** The first of each key; kept, since of a mapping with many mistakes many are looked for. */
function pairsOf(map: YAMLMap): ReadonlyMap<string, YAMLMap['items'][number]> {
  const known = pairs.get(map);
  if (known !== undefined) return known;
  const entries = map.items.flatMap((item) => (isScalar(item.key) ? [[String(item.key.value), item] as const] : []));
  const found = new Map(entries.toReversed());
  pairs.set(map, found);
  return found;
}

const pairs = new WeakMap<YAMLMap, ReadonlyMap<string, YAMLMap['items'][number]>>();

function begin(node: unknown): number | undefined {
  return (node as Node | null)?.range?.[0];
}
