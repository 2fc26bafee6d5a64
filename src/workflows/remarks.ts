import { log } from '@temporalio/workflow';

const mostKept = 5;
/** Of messages that are dropped, which may be many: one line in the log for each so many. */
const loggedEvery = 100;

/** What a mutex has to say besides who holds and who waits: the last few of it, and of dropped messages their number and the last one. */
export class Remarks {
  private readonly kept: string[] = [];
  private dropped = 0;
  private lastDropped = '';

  get lines(): readonly string[] {
    const times = this.dropped > 1 ? ` (the last of ${this.dropped})` : '';
    return this.dropped === 0 ? this.kept : [...this.kept, `${this.lastDropped}${times}`];
  }

  add(text: string): void {
    log.info(text);
    this.kept.push(stamped(text));
    this.kept.splice(0, this.kept.length - mostKept);
  }

  /** Something that nobody of ours has said. */
  drop(text: string): void {
    if (this.dropped % loggedEvery === 0) log.warn(text, { dropped: this.dropped + 1 });
    this.dropped += 1;
    this.lastDropped = stamped(text);
  }
}

function stamped(text: string): string {
  return `${new Date().toISOString()} ${text}`;
}
