import type { Readable } from 'node:stream';

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  readonly modified: Date;
}

export interface TransferOptions {
  readonly signal?: AbortSignal;
  /** Called with the bytes moved since the last call. */
  readonly onBytes?: (bytes: number) => void;
}

/** One object on its way. Nothing is visible under its key before `complete` returned. */
export interface Upload {
  /** Consumes the stream to its end with bounded memory; resolves to the bytes taken. Rejects if the stream fails. Called once. */
  write(source: Readable): Promise<number>;
  /**
   * Makes the object visible, if exactly `bytes` were written: otherwise aborts and rejects with `artefact-short`. Call it only after every
   * process of the pipe ended well.
   */
  complete(bytes: number): Promise<void>;
  /** Removes every trace; safe at any time, also after a failure, and twice. Never throws. */
  abort(): Promise<void>;
}

/**
 * A place for artefacts. Keys are relative paths with `/`, below the storage's own prefix. Every method rejects with a storage error of the
 * error table (credentials, bucket, region, tls, network, full, refused); only `storage-network` is worth trying again, and short network
 * faults have been tried again already.
 */
export interface Storage {
  readonly name: string;
  readonly kind: 's3' | 'directory';
  /** For people and results: `s3://bucket/prefix/`, `/srv/backups/`. */
  readonly place: string;
  /** In the words of the s3 interface, keys replaced by `redacted`. */
  readonly redacted: Readonly<Record<string, unknown>>;
  /** Creates the bucket or directory if absent. Idempotent. */
  prepare(): Promise<void>;
  /** Small objects, atomic: the whole new content or the whole old. */
  put(key: string, content: Uint8Array | string): Promise<void>;
  /**
   * `put`, but only where there is no such object yet. Resolves to whether the object now holds exactly `content`: true again for a repetition,
   * false where another content was first. Two callers with different contents never both get true.
   */
  create(key: string, content: Uint8Array | string): Promise<boolean>;
  /** Rejects with `object-missing`. For small objects. */
  get(key: string): Promise<Buffer>;
  /** undefined where there is no such object. */
  head(key: string): Promise<StoredObject | undefined>;
  /** All objects whose key starts with `prefix`, ordered by key. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /** The names directly below `prefix` (which ends in `/`), as folders; cheap even with many objects. */
  listFolders(prefix: string): Promise<readonly string[]>;
  /** Objects that are not there count as deleted. */
  delete(keys: readonly string[]): Promise<void>;
  /** Begins an object of unknown length. */
  upload(key: string, options?: TransferOptions): Promise<Upload>;
  /** The bytes from `start`; resumes by itself after a broken connection. Fails with `object-changed` if replaced meanwhile or ending early. */
  download(key: string, options?: TransferOptions & { readonly start?: number }): Promise<Readable>;
  /** Ends our own uploads that were begun under `prefix` and never completed, if older than `olderThan`; resolves to their keys. */
  sweep(prefix: string, olderThan: Date): Promise<readonly string[]>;
}
