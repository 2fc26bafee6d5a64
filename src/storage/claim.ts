import { failure } from '../model/errors';
import { RepositoryClaim } from '../model/manifest';
import { jsonText, parseJson } from './json-object';
import { repositoryKeys } from './layout';
import { readIfThere } from './read-if-there';
import type { Storage } from './storage';

export interface Claimant {
  readonly database: string;
  readonly engine: string;
  readonly systemIdentifier: string;
  readonly at: Date;
}

/**
 * Makes the repository this cluster's, or proves that it is (C15). Rejects with `repository-foreign` where another cluster has it; of two
 * that claim at once, one wins. Restores and listings need no claim.
 */
export async function claimRepository(storage: Storage, claimant: Claimant): Promise<RepositoryClaim> {
  const existing = await readClaim(storage, claimant.database);
  if (existing) return checkClaim(storage, existing, claimant);
  const claim: RepositoryClaim = {
    'format-version': 1,
    database: claimant.database,
    engine: claimant.engine,
    'system-identifier': claimant.systemIdentifier,
    'claimed-at': claimant.at.toISOString(),
  };
  if (await storage.create(repositoryKeys(claimant.database).claim, jsonText(claim))) return claim;
  return checkClaim(storage, (await readClaim(storage, claimant.database)) ?? claim, claimant);
}

/** Whose repository it is; undefined where nobody has claimed it. Rejects with `repository-unreadable`. */
export async function readClaim(storage: Storage, database: string): Promise<RepositoryClaim | undefined> {
  const { claim, folder } = repositoryKeys(database);
  const text = await readIfThere(storage, claim);
  if (text === undefined) return undefined;
  try {
    return parseJson(RepositoryClaim, text);
  } catch (error) {
    const details = { repository: storage.place + folder, database, reason: (error as Error).message };
    throw failure('repository-unreadable', details, error);
  }
}

function checkClaim(storage: Storage, found: RepositoryClaim, claimant: Claimant): RepositoryClaim {
  const { systemIdentifier, database } = claimant;
  if (found['system-identifier'] === systemIdentifier) return found;
  throw failure('repository-foreign', {
    repository: storage.place + repositoryKeys(database).folder,
    found: found['system-identifier'],
    expected: systemIdentifier,
    database,
  });
}
