import { z } from 'zod';
import { secretReferenceShape } from '../model/secret-reference';

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const sizes = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;
const tenYears = 3650 * units.d;

const notDuration = (issue: { input?: unknown }) =>
  `${shown(issue.input)} is not a duration: write 90s, 10m, 24h or 7d (at most 3650d)`;
const notSize = (issue: { input?: unknown }) => `${shown(issue.input)} is not a size: write 16MiB or 2GiB`;

/** `90s`, `10m`, `24h`, `7d`; becomes milliseconds. At most ten years, so that sums stay exact. */
export const Duration = z
  .string({ error: notDuration })
  .regex(/^\d+(ms|s|m|h|d)$/, { error: notDuration, abort: true })
  .refine((text) => durationMs(text) <= tenYears, { error: notDuration })
  .meta({ title: 'duration' })
  .transform(durationMs);

/** A duration that cannot be zero: a limit of nothing would fail every job. */
export const Limit = z
  .string({ error: notDuration })
  .regex(/^\d+(ms|s|m|h|d)$/, { error: notDuration, abort: true })
  .refine((text) => durationMs(text) >= units.s, { error: 'must be at least 1s', abort: true })
  .refine((text) => durationMs(text) <= tenYears, { error: notDuration })
  .meta({ title: 'duration' })
  .transform(durationMs);

/** `16MiB`, `5TiB`, between these two; becomes bytes. */
export function sizeBetween(least: string, most: string) {
  const outside = `must be between ${least} and ${most}`;
  return z
    .string({ error: notSize })
    .regex(/^\d+(B|KiB|MiB|GiB|TiB)$/, { error: notSize, abort: true })
    .refine((text) => sizeBytes(text) >= sizeBytes(least) && sizeBytes(text) <= sizeBytes(most), outside)
    .meta({ title: 'size' })
    .transform(sizeBytes);
}

const noReference = ({ input }: { input?: unknown }) =>
  input === undefined
    ? 'is missing: give it as ${env:NAME} or ${file:/absolute/path}'
    : 'must be a reference, ${env:NAME} or ${file:/absolute/path}: a secret itself never stands in this file';

/** `${env:NAME}` or `${file:PATH}`; resolved only where it is used. Its errors never quote the value, which may be the secret itself. */
export const SecretReference = z
  .string({ error: noReference })
  .regex(secretReferenceShape, { error: noReference })
  .meta({ title: 'secret reference' })
  .brand<'SecretReference'>();
export type SecretReference = z.infer<typeof SecretReference>;

/** Leaves room for what is put behind it, in a path of the kernel's 4,096 bytes. */
const longestPath = 3_000;
const unprintable = 'must not hold control characters';

/** A path is taken as it stands, so it has no `..` that leads elsewhere when a link is on its way. */
export const AbsolutePath = z
  .string()
  .regex(/^\//, { error: 'must be an absolute path', abort: true })
  .refine(isPlain, { error: unprintable, abort: true })
  .refine((text) => !text.split('/').some((segment) => segment === '.' || segment === '..'), {
    error: 'must not hold the folders "." and ".."',
    abort: true,
  })
  .refine((text) => Buffer.byteLength(text) <= longestPath, `must have at most ${longestPath} bytes`)
  .meta({ title: 'absolute path' });

/** One below which we put things of our own, or which we replace: never the root of everything. */
export const FolderPath = AbsolutePath.refine((text) => /[^/]/.test(text), 'must not be the root folder').meta({
  title: 'absolute path',
});

/** Text for one line of a screen or a log. */
export const PlainText = z.string().min(1).refine(isPlain, unprintable);

/** A name in the database server, which keeps its first 63 bytes and would silently mean another. */
export const ServerName = PlainText.refine(
  (text) => Buffer.byteLength(text) <= 63,
  'must have at most 63 bytes: the server cuts off the rest',
);

/** Text without spaces or slashes around it, as the makers of the s3 interface trim bucket and path. */
export const SlashlessText = z.string().transform((text) => text.trim().replace(/^\/+|\/+$/g, ''));

function isPlain(text: string): boolean {
  return !/[\p{Cc}\u2028\u2029]/u.test(text);
}

function shown(input: unknown): string {
  return typeof input === 'string' || typeof input === 'number' ? `"${String(input).slice(0, 40)}"` : 'the value';
}

function durationMs(text: string): number {
  const [, amount, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  return Number(amount) * units[unit as keyof typeof units];
}

function sizeBytes(text: string): number {
  const [, amount, unit] = /^(\d+)(B|KiB|MiB|GiB|TiB)$/.exec(text) ?? [];
  return Number(amount) * sizes[unit as keyof typeof sizes];
}
