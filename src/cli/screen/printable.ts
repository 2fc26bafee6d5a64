import { stripVTControlCharacters } from 'node:util';

/** Text from servers and logs, without what would move the cursor, colour the screen or break a line in two. */
export function printable(text: string): string {
  const lines = stripVTControlCharacters(text).split(/\r\n|[\r\n]/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to go
  return lines.map((line) => line.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '').trimEnd()).join('\n');
}

/** The same in one line, cut to `width` characters. */
export function oneLine(text: string, width = Number.POSITIVE_INFINITY): string {
  const line = printable(text)
    .replaceAll(/\s*[\n\t]\s*/g, ' ')
    .trim();
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`;
}
