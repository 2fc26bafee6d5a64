/** How long Temporal has not answered, per run: one missed call is no outage. */
export class Silence {
  private readonly since = new Map<string, number>();

  /** Notes one look at a run; resolves to the milliseconds since the first of the looks in a row that got no answer, 0 after an answer. */
  note(runId: string, answered: boolean): number {
    if (answered) {
      this.since.delete(runId);
      return 0;
    }
    const first = this.since.get(runId) ?? Date.now();
    this.since.set(runId, first);
    return Date.now() - first;
  }
}
