import type { Field, Ground, Lane } from './field';

/** A job of each kind that the faults are held against; every one runs in a lane of its own. */
export type Scenario = 'online' | 'cold' | 'restore' | 'restore-cold';

/** Before the step's work; while it works; when it is done but has not told Temporal yet. */
export type Moment = 'start' | 'middle' | 'after';

/** Where a job waits to be struck: a moment of one of its steps. */
export interface Spot {
  readonly scenario: Scenario;
  /** Name of the activity. */
  readonly step: string;
  readonly moment: Moment;
}

/** One square of the matrix. */
export interface Cell extends Spot {
  readonly fault: string;
}

/** A job that waits at its spot. */
export interface Parked {
  readonly cell: Cell;
  readonly lane: Lane;
  readonly jobId: string;
}

export interface Expectation {
  /** How the job ends: codes of the error table are alternatives, any of which will do. */
  readonly ending: 'success' | 'cancelled' | 'terminated' | readonly string[];
  /** Also right: a fault that may come too late, or that the job may get the better of. */
  readonly or?: 'success';
  /** Whether the job's log must be on the store; `perhaps` where the fault keeps it from getting there. As the ending has it if absent. */
  readonly log?: 'perhaps';
  /** Likewise the job's record. */
  readonly record?: 'perhaps';
}

/**
 * Something that goes wrong. Jobs run, each in its lane, up to their spots and wait; `strike` hits all of them; then each goes on; `heal` ends the
 * fault; then all jobs must end as expected, and the invariants are checked for each.
 */
export interface Fault {
  /** A word or two for `--only`: `agent-killed`. */
  readonly name: string;
  /** For people, in the table. */
  readonly title: string;
  /** Which spots it is worth striking at. */
  strikesAt(spot: Spot): boolean;
  /** What the field needs that others have not; faults with the same ground share fields. */
  readonly ground?: Ground;
  /** Before the job starts: arms what belongs to one lane, a tool or a service. */
  prepare?(lane: Lane, cell: Cell, field: Field): Promise<void>;
  /** Steps do not heartbeat while they wait: they know nothing of what became of their job. */
  readonly silent?: boolean;
  /** Called once, when all are parked; they still wait while it runs. */
  strike?(field: Field, parked: readonly Parked[]): Promise<void>;
  /** Called once, when they were told to go on; returns when the fault is over. */
  heal?(field: Field, parked: readonly Parked[]): Promise<void>;
  expect(cell: Cell): Expectation;
  /** What must hold besides the invariants: sentences about what does not. Called when the job has ended. */
  also?(field: Field, parked: Parked): Promise<readonly string[]>;
  /** Puts the lane back for the next fault; called also after a failure. */
  tidy?(lane: Lane, field: Field): Promise<void>;
  /** Struck one cell after the other, not many at once: it hits more than its own lane, or is judged by what others would blur. */
  readonly alone?: boolean;
}
