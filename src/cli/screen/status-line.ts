import { oneLine } from './printable';
import { type Screen, widthOf } from './screen';

export interface StatusLine {
  /** Draws over what was drawn before: `word` in colour, then as much of `rest` as fits. */
  draw(word: string, rest: string): void;
  /** Leaves nothing behind. Idempotent. */
  clear(): void;
}

const wordWidth = 11;
/** From here on most characters are as wide as two. */
const wideFrom = 0x1100;

/** One line at the bottom of the terminal that is never longer than it: a line that wraps could not be drawn over. */
export function createStatusLine({ colors }: Pick<Screen, 'colors'>, stream = process.stderr): StatusLine {
  let drawn = false;
  return {
    draw: (word, rest) => {
      const width = widthOf(stream) - 1;
      const head = cut(word, width).padEnd(Math.min(wordWidth, width));
      stream.write(`\r${colors.cyan(head)}${cut(oneLine(rest), width - head.length)}\u001b[K`);
      drawn = true;
    },
    clear: () => {
      if (drawn) stream.write('\r\u001b[K');
      drawn = false;
    },
  };
}

function cut(text: string, width: number): string {
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += (character.codePointAt(0) ?? 0) < wideFrom ? 1 : 2;
    if (used > width) break;
    kept += character;
  }
  return kept;
}
