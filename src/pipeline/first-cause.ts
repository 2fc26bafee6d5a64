import { failure, type HoldfastError } from '../model/errors';
import type { ChildEnd } from './child';

/** Ends that lie closer together than this may be seen in any order. */
const simultaneous = 50;
const brokenPipe = /broken pipe|EPIPE/i;

/** The error of the child that failed first in cause; undefined where all ended well. Ends are given in the order of the pipe. */
export function firstCause(ends: readonly ChildEnd[]): HoldfastError | undefined {
  const failed = ends.filter((end) => !end.accepted);
  if (failed.length === 0) return undefined;
  const real = failed.filter((end) => !end.terminated && !isVictim(end));
  // With no real failure somebody stopped reading: the last of those left unheard is nearest to it.
  const cause = earliest(real) ?? failed.findLast((end) => !end.terminated) ?? failed[0];
  return cause && failureOf(cause, real);
}

/** Died of a neighbour that stopped reading. */
function isVictim(end: ChildEnd): boolean {
  return end.signal === 'SIGPIPE' || end.code === 141 || brokenPipe.test(end.distilled);
}

/** Of ends at about the same time the one upstream: a reader fails of a writer's end, never the other way round without a broken pipe. */
function earliest(ends: readonly ChildEnd[]): ChildEnd | undefined {
  const first = Math.min(...ends.map((end) => end.at));
  return ends.find((end) => end.at - first < simultaneous);
}

function failureOf(cause: ChildEnd, real: readonly ChildEnd[]): HoldfastError {
  const others = real.filter((end) => end !== cause).map((end) => `${end.program}: ${describe(end)}`);
  const reason = [describe(cause), ...others].join('; then ').slice(0, 1_500);
  const { program, code, signal } = cause;
  const words = new Error(real.map((end) => end.distilled).join('; ') || cause.distilled);
  const details = { tool: program, reason, exit: code ?? undefined, signal: signal ?? undefined };
  return failure('process-failed', details, words);
}

function describe(end: ChildEnd): string {
  const how = end.signal ? `ended by ${end.signal}` : end.code === null ? '' : `exit code ${end.code}`;
  const unread = isVictim(end) && end.distilled === '' ? 'its output was not read to the end' : '';
  return [how, end.told || unread].filter((part) => part !== '').join(': ');
}
