/** The binaries that set-up keeps between runs and checkouts. Each has a receipt beside it, so that a damaged one is noticed. */
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import find from '../../tools/find.js';

const receiptOf = (name) => `${find.cachedBinary(name)}.json`;

/**
 * `{ version }` of a binary that is whole and runs, `{ damage }` of one that must be replaced, undefined where there is none. One that
 * lacks a receipt but runs (put there by hand, or by a run that was killed at the last moment) is taken and gets its receipt.
 */
export function cached(name, pin) {
  const file = find.cachedBinary(name);
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) return undefined;
  const receipt = readReceipt(name);
  if (receipt && receipt.pin !== pin.version) return { damage: `is of version ${receipt.pin}, not ${pin.version}` };
  if (receipt && receipt.size !== size) return { damage: `has ${size} bytes, not ${receipt.size}` };
  const version = find.fittingVersion(name, file);
  if (version === undefined) return { damage: 'does not run or is too old' };
  if (!receipt) writeReceipt(name, { pin: pin.version, size });
  return { version };
}

/** Puts a finished binary in its place by rename: nobody ever sees half of it. Returns the version it tells, or throws if unfit. */
export function keep(name, pin, staged) {
  chmodSync(staged, 0o755);
  const version = find.fittingVersion(name, staged);
  if (version === undefined) throw new Error(`the ${name} that was got does not run or is not the version asked for`);
  const { size } = statSync(staged);
  const file = find.cachedBinary(name);
  mkdirSync(path.dirname(file), { recursive: true });
  rmSync(receiptOf(name), { force: true });
  renameSync(staged, file);
  writeReceipt(name, { pin: pin.version, size });
  return version;
}

function readReceipt(name) {
  try {
    return JSON.parse(readFileSync(receiptOf(name), 'utf8'));
  } catch {
    return undefined;
  }
}

function writeReceipt(name, receipt) {
  const beside = `${receiptOf(name)}.${process.pid}`;
  writeFileSync(beside, `${JSON.stringify(receipt)}\n`);
  renameSync(beside, receiptOf(name));
}
