import { Manifest } from '../../../src/model/manifest';
import { listCatalogue } from '../../../src/storage/catalogue';
import { findBackup, listBackupIds } from '../../../src/storage/find-backup';
import { repositoryKeys } from '../../../src/storage/layout';
import { sha256Of } from '../../../src/storage/sha256-of';
import { database, digest, type ModelJob } from './job';
import { storageOf } from './memory-store';
import type { World } from './world';

const keys = repositoryKeys(database);

/** What must hold after every single call of the storage. */
export class Watch {
  /** Of each sealed backup, all that it had when the seal was seen first. */
  readonly #sealed = new Map<string, ReadonlyMap<string, Buffer>>();
  #claim: string | undefined;
  readonly #records = new Map<string, string>();

  constructor(private readonly world: World) {}

  look(): void {
    this.lookAtSeals();
    this.lookAtOwners();
    this.lookAtFirstWriters();
    this.lookAtSweeps();
  }

  /** A sealed backup is whole, and never changes. */
  private lookAtSeals(): void {
    const { store } = this.world;
    for (const complete of store.under(keys.backups).filter((key) => key.endsWith('/COMPLETE'))) {
      const folder = complete.slice(0, -'COMPLETE'.length);
      if (!this.#sealed.has(folder)) this.#sealed.set(folder, this.sealed(folder));
    }
    for (const [folder, content] of this.#sealed) {
      for (const [key, bytes] of content) {
        const now = store.objects.get(key)?.content;
        if (now === undefined) this.broken(`${key} of a sealed backup is gone`);
        else if (!now.equals(bytes)) this.broken(`${key} of the sealed backup ${folder} has changed`);
      }
    }
  }

  private sealed(folder: string): ReadonlyMap<string, Buffer> {
    const { store } = this.world;
    const text = store.text(`${folder}manifest.json`) ?? '';
    if (store.text(`${folder}COMPLETE`)?.trim() !== sha256Of(text)) {
      this.broken(`${folder} has a seal of another manifest`);
      return new Map();
    }
    const content = new Map([['COMPLETE'], ['manifest.json']].map(([name]) => contentOf(store, `${folder}${name}`)));
    for (const { path, sha256 } of Manifest.parse(JSON.parse(text)).artefacts) {
      const [key, bytes] = contentOf(store, folder + path);
      content.set(key, bytes);
      if (digest(bytes) !== sha256) this.broken(`${folder} is sealed and ${path} is not what its manifest says`);
    }
    return content;
  }

  /** No two jobs have one id, whenever they got it, unless it was given back. */
  private lookAtOwners(): void {
    const taken = new Map<string, ModelJob>();
    for (const job of this.world.jobs.filter(({ state, outcome }) => state === 'open' || outcome === 'success')) {
      const { backupId } = job;
      if (backupId === undefined) continue;
      const other = taken.get(backupId);
      if (other) this.broken(`${other.id} and ${job.id} both have ${backupId}`);
      taken.set(backupId, job);
    }
  }

  /** A claim and a record stay as they were written first. */
  private lookAtFirstWriters(): void {
    const { store } = this.world;
    const claim = store.text(keys.claim);
    if (this.#claim !== undefined && claim !== this.#claim) this.broken('the claim has changed');
    this.#claim ??= claim;
    for (const key of store.under(keys.jobs)) {
      const text = store.text(key) ?? '';
      if ((this.#records.get(key) ?? text) !== text) this.broken(`${key} has changed`);
      this.#records.set(key, text);
    }
  }

  /** Nobody ends an upload of a job that runs but the job itself. */
  private lookAtSweeps(): void {
    const { store, jobs } = this.world;
    for (const key of store.swept.splice(0)) {
      const job = jobs.find(({ backupId }) => backupId !== undefined && key.startsWith(keys.backup(backupId).folder));
      if (job?.state === 'open' && job.outcome === undefined)
        this.broken(`an upload of ${job.id}, which runs, was ended by another`);
    }
  }

  private broken(what: string): void {
    this.world.violations.push(what);
  }
}

function contentOf(store: World['store'], key: string): [string, Buffer] {
  return [key, store.objects.get(key)?.content ?? Buffer.alloc(0)];
}

/** What must hold when all jobs have ended and the storage is well again. */
export async function checkAtTheEnd({ store, jobs, violations }: World): Promise<void> {
  const storage = storageOf(store);
  const rows = new Map((await listCatalogue(storage, database)).map((row) => [row['backup-id'], row.status]));
  const sealed = (await listBackupIds(storage, database)).filter((id) => store.objects.has(keys.backup(id).complete));
  const latest = await findBackup(storage, database, 'latest').then(
    ({ backupId }) => backupId,
    () => undefined,
  );
  if (latest !== sealed.at(-1)) violations.push(`the latest backup is ${sealed.at(-1)}, and ${latest} was found`);
  for (const { id, backupId, outcome, cleaned, recorded } of jobs) {
    if (backupId === undefined) continue;
    const isSealed = sealed.includes(backupId);
    const owner = jobs.findLast((each) => each.backupId === backupId);
    if (outcome === 'success' && !isSealed) violations.push(`${id} ended well and ${backupId} has no seal`);
    if (isSealed && rows.get(backupId) !== 'finished')
      violations.push(`${backupId} is sealed and listed as ${rows.get(backupId)}`);
    if (outcome !== 'error' || isSealed || owner?.id !== id) continue;
    const { folder } = keys.backup(backupId);
    if (cleaned && store.under(`${folder}data/`).length > 0) violations.push(`${id} has cleaned up and left data`);
    if (cleaned && [...store.uploads].some(({ key }) => key.startsWith(folder)))
      violations.push(`${id} has cleaned up and left an open upload`);
    if (recorded && rows.get(backupId) === 'in progress')
      violations.push(`${id} has ended and is listed as in progress`);
  }
}
