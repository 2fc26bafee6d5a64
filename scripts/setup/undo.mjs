/** Leaves nothing half-made behind: child processes and staging folders end with this process, however it ends. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

const abandonedAfterMs = 60 * 60_000;
const children = new Set();
const folders = new Set();

/** Ends the child's whole process group when set-up ends first. */
export function endWithUs(child) {
  children.add(child);
  child.once('close', () => children.delete(child));
}

/**
 * A private folder that only this run writes to, so that runs side by side cannot meet and no lock is needed. Its content is
 * renamed into place when complete.
 */
export function stagingFolder(parent, prefix) {
  mkdirSync(parent, { recursive: true });
  sweep(parent, prefix);
  const folder = mkdtempSync(path.join(parent, `${prefix}${process.pid}-`));
  folders.add(folder);
  return folder;
}

export function dropStaging(folder) {
  removeFolder(folder);
  folders.delete(folder);
}

/** Removes what runs left behind that were killed outright. A folder of another machine's run is only known by its age. */
function sweep(parent, prefix) {
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith(prefix))) {
    const pid = Number.parseInt(name.slice(prefix.length), 10);
    const folder = path.join(parent, name);
    if (!isAlive(pid) && isOld(folder)) removeFolder(folder);
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function isOld(folder) {
  const { mtimeMs } = statSync(folder, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
  return Date.now() - mtimeMs > abandonedAfterMs;
}

function removeFolder(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

function undoAll() {
  for (const child of children) endGroup(child);
  for (const folder of folders) removeFolder(folder);
}

function endGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // it ended by itself meanwhile
  }
}

function interrupted(signal, number) {
  process.once(signal, () => {
    process.stdout.write('\nset-up interrupted; nothing half-made is left: run it again and it goes on\n');
    process.exit(128 + number);
  });
}

process.once('exit', undoAll);
interrupted('SIGHUP', 1);
interrupted('SIGINT', 2);
interrupted('SIGTERM', 15);
