import { createInterface } from 'node:readline/promises';

/** Asks a yes-or-no question on stderr; anything but y or yes is no, and so are Ctrl-C and the end of the input. */
export async function askYesNo(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const refused = new AbortController();
  const refuse = () => refused.abort();
  terminal.on('SIGINT', refuse).on('close', refuse);
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal: refused.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    process.stderr.write('\n');
    return false;
  } finally {
    terminal.close();
  }
}
