import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../scripts/servers/free-port';
import { postgresql } from './back-up';
import { ownCluster } from './cluster';
import { startJob } from './job';

const cluster = ownCluster();
const engine = postgresql();
const job = (port = cluster.server.port) => startJob(cluster, { name: 'postgres', port });

it('waits for a server that is not there yet, and no longer than it is told', async () => {
  await cluster.server.stop();
  expect(await engine.isDown(job())).toBe(true);
  const started = Date.now();
  await expect(engine.checkHealth(job(), 700)).rejects.toMatchObject({
    code: 'health-failed',
    message: expect.stringContaining('ECONNREFUSED'),
  });
  expect(Date.now() - started).toBeLessThan(3_000);
  const waiting = engine.checkHealth(job(), 20_000);
  await sleep(300);
  await cluster.server.start();
  await waiting;
  expect(await engine.isDown(job())).toBe(false);
});

it('does not wait for what waiting does not change', async () => {
  const wrong = startJob(cluster, { name: 'postgres', password: 'wrong' });
  await expect(engine.checkHealth(wrong, 20_000)).rejects.toMatchObject({
    code: 'health-failed',
    message: expect.stringContaining('password authentication failed'),
  });
  const missing = startJob(cluster, { name: 'nowhere' });
  await expect(engine.checkHealth(missing, 20_000)).rejects.toMatchObject({ code: 'health-failed' });
});

it('does not take a server for down while something listens in its place', async () => {
  const port = await freePort();
  expect(await engine.isDown(startJob(cluster, { port, dataDirectory: null }))).toBe(true);
  const other = await new Promise<Server>((resolve) => {
    const server = createServer().listen(port, '127.0.0.1', () => resolve(server));
  });
  expect(await engine.isDown(startJob(cluster, { port, dataDirectory: null }))).toBe(false);
  other.close();
  expect(await engine.isDown(job(port))).toBe(false); // its processes are there, whatever the port
});
