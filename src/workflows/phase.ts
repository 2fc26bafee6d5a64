import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { defineQuery, setCurrentDetails, setHandler, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { JobRecord } from '../model/job-record';
import type { JobType, JobView, Phase } from '../model/job-state';
import { searchAttributes } from '../model/search-attributes';

export type StepNote = JobRecord['steps'][number];

const status = defineQuery<JobView>('status');

const keys = {
  phase: defineSearchAttributeKey(searchAttributes.phase, SearchAttributeType.KEYWORD),
  database: defineSearchAttributeKey(searchAttributes.database, SearchAttributeType.KEYWORD),
  jobType: defineSearchAttributeKey(searchAttributes.jobType, SearchAttributeType.KEYWORD),
  backupId: defineSearchAttributeKey(searchAttributes.backupId, SearchAttributeType.KEYWORD),
  unit: defineSearchAttributeKey(searchAttributes.unit, SearchAttributeType.KEYWORD),
} as const;

/** What can be seen of a job while it runs: its search attributes, its live details in the Web UI, and the answer of the query `status`. */
export class Screen {
  /** In the order they began; goes into the job's record. */
  readonly notes: StepNote[] = [];
  private view: JobView;
  private told: Partial<Record<keyof typeof keys, string>> = { phase: 'planning' };

  constructor(jobType: JobType, database: string) {
    const { workflowId, startTime } = workflowInfo();
    this.view = { jobId: workflowId, jobType, database, phase: 'planning', startedAt: startTime.toISOString() };
    setHandler(status, () => this.view, { description: 'What the job is doing now' });
    this.draw();
  }

  get phase(): Phase {
    return this.view.phase;
  }

  get startedAt(): string {
    return this.view.startedAt;
  }

  /** Shown at once where people read; written to the search attributes with the next change of phase, since each writing is an event. */
  learn(facts: Partial<JobView>): void {
    this.view = { ...this.view, ...facts };
    this.draw();
  }

  enter(phase: Phase, step?: string): void {
    this.learn({ phase, step });
    this.tell();
  }

  /** Who holds the lock; undefined: nobody any more. A hold that comes at once is no phase of its own. */
  wait(waitingFor: string | undefined): void {
    if (waitingFor !== undefined) this.enter('waiting', this.view.step);
    this.learn({ waitingFor });
  }

  /** Runs a piece of work as a noted step. */
  async during<T>(step: string, phase: Phase, work: () => Promise<T>): Promise<T> {
    this.enter(phase, step);
    const note = { step, 'started-at': now(), 'finished-at': '', outcome: 'running' };
    this.notes.push(note);
    this.draw();
    try {
      const result = await work();
      note.outcome = 'done';
      return result;
    } catch (error) {
      note.outcome = 'failed';
      throw error;
    } finally {
      note['finished-at'] = now();
      this.draw();
    }
  }

  /** Writes what has changed, once the phase has: attributes that come between wait for it. */
  private tell(): void {
    const { phase, database, jobType, backupId, unit } = this.view;
    if (phase === this.told.phase) return;
    const wanted = { phase, database, jobType, backupId, unit };
    const changed = (Object.keys(keys) as (keyof typeof keys)[]).filter((key) => wanted[key] !== this.told[key]);
    upsertSearchAttributes(changed.map((key) => ({ key: keys[key], value: wanted[key] ?? null })));
    this.told = wanted;
  }

  private draw(): void {
    setCurrentDetails(markdown(this.view, this.notes));
  }
}

function markdown(view: JobView, notes: readonly StepNote[]): string {
  const waiting = view.waitingFor === undefined ? '' : `: ${view.waitingFor}`;
  const head = `**${view.phase}**${waiting}`;
  const facts = [view.unit && `unit ${view.unit}`, view.backupId && `backup ${view.backupId}`, view.artefactPath];
  const rows = notes.map(
    (note) => `| ${note.step} | ${note['started-at'].slice(11, 19)} | ${took(note)} | ${note.outcome} |`,
  );
  const table = ['| step | began (UTC) | took | |', '|---|---|---|---|', ...rows];
  return [head, facts.filter(Boolean).join(' · '), ...(rows.length > 0 ? ['', ...table] : [])].join('\n');
}

function took(note: StepNote): string {
  if (note['finished-at'] === '') return '…';
  return `${((Date.parse(note['finished-at']) - Date.parse(note['started-at'])) / 1000).toFixed(1)} s`;
}

function now(): string {
  return new Date().toISOString();
}
