import type { z } from 'zod';
import { readJson } from '../model/read-json';

/** As it is stored: for people to read, with a newline at its end. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Reads stored JSON by its schema. Throws an ordinary Error that says in one line what is wrong. */
export function parseJson<T extends z.ZodType>(schema: T, text: Buffer | string): z.infer<T> {
  const parsed = schema.safeParse(readJson(text.toString('utf8')));
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  throw new Error(`${first?.path.join('.') || 'it'}: ${first?.message}`);
}
