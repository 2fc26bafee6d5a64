import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { freePort } from '../../scripts/servers/free-port';
import { guardPort } from '../../src/workers/embedded/guarded-port';
import { ownerOfListener } from '../../src/workers/embedded/socket-owner';
import { asOtherUser, sendAndVanish } from './other-user';
import { until } from './worker-scene';

const nobody = 65534;

async function guarded(host: string, admitted: readonly number[], work: (port: number, seen: Seen) => Promise<void>) {
  const port = await freePort();
  const seen: Seen = { handed: [], refused: [] };
  const close = await guardPort({
    ...{ host, port, speech: 'grpc', admitted: new Set(admitted), reason: 'not for you' },
    onConnection: (connection) => {
      seen.handed.push(connection);
      connection.end('welcome');
      connection.resume();
    },
    onRefused: (uid) => seen.refused.push(uid),
  });
  try {
    await work(port, seen);
  } finally {
    close();
  }
}

interface Seen {
  readonly handed: Socket[];
  readonly refused: (number | undefined)[];
}

const saidBy = (host: string, port: number) => text(connect({ host, port }).on('error', () => {}));

test.each(['127.0.0.1', '::1', '127.8.9.10'])('whoever is admitted is let in at %s', async (host) => {
  await guarded(host, [process.getuid?.() ?? 0], async (port, seen) => {
    expect(await saidBy(host, port)).toBe('welcome');
    expect(seen.refused).toEqual([]);
    expect(await ownerOfListener({ address: host, port })).toBe(process.getuid?.());
  });
});

test('a connection by way of the other kind of address is known too', async () => {
  await guarded('127.0.0.1', [0], async (port) => {
    expect(await saidBy('::ffff:127.0.0.1', port)).toBe('welcome');
  });
});

test("of a hundred that another user opens, fills and leaves at once not one is let in, though the kernel calls what nobody holds any more root's", async () => {
  await guarded('127.0.0.1', [0], async (port, seen) => {
    expect(await asOtherUser(sendAndVanish, `127.0.0.1:${port}`, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')).toBe('done');
    await until('all looked at', () => seen.refused.length + seen.handed.length === 100, 10_000);
    expect(seen.handed).toEqual([]);
    expect(seen.refused.filter((uid) => uid !== nobody && uid !== undefined)).toEqual([]);
  });
});

test('a port that is taken is refused as Node does it', async () => {
  await guarded('127.0.0.1', [0], async (port) => {
    const again = guardPort({
      ...{ host: '127.0.0.1', port, speech: 'http', admitted: new Set([0]), reason: '' },
      onConnection: () => {},
      onRefused: () => {},
    });
    await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
