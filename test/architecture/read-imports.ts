import { parseSync } from '@swc/core';

/** One import of a source file, as far as the import rules care. */
export interface Import {
  readonly specifier: string;
  /** Erased by the compiler: nothing of it is there when the program runs. */
  readonly typeOnly: boolean;
}

type Node = { readonly type: string } & Record<string, unknown>;

/** Every static, dynamic and `require`d import and re-export of a TypeScript source. */
export function readImports(source: string): Import[] {
  const found: Import[] = [];
  visit(parseSync(source, { syntax: 'typescript', target: 'es2022' }), (node) => {
    const read = readers[node.type]?.(node);
    if (read !== undefined) found.push(read);
  });
  return found;
}

const readers: Record<string, (node: Node) => Import | undefined> = {
  ImportDeclaration: (node) => ({ specifier: textOf(node['source']), typeOnly: isErased(node) }),
  ExportNamedDeclaration: (node) =>
    node['source'] ? { specifier: textOf(node['source']), typeOnly: isErased(node) } : undefined,
  ExportAllDeclaration: (node) => ({ specifier: textOf(node['source']), typeOnly: node['typeOnly'] === true }),
  TsExternalModuleReference: (node) => ({ specifier: textOf(node['expression']), typeOnly: false }),
  TsImportType: (node) => ({ specifier: textOf(node['argument']), typeOnly: true }),
  CallExpression: (node) => {
    const callee = node['callee'];
    const [first] = node['arguments'] as { expression: Node }[];
    const loads = isNode(callee) && (callee.type === 'Import' || callee['value'] === 'require');
    return loads && first?.expression.type === 'StringLiteral'
      ? { specifier: textOf(first.expression), typeOnly: false }
      : undefined;
  },
};

/** `import type …`, or every single name marked as a type. A bare `import './x'` has no names and runs the module. */
function isErased(node: Node): boolean {
  const names = node['specifiers'] as { isTypeOnly?: boolean }[];
  return node['typeOnly'] === true || (names.length > 0 && names.every((name) => name.isTypeOnly === true));
}

function textOf(literal: unknown): string {
  if (isNode(literal) && typeof literal['value'] === 'string') return literal['value'];
  throw new Error(`read imports: not a string literal: ${JSON.stringify(literal)}`);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

function visit(value: unknown, see: (node: Node) => void): void {
  if (Array.isArray(value)) for (const item of value) visit(item, see);
  else if (typeof value === 'object' && value !== null) {
    if (isNode(value)) see(value);
    for (const inner of Object.values(value)) visit(inner, see);
  }
}
