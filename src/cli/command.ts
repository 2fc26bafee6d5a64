import type { Command } from 'commander';
import type { Screen } from './screen/screen';

/** What every command gets besides its own options. */
export interface CliContext {
  readonly screen: Screen;
  /** --config, where given. */
  readonly configPath: string | undefined;
}

/** Adds a command's arguments, options, examples and action. */
export type Define = (command: Command, context: () => CliContext) => void;

/** The block of examples at the end of a command's help. */
export function examples(...lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([line]) => line.length));
  return `\nExamples:\n${lines.map(([line, what]) => `  $ ${line.padEnd(width)}  ${what}`).join('\n')}\n`;
}

/** For commands that follow a job. */
export const followHelp = `
While it follows a job, Ctrl-C stops the following and not the job: it says how to watch or cancel it, and exits with 130.
`;

/** Commander neither prints errors nor exits: `main` does both. */
export function quiet(command: Command): Command {
  return command
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError(false);
}
