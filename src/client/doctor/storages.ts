import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Config } from '../../config/schema';
import { HoldfastError } from '../../model/errors';
import { describeStorage, limitedRemedy } from '../../storage/describe-storage';
import { probeStorage } from '../../storage/probe';
import { openConfigured } from '../configured-storage';
import { type Finding, failed, fine, unchecked, warning } from './finding';

/** Looks at storages with the eyes of this process, which may have neither the secrets nor the folders of the agents' hosts. */
export function checkStorages(config: Config, names: readonly string[], version: string): Promise<Finding[]> {
  return Promise.all(names.map((name) => checkStorage(config, name, version)));
}

async function checkStorage(config: Config, name: string, version: string): Promise<Finding> {
  const subject = `storage ${name}, seen from here`;
  const settings = config.storages[name];
  if (settings?.kind === 'directory' && !existsSync(settings.path))
    return unchecked(subject, `"${settings.path}" is not here; it may be on the agents' hosts`);
  try {
    const storage = await openConfigured(config, name);
    const jobId = `doctor-${randomBytes(4).toString('hex')}`;
    const [database = 'doctor'] = Object.keys(config.databases);
    const probed = await probeStorage(storage, { database, unit: 'none', jobId, version, at: new Date() });
    const { message, shortcomings } = await describeStorage(storage, database, probed);
    if (shortcomings.length === 0) return fine(subject, message);
    return warning(subject, [message, ...shortcomings].join('; '), limitedRemedy);
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'secret-unresolved') return unchecked(subject, error.message);
    return failed(subject, error);
  }
}
