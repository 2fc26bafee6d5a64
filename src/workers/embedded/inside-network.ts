import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { connect, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { listens } from '../listens';
import { asksForThisHost, refusePage } from './own-page';

const lookEvery = 50;
const Handed = z.object({ port: z.number().int(), speech: z.enum(['grpc', 'http']) });
type Handed = z.infer<typeof Handed>;

/**
 * The program that runs inside a network of its own: `HOST PORT PROGRAM ARGUMENTS…`. It starts the server there, says `listening` to its parent once
 * it does, and joins each connection that the parent hands it to the port it was meant for. It ends with the server, and the server with it.
 */
function main([host = '', port = '', program = '', ...args]: readonly string[]): void {
  const up = spawnSync('ip', ['link', 'set', 'lo', 'up'], { stdio: 'inherit' });
  if (up.status !== 0) process.exit(1);
  const server = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  server.once('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  server.once('exit', (code) => process.exit(code ?? 1));
  process.on('SIGTERM', () => server.kill('SIGTERM'));
  process.once('disconnect', () => server.kill('SIGKILL'));
  process.on('message', (message, handle) => {
    const handed = Handed.safeParse(message);
    if (!(handle instanceof Socket)) return;
    if (handed.success) void join(handle, host, handed.data);
    else handle.destroy();
  });
  void tellListening(server, host, Number(port));
}

/** Each half closes by itself; what breaks takes the other end with it. */
async function join(outside: Socket, host: string, { port, speech }: Handed): Promise<void> {
  outside.allowHalfOpen = true;
  if (speech === 'http' && !(await asksForThisHost(outside, host))) return refusePage(outside);
  const inside = connect({ host, port, allowHalfOpen: true, noDelay: true });
  outside.setNoDelay(true);
  pass(outside, inside);
  pass(inside, outside);
}

/** Not by `pipeline`, which closes both when one half has ended. */
function pass(from: Socket, to: Socket): void {
  from.on('error', () => to.destroy());
  from.on('close', () => {
    if (!from.readableEnded || !from.writableFinished) to.destroy();
  });
  from.pipe(to);
}

async function tellListening(server: ChildProcess, host: string, port: number): Promise<void> {
  while (server.exitCode === null) {
    if (await listens(host, port)) return void process.send?.('listening');
    await sleep(lookEvery);
  }
}

main(process.argv.slice(2));
