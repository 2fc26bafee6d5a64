import { z } from 'zod';
import { readJson } from '../model/read-json';

/** As it is stored: for people to read, with a newline at its end. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** What a newer Holdfast wrote, in a form that this one does not know. */
export class NewerFormat extends Error {}

/** Reads stored JSON by its schema. Throws an ordinary Error that says in one line what is wrong, or a `NewerFormat`. */
export function parseJson<T extends z.ZodType>(schema: T, text: Buffer | string): z.infer<T> {
  const value = readJson(text.toString('utf8'));
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const newer = Newer.safeParse(value);
  if (newer.success) throw new NewerFormat(tellNewer(newer.data));
  const [first] = parsed.error.issues;
  throw new Error(`${first?.path.join('.') || 'it'}: ${first?.message}`);
}

const ownFormat = 1;
const Newer = z.looseObject({
  'format-version': z.int().gt(ownFormat),
  'holdfast-version': z
    .string()
    .regex(/^[\w.+-]{1,40}$/)
    .optional()
    .catch(undefined),
});

function tellNewer({ 'format-version': format, 'holdfast-version': version }: z.infer<typeof Newer>): string {
  const whose = version === undefined ? '' : ` (${version})`;
  return `made by a newer Holdfast${whose}, in format ${format}; this one reads format ${ownFormat}`;
}
