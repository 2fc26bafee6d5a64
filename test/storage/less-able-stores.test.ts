import { setTimeout as sleep } from 'node:timers/promises';
import { startMoto, startRclone } from '../../scripts/servers/s3';
import { orWarning } from '../../src/activities/tidying';
import { failure } from '../../src/model/errors';
import { reserveBackupId } from '../../src/storage/backup-id';
import { claimRepository, readClaim } from '../../src/storage/claim';
import { findBackup } from '../../src/storage/find-backup';
import { sealBackup } from '../../src/storage/seal';
import { createSettled } from '../../src/storage/settled-create';
import type { Storage, StoredObject } from '../../src/storage/storage';
import { codeOf } from './failure-of';
import { type RecordingProxy, startRecordingProxy } from './recording-proxy';
import { manifestOf, putArtefacts } from './repository-samples';
import { describeOnS3 } from './s3-fixture';
import { keysUnder } from './subject';

const at = new Date('2026-11-21T04:31:00.250Z');
const winners = (won: readonly boolean[]) => won.filter(Boolean).length;

describeOnS3('a store that takes a condition and overwrites all the same', startRclone, (on) => {
  it('lets two that were asked to create one object both succeed, which is what is tried here', async () => {
    const { fixture } = on();
    const first = await fixture.putIfAbsent('raw', 'one');
    const second = await fixture.putIfAbsent('raw', 'two');
    expect([first, second]).toEqual([200, 200]);
  });

  it('has one winner all the same, of several jobs and several workers, and says so to all of them', async () => {
    const { fixture } = on();
    const workers = Array.from({ length: 4 }, () => fixture.storage());
    const contents = ['one', 'two', 'three', 'four'];
    const won = await Promise.all(contents.map((content, nth) => workers[nth]?.create('race/a', content) ?? false));
    expect(winners(won)).toBe(1);
    const kept = (await on().storage.get('race/a')).toString();
    expect(kept).toBe(contents[won.indexOf(true)]);
    expect(await workers[0]?.create('race/a', kept)).toBe(true);
    expect(await workers[1]?.create('race/a', 'late')).toBe(false);
    expect(await keysUnder(on().storage, 'race/')).toEqual(['race/a']);
  });

  it('takes a backup from its id to its seal, with one claim and no id shared', async () => {
    const { storage, fixture } = on();
    const other = fixture.storage({}, { settling: { wait: 700, longestClaim: 300 } });
    const claims = [storage, other].map((each, nth) =>
      claimRepository(each, {
        database: 'shop',
        engine: 'postgresql',
        systemIdentifier: `700000000000000000${nth}`,
        at,
      }),
    );
    const claimed = await Promise.allSettled(claims);
    expect(claimed.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await readClaim(storage, 'shop'))?.['system-identifier']).toMatch(/^700000000000000000[01]$/);
    const ids = await Promise.all(
      [storage, other].map((each, nth) => reserveBackupId(each, { database: 'shop', jobId: `job-${nth}`, at })),
    );
    expect([...ids].sort()).toEqual(['2026-11-21T04:31:00Z', '2026-11-21T04:31:00Z-2']);
    const manifest = manifestOf('shop', ids[0] ?? '');
    await putArtefacts(storage, manifest);
    await sealBackup(storage, manifest);
    expect((await findBackup(storage, 'shop', 'latest')).backupId).toBe(ids[0]);
    expect(await orWarning(storage.sweep('shop/', new Date()))).toBeUndefined();
    expect(await keysUnder(storage, 'shop/probes/')).toEqual([]);
  });

  it('is told by what it cannot do', async () => {
    expect(await on().storage.shortcomings('shop')).toEqual([
      expect.stringMatching(/^it takes If-None-Match and overwrites all the same/),
    ]);
  });
});

describeOnS3('a store that keeps conditions', startMoto, (on) => {
  it('is asked once, in the folder of the database, and then trusted', async () => {
    const { fixture } = on();
    const proxy = await startRecordingProxy(fixture.server.endpoint);
    const storage = fixture.storage({ endpoint: proxy.endpoint });
    expect(await storage.shortcomings('shop')).toEqual([]);
    await storage.create('shop/a', 'one');
    const asked = proxy.requests.filter(({ method, path }) => method === 'PUT' && path.includes('conditional-put'));
    expect(asked).toHaveLength(2);
    proxy.requests.length = 0;
    expect(await storage.create('shop/b', 'one')).toBe(true);
    expect(await storage.create('shop/b', 'two')).toBe(false);
    expect(proxy.requests.filter(({ method }) => method === 'PUT')).toHaveLength(2);
    expect(await keysUnder(storage, 'shop/')).toEqual(['shop/a', 'shop/b']);
    await proxy.close();
  });

  describe('but not the listing of uploads, or conditions at all', () => {
    let proxy: RecordingProxy;
    let storage: Storage;
    beforeAll(async () => {
      proxy = await startRecordingProxy(on().fixture.server.endpoint);
      proxy.refuse = ({ path, headers }) =>
        path.includes('?uploads') || path.includes('&uploads') || headers['if-none-match'] !== undefined
          ? { status: 501, body: '<Error><Code>NotImplemented</Code><Message>no such request</Message></Error>' }
          : undefined;
      storage = on().fixture.storage({ endpoint: proxy.endpoint }, { settling: { wait: 1_200, longestClaim: 200 } });
    });
    afterAll(() => proxy.close());

    it('is used with a warning, and the doctor says what is missing', async () => {
      expect(await codeOf(storage.sweep('shop/', new Date()))).toBe('storage-refused');
      expect(await orWarning(storage.sweep('shop/', new Date()))).toMatch(
        /^WARNING: uploads that nobody will complete/,
      );
      expect(await storage.shortcomings('shop')).toEqual([
        expect.stringMatching(/^it knows no If-None-Match/),
        expect.stringMatching(/^it does not list unfinished uploads \(NotImplemented/),
      ]);
    });

    it('has one winner of two who create one object', async () => {
      const won = await Promise.all(['one', 'two'].map((content) => storage.create('unknown/a', content)));
      expect(winners(won)).toBe(1);
    });

    it('does not take trouble that passes for something that it cannot do', async () => {
      const away = failure('storage-network', { storage: 'main', place: 's3://x/', reason: 'gone' });
      await expect(orWarning(Promise.reject(away))).rejects.toBe(away);
    });
  });
});

/** As a store that overwrites: objects become visible, and get their date, when a write that took its time ends. */
class SlowStore {
  readonly name = 'slow';
  readonly place = 'slow/';
  readonly objects = new Map<string, { content: Buffer; modified: Date }>();

  constructor(private readonly random: () => number) {}

  async put(key: string, content: Uint8Array | string): Promise<void> {
    await this.pause();
    // in steps, as stores count whole seconds
    const modified = new Date(Math.floor(Date.now() / 20) * 20);
    this.objects.set(key, { content: Buffer.from(content as Uint8Array), modified });
    await this.pause();
  }

  async get(key: string): Promise<Buffer> {
    await this.pause();
    const found = this.objects.get(key);
    if (found === undefined) throw failure('object-missing', { key, storage: this.name });
    return found.content;
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    await this.pause();
    const all = [...this.objects].filter(([key]) => key.startsWith(prefix));
    for (const [key, { content, modified }] of all) yield { key, bytes: content.length, modified };
  }

  async delete(keys: readonly string[]): Promise<void> {
    await this.pause();
    for (const key of keys) this.objects.delete(key);
  }

  private pause(): Promise<unknown> {
    return sleep(this.random() * 10);
  }
}

describe('who creates an object by waiting', () => {
  const settling = { wait: 120, longestClaim: 60 };
  const create = (store: SlowStore, content: string) => createSettled(store, 'shop/a', Buffer.from(content), settling);

  it('agrees with all others, whenever they come', async () => {
    const rounds = Array.from({ length: 60 }, async (_, seed) => {
      let state = seed + 1;
      const random = () => {
        state = (state * 48271) % 2147483647;
        return state / 2147483647;
      };
      const store = new SlowStore(random);
      const contents = Array.from({ length: 2 + Math.floor(random() * 4) }, (_each, nth) => `job ${nth}`);
      const won = await Promise.all(
        contents.map(async (content) => {
          await sleep(random() * 300);
          return create(store, content);
        }),
      );
      const kept = store.objects.get('shop/a')?.content.toString();
      return { seed, won: winners(won), right: kept === contents[won.indexOf(true)] };
    });
    const wrong = (await Promise.all(rounds)).filter(({ won, right }) => won !== 1 || !right);
    expect(wrong).toEqual([]);
  });

  it('finishes what a winner who died had only claimed', async () => {
    const store = new SlowStore(() => 0.1);
    const dying: Pick<SlowStore, 'put'> & SlowStore = Object.create(store);
    dying.list = () => {
      throw new Error('died');
    };
    dying.delete = async () => undefined;
    await expect(create(dying, 'first')).rejects.toThrow('died');
    expect(await create(store, 'second')).toBe(false);
    expect(store.objects.get('shop/a')?.content.toString()).toBe('first');
  });

  it('gives up where the store is too slow for anyone to say who was first', async () => {
    const store = new SlowStore(() => 20);
    expect(await codeOf(create(store, 'one'))).toBe('storage-network');
    expect([...store.objects.keys()]).toEqual([]);
  });
});
