import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of the suite's own, removed after it. Call it at the top of a test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
