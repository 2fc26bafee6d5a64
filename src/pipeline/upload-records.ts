import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { syncFolder } from './sync-folder';

const UploadRecord = z.object({
  key: z.string(),
  bytes: z.number(),
  /** Of the staged file: a file that was staged anew is another one, whatever its size. */
  modified: z.number(),
  inode: z.number(),
  sha256: z.string(),
});
export type UploadRecord = z.infer<typeof UploadRecord>;
const RecordFile = z.object({ place: z.string(), uploaded: z.array(UploadRecord) });

/** What of a staged backup is complete on the storage, kept beside it so that another worker's life goes on from there. */
export class UploadRecords {
  private saving: Promise<void> = Promise.resolve();

  private constructor(
    private readonly folder: string,
    private readonly place: string,
    private readonly uploaded: UploadRecord[],
  ) {}

  /** `place` is the storage's: what was sent elsewhere does not count. */
  static async open(folder: string, place: string): Promise<UploadRecords> {
    const known = await read(join(folder, fileName));
    return new UploadRecords(folder, place, known?.place === place ? known.uploaded : []);
  }

  find(staged: Omit<UploadRecord, 'sha256'>): UploadRecord | undefined {
    return this.uploaded.find(
      ({ key, bytes, modified, inode }) =>
        key === staged.key && bytes === staged.bytes && modified === staged.modified && inode === staged.inode,
    );
  }

  /** On disk when it resolves. */
  add(record: UploadRecord): Promise<void> {
    this.uploaded.push(record);
    this.saving = this.saving.then(() => this.save());
    return this.saving;
  }

  private async save(): Promise<void> {
    const file = join(this.folder, fileName);
    const handle = await open(`${file}.new`, 'w', 0o600);
    try {
      await handle.writeFile(JSON.stringify({ place: this.place, uploaded: this.uploaded }));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(`${file}.new`, file);
    await syncFolder(this.folder);
  }
}

const fileName = 'uploaded.json';

/** A record that cannot be read costs a second upload, nothing else. */
async function read(file: string): Promise<z.infer<typeof RecordFile> | undefined> {
  try {
    return RecordFile.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}
