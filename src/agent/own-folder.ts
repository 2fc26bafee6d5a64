import { chmod, stat } from 'node:fs/promises';
import { failure } from '../model/errors';
import type { AgentReport } from './agent-report';
import { ensurePrivateFolder } from './durable-file';

/**
 * Makes a folder, or takes one that is there, for this agent alone. One that others could only read is closed to them; rejects with
 * `agent-folder-unsafe` where others may have put something into it, since the agent does what it finds there.
 */
export async function ownFolder(agent: string, path: string, report: Pick<AgentReport, 'warn'>): Promise<void> {
  await ensurePrivateFolder(path);
  const { uid, mode } = await stat(path);
  const own = process.geteuid?.() ?? uid;
  const unsafe = (reason: string, remedy: string) => failure('agent-folder-unsafe', { agent, path, reason, remedy });
  if (uid !== own) throw unsafe(`it belongs to user ${uid}, the agent runs as ${own}`, 'give it a folder of its own');
  const text = (mode & 0o777).toString(8).padStart(4, '0');
  const look = `look at what is in it, and close it with: chmod 0700 ${path}`;
  if ((mode & 0o022) !== 0) throw unsafe(`others may write into it (mode ${text})`, look);
  if ((mode & 0o077) === 0) return;
  await chmod(path, 0o700);
  report.warn(`closed the folder "${path}" to others (its mode was ${text})`);
}
