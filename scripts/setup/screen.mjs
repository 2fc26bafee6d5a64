/** What set-up shows: one line that counts the seconds on a terminal, plain lines where nobody watches. */

const live = Boolean(process.stdout.isTTY) && !process.env.CI && process.env.TERM !== 'dumb';
const plainReminderMs = 60_000;

export const say = (line) => process.stdout.write(`${line}\n`);

/** Seconds since `started` (of `performance.now()`), for people. */
export function elapsed(started) {
  const seconds = (performance.now() - started) / 1000;
  return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}

/**
 * Shows `doing` while `work` runs, then what it answered and how long it took. `work` may call the function it is given to
 * change the text. A failure clears the line and is passed on.
 */
export async function during(doing, work) {
  const started = performance.now();
  const line = live ? countingLine(doing, started) : plainLine(doing, started);
  try {
    const done = await work(line.change);
    line.end();
    say(`  ✓ ${done} (${elapsed(started)})`);
  } catch (error) {
    line.end();
    throw error;
  }
}

function countingLine(doing, started) {
  let text = doing;
  const draw = () => {
    const room = (process.stdout.columns || 80) - 12;
    process.stdout.write(`\r\x1b[2K  … ${text.slice(0, room)} ${elapsed(started)}`);
  };
  draw();
  const timer = setInterval(draw, 1000);
  return {
    change: (next) => {
      text = next;
    },
    end: () => {
      clearInterval(timer);
      process.stdout.write('\r\x1b[2K');
    },
  };
}

function plainLine(doing, started) {
  say(`  … ${doing}`);
  let text = doing;
  const timer = setInterval(() => say(`  … ${text}, ${elapsed(started)} so far`), plainReminderMs);
  return {
    change: (next) => {
      text = next;
    },
    end: () => clearInterval(timer),
  };
}
