import { readFileSync } from 'node:fs';
import path from 'node:path';

const page = path.join(__dirname, '..', '..', 'docs', 'recovering-by-hand.md');

/** The commands of a page by the word behind "sh" that opens their block. */
export function pageCommands(text: string = readFileSync(page, 'utf8')): ReadonlyMap<string, string> {
  const blocks = [...text.matchAll(/^```sh ([a-z-]+)\n([\s\S]*?)^```$/gm)];
  return new Map(blocks.map(([, name, commands]) => [String(name), String(commands)]));
}

/** Those of several blocks in their order, as one script. */
export function script(...names: readonly string[]): string {
  const commands = pageCommands();
  return names
    .map((name) => {
      const block = commands.get(name);
      if (block === undefined) throw new Error(`the page has no block "${name}"`);
      return block;
    })
    .join('');
}
