import { HoldfastFailure } from '../../src/client/holdfast-failure';
import type { JobResult } from '../../src/model/interface-job';
import type { JobFailure } from '../../src/model/plan';
import type { Holdfast } from '../stack/holdfast';

/** A job that ended well, and what it was for. */
export interface BookedJob {
  readonly what: string;
  readonly result: JobResult;
}

/** Runs jobs by the program, as a person would, and remembers them for the end of the story. */
export class JobBook {
  readonly entries: BookedJob[] = [];

  constructor(private readonly holdfast: Holdfast) {}

  /** Runs a command such as `backup shop` to its job's end; rejects with the job's failure. */
  async run(what: string, command: string): Promise<JobResult> {
    return this.enter(what, await this.ask<JobResult>(command));
  }

  /** Any command's answer; rejects with its failure. */
  async ask<T>(command: string): Promise<T> {
    const answer = await this.holdfast.json<T & { error?: JobFailure; status?: string }>(...command.split(' '));
    if (answer.error !== undefined && answer.error.message !== undefined) throw new HoldfastFailure(answer.error);
    return answer;
  }

  enter(what: string, result: JobResult): JobResult {
    this.entries.push({ what, result });
    return result;
  }
}
