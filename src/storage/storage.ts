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

/** Bytes in their order; a stream is one. What a chunk holds is the reader's only until it asks for the next one: memory is used again. */
export interface ByteSource extends AsyncIterable<Buffer> {
  /** Ends it: whoever waits for the next chunk gets `error`. */
  destroy(error?: Error): unknown;
}

export interface UploadOptions extends TransferOptions {
  /**
   * For what can be read again from its beginning. What arrived of an earlier upload of this key that was never completed is held against what is
   * written now, and not sent again where it is the same; `abort` leaves what arrived for the next one, until `sweep`. A storage may begin anew instead.
   */
  readonly resumable?: boolean;
}

/** Whether nobody will complete what was begun under this key. */
export type IsOrphan = (key: string) => Promise<boolean>;

/** One object on its way. Nothing is visible under its key before `complete` returned. */
export interface Upload {
  /** Consumes the source to its end with bounded memory; resolves to the bytes taken. Rejects if the source fails. Called once. */
  write(source: ByteSource): Promise<number>;
  /**
   * Makes the object visible, if exactly `bytes` were written: otherwise aborts and rejects with `artefact-short`. Call it only after every
   * process of the pipe ended well.
   */
  complete(bytes: number): Promise<void>;
  /** Removes every trace, save of a resumable one; safe at any time, also after a failure, and twice. Never throws. */
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
  upload(key: string, options?: UploadOptions): Promise<Upload>;
  /** The bytes from `start`, as a ByteSource gives them; resumes by itself after a broken connection. Fails with `object-changed` if replaced meanwhile or ending early. */
  download(key: string, options?: TransferOptions & { readonly start?: number }): Promise<Readable>;
  /**
   * Ends our own uploads that were begun under `prefix` and never completed, if older than `olderThan`, and where given only those of whose key `isOrphan`
   * says so; resolves to their keys.
   */
  sweep(prefix: string, olderThan: Date, isOrphan?: IsOrphan): Promise<readonly string[]>;
  /** What this place cannot do although it can be used, one line each; asks it, in the folder of that database. */
  shortcomings(database: string): Promise<readonly string[]>;
}
