/** What set-up shows: one line that counts the seconds of all that is under way on a terminal, plain lines where nobody watches. */

const live = Boolean(process.stdout.isTTY) && !process.env.CI && process.env.TERM !== 'dumb';
const reminderMs = live ? 1_000 : 60_000;

/** What is under way, in the order it began. */
const underWay = new Set();

export function say(line) {
  if (live) process.stdout.write('\r\x1b[2K');
  process.stdout.write(`${line}\n`);
  draw();
}

/** Seconds since `started` (of `performance.now()`), for people. */
export function elapsed(started) {
  const seconds = (performance.now() - started) / 1000;
  return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}

/**
 * Shows `doing` while `work` runs, then what it answered and how long it took; several may run side by side. `work` may call the
 * function it is given to change the text. A failure is passed on.
 */
export async function during(doing, work) {
  const entry = { text: doing, started: performance.now() };
  const change = (next) => {
    entry.text = next;
  };
  if (!live) say(`  … ${doing}`);
  underWay.add(entry);
  const timer = setInterval(() => remind(entry), reminderMs);
  try {
    const done = await work(change);
    underWay.delete(entry);
    say(`  ✓ ${done} (${elapsed(entry.started)})`);
  } finally {
    clearInterval(timer);
    underWay.delete(entry);
  }
}

function remind({ text, started }) {
  if (live) draw();
  else say(`  … ${text}, ${elapsed(started)} so far`);
}

/** The line at the bottom of a terminal. */
function draw() {
  if (!live || underWay.size === 0) return;
  const room = (process.stdout.columns || 80) - 5;
  const all = [...underWay].map(({ text, started }) => `${text} ${elapsed(started)}`).join(' · ');
  process.stdout.write(`\r\x1b[2K  … ${all.slice(0, room)}`);
}
