import { failure } from '../../../src/model/errors';
import type { Storage, Upload } from '../../../src/storage/storage';
import type { Turns } from './turns';

/** The life of one worker: when it has crashed none of its calls does anything, or comes back. */
export class Life {
  crashed = false;
}

export class Crash extends Error {}

export interface Trouble {
  readonly turns: Turns;
  readonly random: () => number;
  readonly life: Life;
  /** How likely a call fails, and a worker dies at one. */
  readonly faults: number;
  readonly crashes: number;
}

const lost = () => failure('storage-network', { storage: 'memory', place: '', reason: 'a fault of the test' });

/** A storage whose every call waits for its turn and may fail: before its effect, after it, long before it arrives, or in the middle. */
export function faulty(storage: Storage, trouble: Trouble): Storage {
  const { turns, random, life, faults, crashes } = trouble;
  const call = async <T>(work: () => Promise<T>, { late = false } = {}): Promise<T> => {
    await turns.take();
    if (life.crashed) throw new Crash('its worker is dead');
    const dies = random() < crashes;
    const fails = dies || random() < faults;
    const how = random();
    const happens = !fails || how < 0.5;
    const arrivesLater = fails && late && how >= 0.8;
    const outcome = happens ? await work() : undefined;
    if (arrivesLater) void turns.take().then(work);
    life.crashed ||= dies;
    if (dies) throw new Crash('its worker dies');
    if (fails) throw lost();
    return outcome as T;
  };
  return {
    ...storage,
    put: (key, content) => call(() => storage.put(key, content), { late: true }),
    // a seal that arrives when its job has been given up is no fault that a repository can stand
    create: (key, content) => call(() => storage.create(key, content), { late: !key.endsWith('/COMPLETE') }),
    get: (key) => call(() => storage.get(key)),
    head: (key) => call(() => storage.head(key)),
    async *list(prefix) {
      for await (const found of storage.list(prefix)) {
        await call(async () => {});
        yield found;
      }
      await call(async () => {});
    },
    listFolders: (prefix) => call(() => storage.listFolders(prefix)),
    delete: async (keys) => {
      for (const key of keys) await call(() => storage.delete([key]));
    },
    upload: async (key, options) => troubled(await call(() => storage.upload(key, options)), call),
    download: (key, options) => call(() => storage.download(key, options)),
    sweep: (prefix, olderThan, isOrphan) => call(() => storage.sweep(prefix, olderThan, isOrphan)),
  };
}

function troubled(upload: Upload, call: <T>(work: () => Promise<T>) => Promise<T>): Upload {
  return {
    write: async (source) => {
      await call(async () => {});
      return upload.write(source);
    },
    complete: (bytes) => call(() => upload.complete(bytes)),
    abort: () => call(() => upload.abort()).catch(() => {}),
  };
}
