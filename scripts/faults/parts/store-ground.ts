import type { Ground, Laid } from '../field';
import { type S3Proxy, startS3Proxy } from './s3-proxy';

export interface StoreLaid extends Laid {
  readonly proxy: S3Proxy;
}

/** The way to the store goes through a proxy. Artefacts of cold lanes are large enough to be sent in parts. */
export const storeInParts: Ground<StoreLaid> = {
  name: 'store-in-parts',
  changes: ['storage'],
  lay: async ({ s3 }) => {
    const proxy = await startS3Proxy(s3.endpoint);
    return {
      proxy,
      storage: { endpoint: proxy.endpoint, 'part-size': '5MiB' },
      lane: ({ scenario }) =>
        scenario === 'cold' ? { database: { backup: { method: 'cold', compression: 'none' } } } : {},
      close: () => proxy.close(),
    };
  },
};

/** The same with artefacts that go in one piece: an upload in parts that may not be aborted stays until its time is over. */
export const storeInPieces: Ground<StoreLaid> = {
  name: 'store-in-pieces',
  changes: ['storage'],
  lay: async ({ s3 }) => {
    const proxy = await startS3Proxy(s3.endpoint);
    return { proxy, storage: { endpoint: proxy.endpoint }, close: () => proxy.close() };
  },
};
