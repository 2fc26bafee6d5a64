import type { Diagnosis } from '../../activities/contract';
import { HoldfastError } from '../../model/errors';
import { HoldfastFailure } from '../holdfast-failure';

/** One thing that the doctor looked at. `ok` is true for `ok` and `warning`. */
export interface Finding extends Diagnosis {
  /** `warning`: it works, and somebody should know; `unchecked`: there was no way to look. */
  readonly level: 'ok' | 'warning' | 'wrong' | 'unchecked';
}

export function fine(subject: string, message: string): Finding {
  return { subject, level: 'ok', ok: true, message };
}

export function warning(subject: string, message: string, remedy: string): Finding {
  return { subject, level: 'warning', ok: true, message, remedy };
}

export function wrong(subject: string, message: string, remedy: string): Finding {
  return { subject, level: 'wrong', ok: false, message, remedy };
}

export function unchecked(subject: string, why: string): Finding {
  return { subject, level: 'unchecked', ok: false, message: `not checked: ${why}` };
}

/** A failure of the error table as a finding; anything else is a defect of ours, and thrown on. */
export function failed(subject: string, error: unknown): Finding {
  if (error instanceof HoldfastError) return wrong(subject, error.message, error.hint);
  if (error instanceof HoldfastFailure) return wrong(subject, error.failure.message, error.failure.hint);
  throw error;
}

export function fromAgent(diagnosis: Diagnosis): Finding {
  const good = diagnosis.limited ? 'warning' : 'ok';
  return { ...diagnosis, level: diagnosis.ok ? good : 'wrong' };
}
