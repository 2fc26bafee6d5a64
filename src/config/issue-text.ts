import type { z } from 'zod';

type Issue = z.core.$ZodRawIssue;

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a mapping of keys',
  record: 'a mapping of names',
};

/** A finding of the schema in our words; quotes a value only where it stands for one of a few words. */
export function issueText(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return wrongKind(issue.input, kinds[issue.expected] ?? issue.expected);
    case 'invalid_value':
      return wrongWord(issue.input, issue.values.map(String));
    case 'invalid_union':
      return wrongBranch(issue);
    case 'too_small':
      return bound('at least', issue.minimum, issue.origin);
    case 'too_big':
      return bound('at most', issue.maximum, issue.origin);
    case 'invalid_format':
      return issue.format === 'url'
        ? 'must be a URL such as https://s3.example.org:9000'
        : 'is not written as it must be';
    default:
      return 'is not accepted';
  }
}

function wrongKind(input: unknown, wanted: string): string {
  if (input === undefined) return 'is missing';
  if (input === null) return `is empty: give it ${wanted}, or leave the key out`;
  return `must be ${wanted}, not ${kindOf(input)}`;
}

function kindOf(input: unknown): string {
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'number' && !Number.isInteger(input)) return 'a fraction';
  return kinds[typeof input] ?? typeof input;
}

function wrongWord(input: unknown, words: readonly string[]): string {
  const wanted = words.length === 1 ? `"${words[0]}"` : `one of ${words.join(', ')}`;
  if (input === undefined) return `is missing: must be ${wanted}`;
  if (typeof input !== 'string' && typeof input !== 'number') return `must be ${wanted}`;
  return `must be ${wanted}, not "${String(input).slice(0, 40)}"`;
}

function wrongBranch(issue: Extract<Issue, { code: 'invalid_union' }>): string {
  const { discriminator, options, input } = issue as { discriminator?: string; options?: unknown[]; input?: unknown };
  if (discriminator !== undefined) {
    return wrongWord((input as Record<string, unknown> | undefined)?.[discriminator], (options ?? []).map(String));
  }
  const messages = issue.errors.flatMap((branch) => branch.map((one) => one.message));
  return [...new Set(messages)].join(', or ');
}

function bound(how: string, limit: number | bigint, origin: string): string {
  if (origin === 'string') return limit === 1 ? 'must not be empty' : `must have ${how} ${limit} characters`;
  if (origin === 'array') return `must have ${how} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
  return `must be ${how} ${limit}`;
}
