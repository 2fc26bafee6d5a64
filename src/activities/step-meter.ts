import type { Progress } from '../model/progress';

const window = 5_000;

/** Counts what one piece of work has moved. */
export class StepMeter {
  private activity: string | undefined;
  private total: number | undefined;
  private bytes = 0;
  private samples: { at: number; bytes: number }[] = [];

  constructor(private readonly step: string) {}

  readonly report = (activity: string, total?: number): void => {
    this.activity = activity;
    this.total = total;
    this.bytes = 0;
    this.samples = [];
  };

  readonly onBytes = (bytes: number): void => {
    this.bytes += bytes;
  };

  /** The state now; the rate is over the last seconds, between calls of this function. */
  readonly snapshot = (): Progress => {
    const now = Date.now();
    const rate = this.rateAt(now);
    const { step, activity, bytes, total } = this;
    return { step, activity, bytes, total, rate, at: new Date(now).toISOString() };
  };

  private rateAt(now: number): number | undefined {
    this.samples = [...this.samples.filter(({ at }) => now - at <= window), { at: now, bytes: this.bytes }];
    const first = this.samples[0];
    if (first === undefined || now === first.at) return undefined;
    return Math.round(((this.bytes - first.bytes) * 1000) / (now - first.at));
  }
}
