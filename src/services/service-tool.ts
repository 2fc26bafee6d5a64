import { type ChildProcess, spawn } from 'node:child_process';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Distiller } from '../pipeline/distiller';
import { launchOf } from '../pipeline/launch';
import { afterLong } from '../pipeline/long-timer';
import type { Command } from '../pipeline/pipeline';
import type { ServiceCall } from './service';

export interface ToolEnd {
  readonly code: number | null;
  /** What it and the service that it started wrote meanwhile, from the start, bounded. */
  readonly output: string;
  /** Of the same, what tells why it failed and may be told beyond this host. */
  readonly told: string;
}

/** Output of a service stays in a file of this size at most when the next tool is run. */
const maxFile = 2 ** 20;
const maxOutput = 64 * 2 ** 10;
/** The service manager's own limit comes first; this much later we end the tool. */
const slack = 5_000;
const killAfter = 2_000;

export interface ServiceToolOptions {
  /** Stays, and a service that is started goes on writing to it. */
  readonly outputFile?: string;
  /** It starts the service. Any other tool ends with us: a stop that comes late would undo what the next agent has brought up. */
  readonly starts?: boolean;
}

/**
 * Runs a service manager's tool. What it starts must outlive us: so no parent-death signal, a session of its own (where no Ctrl-C reaches it),
 * and a file for its output, since a pipe would break with us. Rejects with the signal's reason, or if it takes too long.
 */
export async function runServiceTool(
  command: Command,
  call: ServiceCall,
  { outputFile, starts = false }: ServiceToolOptions = {},
): Promise<ToolEnd> {
  call.signal.throwIfAborted();
  const launch = launchOf(command, { outlivesUs: true, endsItself: !starts });
  const output = outputFile === undefined ? await openNameless() : await open(outputFile, 'a+', 0o600);
  try {
    const from = await beginOutput(output);
    const { file, args, env, cwd } = launch;
    const child = spawn(file, args, { env, cwd, detached: true, stdio: ['ignore', output.fd, output.fd] });
    const code = await exitOf(child, basename(command.program), call);
    const text = await outputSince(output, from);
    return { code, output: text, told: logAndDistil(text, command, call) };
  } finally {
    await output.close();
  }
}

/** A file of this call alone, which vanishes with it. */
async function openNameless(): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-service-'));
  try {
    return await open(join(folder, 'output'), 'a+', 0o600);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function beginOutput(output: FileHandle): Promise<number> {
  const { size } = await output.stat();
  if (size <= maxFile) return size;
  await output.truncate(0);
  return 0;
}

async function outputSince(output: FileHandle, from: number): Promise<string> {
  const { buffer, bytesRead } = await output.read(Buffer.alloc(maxOutput), 0, maxOutput, from);
  return buffer.toString('utf8', 0, bytesRead);
}

function logAndDistil(text: string, { program, telling }: Command, call: ServiceCall): string {
  const distiller = new Distiller();
  const tell = telling?.();
  for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
    call.log.line(basename(program), line);
    distiller.line(tell?.(line) ?? '');
  }
  return distiller.distilled();
}

/** Only the tool itself is ended, never its group, in which a service may have begun to run. */
function exitOf(child: ChildProcess, program: string, call: ServiceCall): Promise<number | null> {
  return new Promise((resolve, reject) => {
    let killer: NodeJS.Timeout | undefined;
    let ended: { readonly cause: unknown } | undefined;
    const end = (cause: unknown) => {
      ended ??= { cause };
      child.kill('SIGTERM');
      killer ??= setTimeout(() => child.kill('SIGKILL'), killAfter);
    };
    const late = new Error(`${program} did not end within ${call.timeout} ms`);
    const timer = afterLong(call.timeout + slack, () => end(late));
    const onAbort = () => end(call.signal.reason);
    call.signal.addEventListener('abort', onAbort, { once: true });
    const settle = (finish: () => void) => {
      timer.cancel();
      clearTimeout(killer);
      call.signal.removeEventListener('abort', onAbort);
      finish();
    };
    child.once('error', (error) => child.pid === undefined && settle(() => reject(error)));
    child.once('exit', (code) => settle(() => (ended ? reject(ended.cause) : resolve(code))));
  });
}
