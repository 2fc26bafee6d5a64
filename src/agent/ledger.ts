import { z } from 'zod';
import { failure } from '../model/errors';
import type { Hold } from '../model/hold';
import { isPlausible, tokenLead } from '../model/plausible-token';
import { bookedNames, bookPath } from './book-folder';
import { removeDurably, writeDurably } from './durable-file';
import { judgeHold, noTokens, SeenTokens } from './fencing';
import { readFileAs } from './read-file-as';
import { Serial } from './serial';
import { type StopEntry, StoppedFile } from './stop-entry';

const TokensFile = z.record(z.string(), SeenTokens);

/** An entry and the key of its database in the configuration. */
export interface FoundEntry {
  readonly database: string;
  readonly entry: StopEntry;
}

/**
 * The agent's own memory of what it took out of service and which holds it obeyed: small files in `<state>/<database>/`, each written and synced
 * before the deed. Nothing else keeps a database from being left stopped when everything around it dies.
 */
export class Ledger {
  private readonly serial = new Serial();

  constructor(private readonly state: string) {}

  /** Runs one piece of work under a lock at a time: on databases that share an instance, steps of jobs and the watchdog never act together. */
  exclusively<T>(lock: string, work: () => Promise<T>): Promise<T> {
    return this.serial.run(lock, work);
  }

  /** What is out of service because of a job. Rejects with `ledger-unreadable`. */
  async find(database: string, unit: string): Promise<StopEntry | undefined> {
    return (await this.entries(database)).find((entry) => entry.unit === unit);
  }

  /** Every entry of every database on this host, unreadable ones reported instead of returned. */
  async all(onUnreadable: (error: unknown) => void): Promise<readonly FoundEntry[]> {
    const found: FoundEntry[] = [];
    const reported = (error: unknown) => {
      onUnreadable(error);
      return [];
    };
    for (const database of await bookedNames(this.state).catch(reported)) {
      try {
        for (const entry of await this.entries(database)) found.push({ database, entry });
      } catch (error) {
        onUnreadable(error);
      }
    }
    return found;
  }

  /** Replaces the entry of its unit. On disk when this resolves. */
  async put(database: string, entry: StopEntry): Promise<void> {
    const others = (await this.entries(database)).filter(({ unit }) => unit !== entry.unit);
    await this.write(database, [...others, entry]);
  }

  async remove(database: string, unit: string): Promise<void> {
    const entries = await this.entries(database);
    const others = entries.filter((entry) => entry.unit !== unit);
    if (others.length === entries.length) return;
    if (others.length > 0) return this.write(database, others);
    await removeDurably(this.stoppedFile(database));
  }

  /**
   * Rejects with `tokens-unreadable`, with `hold-implausible`, or with `hold-lost` where a later hold of the same lock was obeyed here, for whichever database; remembers this one otherwise. Call it inside
   * `exclusively`.
   */
  async admit(database: string, hold: Hold): Promise<void> {
    const path = bookPath(this.state, hold.lock, 'tokens.json');
    const tokens = await readFileAs(path, TokensFile, {}, 'tokens-unreadable');
    refuseImplausible(database, hold);
    const verdict = judgeHold(seenOf(tokens, hold.lock), hold);
    if ('refusedBy' in verdict) {
      throw failure('hold-lost', { database, token: hold.token, last: verdict.refusedBy });
    }
    const before = tokens[hold.lock];
    const { exclusive, any } = verdict.admitted;
    if (before?.exclusive === exclusive && before.any === any) return;
    await writeDurably(path, JSON.stringify({ ...tokens, [hold.lock]: verdict.admitted }));
  }

  private async entries(database: string): Promise<readonly StopEntry[]> {
    const nothing = { 'format-version': 1 as const, entries: [] };
    return (await readFileAs(this.stoppedFile(database), StoppedFile, nothing)).entries;
  }

  private write(database: string, entries: readonly StopEntry[]): Promise<void> {
    const text = JSON.stringify({ 'format-version': 1, entries }, null, 2);
    return writeDurably(this.stoppedFile(database), `${text}\n`);
  }

  private stoppedFile(database: string): string {
    return bookPath(this.state, database, 'stopped.json');
  }
}

/** What no mutex can have given by now was forged, or a clock is wrong: obeyed once, it would shut out every later hold. */
function refuseImplausible(database: string, { lock, token }: Hold): void {
  const now = Date.now();
  if (isPlausible(token, now)) return;
  const moment = new Date(now + tokenLead).toISOString();
  throw failure('hold-implausible', { database, lock, token, moment });
}

/** Such a token that was obeyed all the same, by an earlier version, counts as none. */
function seenOf(tokens: z.infer<typeof TokensFile>, lock: string): SeenTokens {
  const { exclusive, any } = tokens[lock] ?? noTokens;
  const plausible = (token: number) => (isPlausible(token, Date.now()) ? token : 0);
  return { exclusive: plausible(exclusive), any: plausible(any) };
}
