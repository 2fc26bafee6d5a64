import type { Command } from './pipeline';
import { wholeLines } from './whole-lines';

/** One child of a pipeline: in its line, or beside it as the reader of a copy. The one before a reader writes the copy. */
export interface Stage {
  readonly command: Command;
  readonly beside: boolean;
}

/** Descriptor that a copy is written to. */
export const copyDescriptor = 3;

/** A witness that stops reading is no trouble of the copying: its own end tells. */
const copying: Command = {
  program: 'tee',
  args: ['--output-error=warn-nopipe', `/dev/fd/${copyDescriptor}`],
  telling: wholeLines,
};

/** The children of a pipeline, those of the line in its order. */
export function stagesOf(commands: readonly Command[]): readonly Stage[] {
  return commands.flatMap((command) => {
    const stage = { command, beside: false };
    if (command.witness === undefined) return [stage];
    return [stage, { command: copying, beside: false }, { command: command.witness, beside: true }];
  });
}
