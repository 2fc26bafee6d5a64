import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { failure } from '../model/errors';

/** A process that is stopped holds the name and cannot say who it is. */
const answerPatience = 2_000;

/**
 * Makes this process the one that serves an agent's name in a Temporal namespace, told by its id, on this host; whatever its state folder is: two of
 * them would take turns at the steps of one job. Resolves to what gives the name back; the death of the process does so too. Rejects with
 * `agent-running` while another process has the name.
 */
export async function holdName(agent: string, namespaceId: string): Promise<() => Promise<void>> {
  const path = addressOf(agent, namespaceId);
  const server = createServer((asking) => asking.on('error', () => {}).end(String(process.pid)));
  server.unref();
  server.listen({ path });
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    const pid = await holderOf(path);
    if (pid === String(process.pid)) return async () => {};
    throw failure('agent-running', { agent, pid }, error);
  }
  return async () => {
    server.close();
    await once(server, 'close');
  };
}

/** An address of Linux that is no file: the kernel gives it to one process, and takes it back when that dies, however it dies. */
function addressOf(agent: string, namespaceId: string): string {
  const digest = createHash('sha256').update(`${namespaceId}/${agent}`).digest('hex');
  return `\0holdfast-agent-${digest.slice(0, 32)}`;
}

async function holderOf(path: string): Promise<string> {
  const asking = connect({ path });
  const late = setTimeout(() => asking.destroy(new Error('no answer')), answerPatience);
  return text(asking)
    .catch(() => '(which does not answer)')
    .finally(() => clearTimeout(late));
}
