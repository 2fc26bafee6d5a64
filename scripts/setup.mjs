/**
 * Gets everything that the demo and the tests need: npm packages, PostgreSQL, a browser, the Temporal dev server, an S3 server.
 * Needs nothing but Node itself; safe to run any number of times, side by side, and to interrupt.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { node: oldest } = JSON.parse(readFileSync(path.join(root, 'tools', 'pins.json'), 'utf8'));

// the modules behind this are loaded only once it is known that this Node can read them
function refusal() {
  if (process.platform === 'win32') return 'Holdfast runs on Linux and macOS: use the Windows Subsystem for Linux';
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [needMajor, needMinor] = oldest.split('.').map(Number);
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return undefined;
  return `Holdfast needs Node.js ${oldest} or newer, and this is ${process.versions.node}: see https://nodejs.org/en/download`;
}

const refused = refusal();
if (refused) {
  process.stderr.write(`${refused}\n`);
  process.exit(1);
}
const { setUp } = await import('./setup/main.mjs');
process.exit((await setUp(root)) ? 0 : 1);
