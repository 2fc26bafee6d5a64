import { failure } from '../../src/model/errors';
import type { Fingerprint } from './fingerprint';

export interface CompareOptions {
  /** Sections that may differ, such as `unlogged rows` after a physical backup of a running server. None if absent. */
  readonly ignoreSections?: readonly string[];
  /** Differences that may be: matched against the line that would report them. */
  readonly ignore?: RegExp;
}

/**
 * One readable line for each difference; empty when the second is all that the first was. Throws where one side lacks a
 * section.
 */
export function compareFingerprints(before: Fingerprint, after: Fingerprint, options: CompareOptions = {}): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const lines = [...names]
    .filter((name) => !options.ignoreSections?.includes(name))
    .flatMap((name) => compareSection(name, section(before, name), section(after, name)));
  return lines.filter((line) => !options.ignore?.test(line));
}

type Section = Fingerprint[string];

function section(of: Fingerprint, name: string): Section {
  const found = of[name];
  if (found === undefined)
    throw failure('process-failed', { tool: 'comparer', reason: `one has no section "${name}"` });
  return found;
}

function compareSection(name: string, before: Section, after: Section): string[] {
  const found = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return found.flatMap((item) => {
    const [was, is] = [before[item], after[item]];
    if (was === is) return [];
    if (is === undefined) return [`${name} ${item}: is missing (was ${bounded(was ?? '')})`];
    if (was === undefined) return [`${name} ${item}: is new (${bounded(is)})`];
    return [`${name} ${item}: ${contrast(was, is)}`];
  });
}

const context = 20;
const longest = 120;

/** The part of two long texts where they differ, with a little of what surrounds it. */
function contrast(was: string, is: string): string {
  let start = 0;
  while (start < was.length && was[start] === is[start]) start += 1;
  let end = 0;
  while (end < Math.min(was.length, is.length) - start && was.at(-1 - end) === is.at(-1 - end)) end += 1;
  const part = (text: string) => {
    const from = Math.max(0, start - context);
    const to = Math.min(text.length, text.length - end + context);
    return `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`;
  };
  return `was ${bounded(part(was))}, is ${bounded(part(is))}`;
}

function bounded(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return `"${line.length > longest ? `${line.slice(0, longest)}…` : line}"`;
}
