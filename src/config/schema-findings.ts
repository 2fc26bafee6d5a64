import type { z } from 'zod';
import { issueText } from './issue-text';
import { keysAt } from './json-schema';
import { nearest } from './nearest';
import { type Finding, quotedKey } from './problem';
import { Config } from './schema';

export type Checked =
  | { readonly config: Config; readonly findings: readonly [] }
  | { readonly config: undefined; readonly findings: readonly Finding[] };

/** Reads a plain value by the schema; every mistake is a finding. */
export function checkSchema(value: unknown): Checked {
  const parsed = Config.safeParse(value, { error: issueText });
  if (parsed.success) return { config: parsed.data, findings: [] };
  return { config: undefined, findings: parsed.error.issues.flatMap((issue) => findingsOf(issue, value)) };
}

function findingsOf(issue: z.core.$ZodIssue, value: unknown): Finding[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(issue.path, key, value));
  if (issue.code === 'invalid_key') return [{ path: issue.path, message: `as a name: ${issue.issues[0]?.message}` }];
  return [{ path: issue.path, message: issue.message }];
}

function unknownKey(path: readonly PropertyKey[], key: string, value: unknown): Finding {
  const known = keysAt(path, value);
  const meant = nearest(key, known);
  const advice = key.includes(':')
    ? 'is a space missing after the colon?'
    : meant === undefined
      ? `known are ${known.join(', ')}`
      : `did you mean "${meant}"?`;
  return { path: [...path, key], message: `unknown key ${quotedKey(key)}: ${advice}` };
}
