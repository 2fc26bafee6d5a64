import type { BackupRequest, RestoreRequest, VerifyRequest } from '../model/job-request';

export type AnyRequest = BackupRequest | RestoreRequest | VerifyRequest;

/** Key of the memo that keeps what was asked for, so that a second use of a job id can be compared with the first. */
export const requestMemo = 'holdfast-request';

/** They say who asked and how, not for what. */
const besides = ['job-id', 'job-type', 'origin'];

/** One text per meaning: keys sorted, absent and undefined alike, who asked left out. */
export function canonicalRequest(request: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(request).filter(([key, value]) => value !== undefined && !besides.includes(key));
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The keys in which two canonical requests differ, for people. */
export function differingKeys(one: string, other: string): string {
  const [a, b] = [one, other].map((text) => new Map(JSON.parse(text) as [string, unknown][]));
  const keys = new Set([...(a?.keys() ?? []), ...(b?.keys() ?? [])]);
  return [...keys].filter((key) => JSON.stringify(a?.get(key)) !== JSON.stringify(b?.get(key))).join(', ');
}

/** One value of a canonical request. */
export function requestedValue(canonical: string, key: string): string | undefined {
  const value = new Map(JSON.parse(canonical) as [string, unknown][]).get(key);
  return typeof value === 'string' ? value : undefined;
}
