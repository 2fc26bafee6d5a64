import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(__dirname, '..', '..');
/** A port that nothing listens on: what a machine without network answers, at once. */
const refused = 'http://127.0.0.1:9/';

export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly seconds: number;
}

export interface Pin {
  version: string;
  releases: Record<string, { urls: string[]; sha256: string; member: string }>;
}

/**
 * A copy of what set-up consists of, beside a machine that is made up: a PATH of stand-ins and an empty cache, where everything is there
 * but the two servers, and nothing can be downloaded.
 */
export class Sandbox {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'holdfast-setup-'));
  readonly tree = path.join(this.folder, 'tree');
  readonly bin = path.join(this.folder, 'bin');
  readonly cache = path.join(this.folder, 'cache');

  constructor() {
    for (const made of ['tree/node_modules', 'bin', 'home'])
      mkdirSync(path.join(this.folder, made), { recursive: true });
    for (const part of ['scripts/setup.mjs', 'scripts/setup', 'tools', 'package.json', 'package-lock.json']) {
      cpSync(path.join(root, part), path.join(this.tree, part), { recursive: true });
    }
    this.takePackages();
    this.changePins(({ releases }) => {
      for (const release of Object.values(releases)) release.urls = [refused];
    });
    this.pinMajors({});
    for (const program of ['zstd', 'setpriv', 'curl', 'openssl', 'chromium', 'pgbouncer']) this.program(program);
    for (const tool of ['initdb', 'pg_ctl', 'pg_dump', 'pg_restore', 'pg_basebackup', 'pg_verifybackup', 'psql'])
      this.program(tool);
    this.program('postgres', 'echo "postgres (PostgreSQL) 99.1"');
    this.pip();
    this.program('locale', 'echo de_DE.utf8');
    symlinkSync(process.execPath, path.join(this.bin, 'node'));
    for (const real of ['tar', 'gzip', 'sleep', 'cat', 'cp', 'head', 'chmod', 'mkdir', 'touch']) this.link(real);
  }

  /** npm's own account of the packages is all that set-up looks at. */
  takePackages(): void {
    const account = path.join('node_modules', '.package-lock.json');
    cpSync(path.join(root, account), path.join(this.tree, account));
  }

  /** Puts a shell script on the sandbox's PATH. */
  program(name: string, script = 'exit 0'): void {
    writeExecutable(path.join(this.bin, name), script);
  }

  without(name: string): void {
    rmSync(path.join(this.bin, name));
  }

  /** A `go` that "builds" a stand-in server into GOBIN; `before` runs first. */
  go(before = ''): void {
    const pick = 'case "$*" in *versitygw*) name=versitygw ;; *) name=temporal ;; esac';
    const body = `{ echo '#!/bin/sh'; echo "echo '${serverWords.temporal}'; echo '${serverWords.versitygw}'"; } > "$GOBIN/$name"`;
    this.program('go', `${pick}\n${before}\n${body}\nchmod +x "$GOBIN/$name"`);
  }

  /** A Python whose pip "installs" what each part is known by, into the folder that it is given; `before` runs first, `more` is what else it is asked. */
  pip(before = '', more: readonly string[] = []): void {
    const target = 'for word; do [ "$last" = --target ] && target=$word; last=$word; done';
    const made = `mkdir -p "$target/bin" "$target/moto"; touch "$target/bin/rclone" "$target/moto/server.py"`;
    this.program(
      'python3',
      [
        `case "$*" in`,
        ...more,
        `*'pip install'*) ${target}`,
        before,
        `${made} ;;`,
        `*'print('*) echo '${path.join(this.bin, 'python3')}' ;;`,
        'esac',
      ].join('\n'),
    );
  }

  cached(name: string): string {
    return path.join(this.cache, 'bin', name);
  }

  changePins(change: (pin: Pin) => void): void {
    const file = path.join(this.tree, 'tools', 'pins.json');
    const pins = JSON.parse(readFileSync(file, 'utf8')) as Record<'temporal' | 'versitygw', Pin>;
    change(pins.temporal);
    change(pins.versitygw);
    writeFileSync(file, JSON.stringify(pins));
  }

  /** Which major versions of PostgreSQL the tests across versions need: none, unless a test says so. */
  pinMajors(majors: Readonly<Record<string, unknown>>): void {
    const file = path.join(this.tree, 'tools', 'pins.json');
    const pins = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    writeFileSync(file, JSON.stringify({ ...pins, postgresqlMajors: majors }));
  }

  start(args: readonly string[] = ['scripts/setup.mjs'], environment: NodeJS.ProcessEnv = {}): ChildProcess {
    const env = { PATH: this.bin, HOME: path.join(this.folder, 'home'), HOLDFAST_CACHE: this.cache, ...environment };
    return spawn(process.execPath, args, { cwd: this.tree, env, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  run(args?: readonly string[], environment?: NodeJS.ProcessEnv): Promise<Ended> {
    return ended(this.start(args, environment));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private link(name: string): void {
    const found = (process.env['PATH'] ?? '').split(':').map((folder) => path.join(folder, name));
    const real = found.find((file) => {
      try {
        return readFileSync(file).length > 0;
      } catch {
        return false;
      }
    });
    if (real === undefined) throw new Error(`the tests of set-up need "${name}" on the PATH`);
    symlinkSync(real, path.join(this.bin, name));
  }
}

/** What the real servers say to `--version`, as far as set-up reads it. */
export const serverWords = {
  temporal: 'temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)',
  versitygw: 'Version  : 1.8.0',
};

export function writeExecutable(file: string, script: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

/** Collects what a started program says until it ends. */
export async function ended(child: ChildProcess): Promise<Ended> {
  const started = performance.now();
  let output = '';
  const keep = (chunk: Buffer) => {
    output += chunk;
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output, seconds: (performance.now() - started) / 1000 };
}
