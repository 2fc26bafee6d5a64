import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';

/** One end of a connection or a listening socket, as Node words it. */
export interface SocketEnd {
  readonly address: string;
  readonly port: number;
}

interface Row {
  readonly local: string;
  readonly remote: string;
  readonly state: string;
  readonly uid: number;
  readonly inode: string;
}

const listening = '0A';

/**
 * The user id whose socket is at the other end of a connection within this host; undefined where the kernel knows of none. A socket that nobody holds
 * any more belongs to nobody: the kernel would call it root's.
 */
export async function ownerOfPeer(peer: SocketEnd, own: SocketEnd): Promise<number | undefined> {
  const [local, remote] = [wordsOf(peer), wordsOf(own)];
  const look = async () => (await socketTable()).find((row) => local.has(row.local) && remote.has(row.remote));
  const [first, second] = [await look(), await look()];
  // one that is let go of in the middle of a look may be shown with its own number and root's name; the next look knows
  return first !== undefined && first.inode === second?.inode && first.uid === second.uid ? first.uid : undefined;
}

/** The user id of whoever listens there; undefined where nobody of this host's own network does. */
export async function ownerOfListener(place: SocketEnd): Promise<number | undefined> {
  const everywhere = [
    { address: '0.0.0.0', port: place.port },
    { address: '::', port: place.port },
  ];
  const local = new Set([place, ...everywhere].flatMap((end) => [...wordsOf(end)]));
  return (await socketTable()).find((row) => row.state === listening && local.has(row.local))?.uid;
}

async function socketTable(): Promise<readonly Row[]> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/self/net/${name}`, 'utf8').catch(() => '')),
  );
  return tables.flatMap((table) => table.split('\n').slice(1).flatMap(rowOf)).filter(({ inode }) => inode !== '0');
}

function rowOf(line: string): Row[] {
  const [, local, remote, state, , , , uid, , inode] = line.trim().split(/\s+/);
  if (local === undefined || remote === undefined || state === undefined || uid === undefined || !inode) return [];
  return [{ local, remote, state, uid: Number(uid), inode }];
}

/** As the kernel's tables write it; an address of IPv4 stands in that of IPv6 too. */
function wordsOf({ address, port }: SocketEnd): ReadonlySet<string> {
  const inHex = port.toString(16).toUpperCase().padStart(4, '0');
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
  if (!plain.includes(':')) {
    const bytes = plain.split('.').map(Number);
    return new Set([`${hexOf(bytes)}:${inHex}`, `${hexOf([...mappedPrefix, ...bytes])}:${inHex}`]);
  }
  return new Set([`${hexOf(bytesOf(plain))}:${inHex}`]);
}

const mappedPrefix = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** The sixteen bytes of an address of IPv6. */
function bytesOf(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const words = (text: string) =>
    text
      .split(':')
      .filter((word) => word !== '')
      .map((word) => Number.parseInt(word, 16));
  const [before, after] = [words(head), words(tail ?? '')];
  const between = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array<number>(between).fill(0), ...after].flatMap((word) => [word >> 8, word & 0xff]);
}

/** Four bytes at a time, each four as the processor holds a number. */
function hexOf(bytes: readonly number[]): string {
  const groups = Array.from({ length: bytes.length / 4 }, (_, n) => bytes.slice(4 * n, 4 * n + 4));
  const ordered = groups.flatMap((group) => (endianness() === 'LE' ? group.toReversed() : group));
  return ordered.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('');
}
