import { z } from 'zod';

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const sizes = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;

/** `90s`, `10m`, `24h`, `7d`; becomes milliseconds. */
export const Duration = z
  .string()
  .regex(/^\d+(ms|s|m|h|d)$/, 'must be a duration such as 90s, 10m, 24h or 7d')
  .transform(durationMs);

/** `16MiB`, `5TiB`; becomes bytes. */
export const Size = z
  .string()
  .regex(/^\d+(B|KiB|MiB|GiB|TiB)$/, 'must be a size such as 16MiB or 2GiB')
  .transform(sizeBytes);

/** `${env:NAME}` or `${file:PATH}`; resolved only where it is used. */
export const SecretReference = z
  .string()
  .regex(
    /^\$\{(env:[A-Za-z_][A-Za-z0-9_]*|file:\/[^}]+)\}$/,
    'must be a reference: ${env:NAME} or ${file:/absolute/path}',
  )
  .brand<'SecretReference'>();
export type SecretReference = z.infer<typeof SecretReference>;

export const AbsolutePath = z.string().regex(/^\//, 'must be an absolute path');

function durationMs(text: string): number {
  const [, amount, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  return Number(amount) * units[unit as keyof typeof units];
}

function sizeBytes(text: string): number {
  const [, amount, unit] = /^(\d+)(B|KiB|MiB|GiB|TiB)$/.exec(text) ?? [];
  return Number(amount) * sizes[unit as keyof typeof sizes];
}
