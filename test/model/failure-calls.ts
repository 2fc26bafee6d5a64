import { parseSync } from '@swc/core';

/** A call that makes an error of the table: its code, and the details that it names. */
export interface FailureCall {
  readonly code: string;
  readonly details: readonly string[];
  /** It takes details from elsewhere too, which cannot be read here. */
  readonly open: boolean;
}

const makers = new Set(['failure', 'fail', 'jobFailure']);

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** Those calls of a source file whose code is written out. */
export function failureCalls(source: string): FailureCall[] {
  const calls: FailureCall[] = [];
  visit(parseSync(source, { syntax: 'typescript', target: 'es2022' }) as unknown as Node, (node) => {
    if (node.type !== 'CallExpression' || !makers.has(String((node['callee'] as Node)['value']))) return;
    const [code, details] = (node['arguments'] as { expression: Node }[]).map(({ expression }) => expression);
    if (code?.type === 'StringLiteral') calls.push({ code: String(code['value']), ...detailsOf(details) });
  });
  return calls;
}

function detailsOf(node: Node | undefined): Pick<FailureCall, 'details' | 'open'> {
  if (node === undefined) return { details: [], open: false };
  if (node.type !== 'ObjectExpression') return { details: [], open: true };
  const properties = node['properties'] as Node[];
  const names = properties.map((property) => {
    if (property.type === 'Identifier') return String(property['value']); // shorthand
    return String((property['key'] as Node | undefined)?.['value']);
  });
  return { details: names, open: properties.some(({ type }) => type === 'SpreadElement') };
}

function visit(node: unknown, look: (node: Node) => void): void {
  if (typeof node !== 'object' || node === null) return;
  if ('type' in node) look(node as Node);
  for (const child of Object.values(node)) visit(child, look);
}
