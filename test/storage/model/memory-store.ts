import { Readable } from 'node:stream';
import { failure } from '../../../src/model/errors';
import { compareKeys } from '../../../src/storage/keys';
import type { ByteSource, IsOrphan, Storage, StoredObject, Upload } from '../../../src/storage/storage';

export interface OpenUpload {
  readonly key: string;
  readonly begun: number;
}

/** What a bucket holds, with a clock that goes a day at every change: everything that waits is old soon. */
export class MemoryStore {
  readonly objects = new Map<string, { content: Buffer; modified: number }>();
  readonly uploads = new Set<OpenUpload>();
  /** Keys whose uploads a sweep of the whole repository has ended. */
  readonly swept: string[] = [];
  #day = Date.parse('2020-01-01T00:00:00Z');

  get now(): Date {
    return new Date(this.#day);
  }

  set(key: string, content: Buffer): void {
    this.#day += 86_400_000;
    this.objects.set(key, { content, modified: this.#day });
  }

  under(prefix: string): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort(compareKeys);
  }

  text(key: string): string | undefined {
    return this.objects.get(key)?.content.toString('utf8');
  }
}

/** A store as a storage that obeys the contract, and knows no trouble. */
export function storageOf(store: MemoryStore): Storage {
  const head = (key: string): StoredObject | undefined => {
    const found = store.objects.get(key);
    return found && { key, bytes: found.content.length, modified: new Date(found.modified) };
  };
  const get = (key: string): Buffer => {
    const found = store.objects.get(key);
    if (found === undefined) throw failure('object-missing', { key, storage: 'memory' });
    return found.content;
  };
  return {
    name: 'memory',
    kind: 's3',
    place: 's3://memory/',
    redacted: {},
    prepare: async () => {},
    put: async (key, content) => store.set(key, Buffer.from(content as Uint8Array)),
    create: async (key, content) => {
      const found = store.objects.get(key);
      if (found === undefined) store.set(key, Buffer.from(content as Uint8Array));
      return found === undefined || found.content.equals(Buffer.from(content as Uint8Array));
    },
    get: async (key) => get(key),
    head: async (key) => head(key),
    async *list(prefix) {
      for (const key of store.under(prefix)) {
        const found = head(key);
        if (found) yield found;
      }
    },
    listFolders: async (prefix) => [
      ...new Set(
        store
          .under(prefix)
          .map((key) => key.slice(prefix.length).split('/'))
          .flatMap(([folder = '', ...rest]) => (rest.length > 0 ? [folder] : [])),
      ),
    ],
    delete: async (keys) => {
      for (const key of keys) store.objects.delete(key);
    },
    upload: async (key) => uploadTo(store, key),
    download: async (key, { start = 0 } = {}) => Readable.from([get(key).subarray(start)]),
    shortcomings: async () => [],
    sweep: async (prefix, olderThan, isOrphan) => sweep(store, prefix, olderThan, isOrphan),
  };
}

function uploadTo(store: MemoryStore, key: string): Upload {
  const open = { key, begun: store.now.getTime() };
  store.uploads.add(open);
  let content = Buffer.alloc(0);
  return {
    write: async (source: ByteSource) => {
      for await (const chunk of source) content = Buffer.concat([content, chunk]);
      return content.length;
    },
    complete: async (bytes) => {
      const gone = !store.uploads.delete(open);
      if (gone || bytes !== content.length) {
        throw failure('artefact-short', {
          artefact: key,
          stored: gone ? 0 : content.length,
          produced: bytes,
          database: '',
        });
      }
      store.set(key, content);
    },
    abort: async () => void store.uploads.delete(open),
  };
}

async function sweep(store: MemoryStore, prefix: string, olderThan: Date, isOrphan: IsOrphan = async () => true) {
  const ended: string[] = [];
  for (const upload of [...store.uploads]) {
    if (!upload.key.startsWith(prefix) || upload.begun >= olderThan.getTime()) continue;
    if (!(await isOrphan(upload.key)) || !store.uploads.delete(upload)) continue;
    ended.push(upload.key);
    if (prefix.endsWith('/backups/')) store.swept.push(upload.key);
  }
  return ended;
}
