import childProcess from 'node:child_process';
import { appendFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { basename, join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import pg from 'pg';
import { deedsFile } from './gate-files';
import { type Held, waitAt } from './hold';
import type { Deed } from './middles';

/** Gates of steps that run now and are held in their middle. */
const standing = new Set<Held>();
const heldTool = join(__dirname, 'held-tool.sh');

/** Holds the first deed of the gate's kind while `work` runs. */
export async function heldInMiddle<T>(held: Held, work: () => Promise<T>): Promise<T> {
  standing.add(held);
  try {
    return await work();
  } finally {
    standing.delete(held);
  }
}

/** Changes what this process does to the outside so that gates can stand in it. Call it once, before anything else is loaded. */
export function guardDeeds(gates: string): void {
  const note = (text: string) => appendFileSync(deedsFile(gates), `${text}\n`);
  guardTools(note);
  guardStore(note);
  guardStatements();
  guardFiles();
}

type Kind<K extends Deed['kind']> = Extract<Deed, { kind: K }>;

/** The gate that stands before a deed: the lane's name is somewhere in what is done. */
function gateFor<K extends Deed['kind']>(kind: K, text: string, fits: (deed: Kind<K>) => boolean): Held | undefined {
  for (const held of standing) {
    const { deed, lane } = held.gate;
    if (deed?.kind === kind && text.includes(lane) && fits(deed as Kind<K>)) return held;
  }
  return undefined;
}

type Note = (text: string) => void;

/** What the owner of the data does with a program in our stead is the same deed. */
const ownersTools = {
  mv: { kind: 'rename', held: 'last' },
  rm: { kind: 'remove', held: 'first' },
} as const;

/** The gate before an owner's tool, and when it holds it. */
function gateForOwner(program: string, text: string): { held: Held; when: string } | undefined {
  if (program !== 'mv' && program !== 'rm') return undefined;
  const { kind, held: when } = ownersTools[program];
  const held = gateFor(kind, text, ({ match }) => new RegExp(match).test(text));
  return held && { held, when };
}

function guardTools(note: Note): void {
  const real = childProcess.spawn as (file: string, args: readonly string[], options: object) => unknown;
  const guarded = (file: string, args: readonly string[], options: object) => {
    // the program comes after the switches of setpriv
    const place = file.endsWith('/setpriv') ? args.indexOf('--') + 1 : -1;
    const program = place < 0 ? file : (args[place] ?? '');
    const text = ` ${[file, ...args].join(' ')} `;
    if (/(pg_dump|pg_restore|tar) --/.test(text) && !/ --(version|list) /.test(text)) note(`tool${text}`);
    const fits = ({ tool, match }: Kind<'tool'>) =>
      new RegExp(tool).test(basename(program)) && new RegExp(match ?? '').test(text) && !text.includes(' --version ');
    const tool = gateFor('tool', text + JSON.stringify(options), fits);
    const gate = tool
      ? { held: tool, when: (tool.gate.deed as Kind<'tool'>).held }
      : gateForOwner(basename(program), text);
    if (gate === undefined) return real(file, args, options);
    const { armed, reached, go } = gate.held.files;
    const wrapped = [heldTool, gate.when, armed, reached, go];
    if (place < 0) return real('/bin/sh', [...wrapped, file, ...args], options);
    return real(file, [...args.slice(0, place), '/bin/sh', ...wrapped, ...args.slice(place)], options);
  };
  Object.assign(childProcess, { spawn: guarded });
}

function guardStore(note: Note): void {
  type Send = (command: { constructor: { name: string }; input: object }, ...rest: unknown[]) => Promise<unknown>;
  const prototype = S3Client.prototype as unknown as { send: Send };
  const real = prototype.send;
  prototype.send = async function (this: unknown, command, ...rest) {
    const key = (command.input as { Key?: string }).Key ?? '';
    const fits = (deed: Kind<'s3'>) =>
      new RegExp(deed.command).test(command.constructor.name) && new RegExp(deed.key).test(key);
    const held = gateFor('s3', key, fits);
    if (key.includes('/data/')) note(`s3 ${command.constructor.name} ${key}`);
    const when = (held?.gate.deed as Kind<'s3'> | undefined)?.held;
    if (held && when === 'before') await waitAt(held);
    const answer = await real.call(this, command, ...rest);
    if (held && when === 'after') await waitAt(held);
    return answer;
  };
}

function guardStatements(): void {
  type Query = (this: pg.Client, ...args: unknown[]) => unknown;
  const prototype = pg.Client.prototype as unknown as { query: Query };
  const real = prototype.query;
  prototype.query = function (...args) {
    const text = typeof args[0] === 'string' ? args[0] : '';
    const { port, database } = this;
    const about = `${text} ${JSON.stringify(args[1] ?? '')} ${database} ${laneAt(port)}`;
    const held = gateFor('sql', about, ({ match }) => new RegExp(match).test(text));
    if (held === undefined) return real.apply(this, args);
    return waitAt(held).then(() => real.apply(this, args));
  };
}

/** Cold lanes have a server of their own, and are known by its port. */
function laneAt(port: number): string {
  for (const { gate } of standing) if (gate.port === port) return gate.lane;
  return '';
}

function guardFiles(): void {
  const { rename, rm } = fs;
  const path = (held: unknown) => String(held);
  Object.assign(fs, {
    rename: async (...args: Parameters<typeof rename>) => {
      const text = args.map(path).join(' ');
      const held = gateFor('rename', text, ({ match }) => new RegExp(match).test(text));
      await rename(...args);
      if (held) await waitAt(held);
    },
    rm: async (...args: Parameters<typeof rm>) => {
      const held = gateFor('remove', path(args[0]), ({ match }) => new RegExp(match).test(path(args[0])));
      if (held) await waitAt(held);
      await rm(...args);
    },
  });
}
