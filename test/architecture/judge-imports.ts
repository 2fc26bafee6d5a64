import { isBuiltin } from 'node:module';
import path from 'node:path';
import { type Import, readImports } from './read-imports';
import { entryPoints, type RoomRule, rules } from './rules';

/** The rule breaks of one source file, each a sentence; `file` is relative to the project's root, with slashes. */
export function judgeImports(file: string, source: string): string[] {
  const room = roomOf(file);
  const rule = rules[room];
  if (rule === undefined) return [`${file}: "${room}" has no import rule; add one to test/architecture/rules.ts`];
  return readImports(source).flatMap((found) => {
    const complaint = found.specifier.startsWith('.')
      ? judgeOwn(file, room, rule, found)
      : judgePackage(room, rule, found);
    return complaint === undefined ? [] : [`${file}: ${complaint}`];
  });
}

/** Files of src that a source file imports values from, without extension and not resolved further. */
export function valueImports(file: string, source: string): string[] {
  return readImports(source)
    .filter(({ specifier, typeOnly }) => specifier.startsWith('.') && !typeOnly)
    .map(({ specifier }) => targetOf(file, specifier));
}

function judgeOwn(file: string, room: string, rule: RoomRule, { specifier, typeOnly }: Import): string | undefined {
  const target = targetOf(file, specifier);
  if (!target.startsWith('src/'))
    return `imports "${specifier}" from outside src, which the published package does not have`;
  const other = roomOf(target);
  if (other === room || rule.values.includes(other)) return undefined;
  if (other === 'workers' && entryPoints.includes(file)) return undefined;
  if (typeOnly) return rule.types?.includes(other) ? undefined : `${room} must not know the types of ${other}`;
  const hint = rule.types?.includes(other) ? ' (its types are fine: use `import type`)' : '';
  return `${room} must not import ${other}${hint}`;
}

function judgePackage(room: string, rule: RoomRule, { specifier, typeOnly }: Import): string | undefined {
  if (typeOnly || rule.packages === undefined || rule.packages.includes(packageOf(specifier))) return undefined;
  const what = isBuiltin(specifier) ? `Node's "${specifier}"` : `the package "${specifier}"`;
  return `${room} must not import ${what}`;
}

const targetOf = (file: string, specifier: string) => path.posix.join(path.posix.dirname(file), specifier);

const roomOf = (file: string) => file.split('/')[1] ?? '';

/** `@scope/name/deep` is of `@scope/name`. */
const packageOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
