import { createHash } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { systemUser } from '../pipeline/system-user';
import { postmasterOf } from './postmaster';

type Variables = Readonly<Record<string, string>>;

/** Of the process that systemd started, and of no other. */
const ofOneProcess =
  /^(NOTIFY_SOCKET|INVOCATION_ID|JOURNAL_STREAM|LISTEN_(PID|FDS|FDNAMES)|WATCHDOG_(PID|USEC)|MAINPID|SYSTEMD_EXEC_PID|MEMORY_PRESSURE_(WATCH|WRITE)|PG_GRANDPARENT_PID|HOLDFAST_OWNER)$/;
/** What the C library does at a program's start because of a variable, as it ignores it itself in a program with more rights than its caller. */
const ofLibraries =
  /^(LD_\w+|GCONV_PATH|GETCONF_DIR|GLIBC_TUNABLES|HOSTALIASES|LOCALDOMAIN|LOCPATH|MALLOC_\w+|NIS_PATH|NLSPATH|RESOLV_HOST_CONF|RES_OPTIONS|TZDIR)$/;

const Noted = z.object({ uid: z.number(), variables: z.record(z.string(), z.string()) });
type Noted = z.infer<typeof Noted>;

export interface ServerEnvironmentPlace {
  readonly unit: string;
  readonly stateFolder: string;
  readonly dataDirectory: string | undefined;
}

/**
 * What a server's own service gave it: its programs, an archive_command for instance, need it, and its time zone may come from it. It is read off the
 * running server before that is stopped, and kept in the agent's state (mode 0600, since it may hold secrets of the server's): whoever starts the
 * server again may be another life of the agent. Without a data directory, or of a server that has never been seen, nothing is known.
 * Whoever the server runs as decides what is in it, so it is never given to a program of another user, root's above all.
 */
export class ServerEnvironment {
  private readonly file: string;

  constructor(private readonly place: ServerEnvironmentPlace) {
    const digest = createHash('sha256').update(place.unit).digest('hex').slice(0, 16);
    this.file = join(place.stateFolder, `service-${digest}.environment.json`);
  }

  /** Harmless where no server runs, or where its environment may not be read. */
  async note(): Promise<void> {
    const { dataDirectory } = this.place;
    if (dataDirectory === undefined) return;
    const found = await readNow(dataDirectory).catch(() => undefined);
    if (found !== undefined) await writeFile(this.file, JSON.stringify(found), { mode: 0o600 });
  }

  /** For a program that becomes this user, or stays who we are; empty where nothing is known, or where the server runs as another. */
  async of(user: string | undefined): Promise<Variables> {
    const noted = await this.noted();
    const own = process.geteuid?.();
    const uid = user === undefined ? own : systemUser(user).uid;
    if (noted === undefined || noted.uid !== uid) return {};
    // the program that becomes the user is still root when it starts
    const allowed = Object.entries(noted.variables).filter(([name]) => uid === own || !ofLibraries.test(name));
    return Object.fromEntries(allowed);
  }

  private async noted(): Promise<Noted | undefined> {
    const text = await readFile(this.file, 'utf8').catch(() => '');
    try {
      return Noted.parse(JSON.parse(text));
    } catch {
      return undefined; // none, or half written: as if the server had never been seen
    }
  }
}

/** The file that names the server is its user's to write: it must be a process of that user, not somebody else's who is in that folder. */
async function readNow(dataDirectory: string): Promise<Noted | undefined> {
  const pid = await postmasterOf(dataDirectory);
  if (pid === undefined) return undefined;
  const { uid } = await stat(dataDirectory);
  if ((await stat(`/proc/${pid}`)).uid !== uid) return undefined;
  const text = await readFile(`/proc/${pid}/environ`, 'utf8');
  const entries = text.split('\0').flatMap((entry) => {
    const at = entry.indexOf('=');
    return at < 1 ? [] : [[entry.slice(0, at), entry.slice(at + 1)] as const];
  });
  const kept = entries.filter(([name]) => !ofOneProcess.test(name));
  return kept.length === 0 ? undefined : { uid, variables: Object.fromEntries(kept) };
}
