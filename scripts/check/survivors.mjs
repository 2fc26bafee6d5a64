/** Processes that tests started and left behind: a leak, and a server that disturbs the next suite. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const markName = 'HOLDFAST_CHECK';
const graceMs = 3_000;
const lookEveryMs = 100;

let phases = 0;

/** An environment variable that all processes of one phase inherit, and nothing else has. */
export function newMark() {
  phases += 1;
  return { [markName]: `${process.pid}-${phases}` };
}

/**
 * Ends what still runs of a phase that has ended, after a grace for what was just told to stop. Resolves to the command lines of what
 * had to be ended. Sees nothing where there is no /proc.
 */
export async function endSurvivors(mark) {
  const deadline = Date.now() + graceMs;
  let alive = marked(mark);
  while (alive.length > 0 && Date.now() < deadline) {
    await sleep(lookEveryMs);
    alive = marked(mark);
  }
  for (const { pid } of alive) end(pid);
  return alive.map(({ command }) => command);
}

function marked(mark) {
  const entry = `${markName}=${mark[markName]}`;
  return processes().flatMap((pid) => {
    const own = read(pid, 'environ').includes(entry);
    return own ? [{ pid, command: read(pid, 'cmdline').join(' ').trim().slice(0, 100) }] : [];
  });
}

function processes() {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** The NUL-separated parts of a file of /proc; none when the process is gone or another user's. */
function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function end(pid) {
  try {
    process.kill(Number(pid), 'SIGKILL');
  } catch {
    // it ended by itself meanwhile
  }
}
