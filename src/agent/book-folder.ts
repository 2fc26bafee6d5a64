import { childOf, entryName } from './entry-name';
import { foldersIn } from './folders-in';

/** What an agent has in its state folder besides: a database or lock of such a name gets a folder of another one. */
const agentsOwn = /^(agent-\d+\.json|claiming-.*|temporal\.sqlite.*|service-.*\.log)$/;

/** Files in these folders. In a spool that is one of them too no job's folder may have their names. */
export const bookNames = ['stopped.json', 'tokens.json', 'downtimes.json', 'loads.json'] as const;

/** A file of the books about one database or lock, in a direct child of the state folder whatever the name. */
export function bookPath(state: string, name: string, file: (typeof bookNames)[number]): string {
  const folder = agentsOwn.test(name) ? `=${name}` : entryName(name);
  return childOf(childOf(state, folder), file);
}

/** The databases that may have books in a state folder. Rejects as `foldersIn`. */
export async function bookedNames(state: string): Promise<readonly string[]> {
  return (await foldersIn(state)).map((name) => name.replace(/^=/, ''));
}
