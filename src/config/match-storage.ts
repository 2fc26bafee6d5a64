import type { S3Place } from '../model/public-request';
import type { Config } from './schema';

/** The configured storage at the place that a request's `storage-config` describes; undefined where there is none. */
export function matchStorage(config: Config, place: S3Place): string | undefined {
  return Object.keys(config.storages).find((name) => {
    const storage = config.storages[name];
    if (storage?.kind !== 's3' || storage.bucket !== place.bucket) return false;
    const agrees = (asked: string | undefined, own: string | undefined) => asked === undefined || asked === own;
    return (
      storage.prefix === (place.path ?? '') &&
      agrees(place.endpoint, storage.endpoint) &&
      agrees(place.region, storage.region)
    );
  });
}
