/** Where the agent itself says what it did; goes to the worker's log, never to a job's. */
export interface AgentReport {
  info(text: string, details?: Readonly<Record<string, unknown>>): void;
  warn(text: string, details?: Readonly<Record<string, unknown>>): void;
  /** Something that a person must see: a database was, or still is, out of service without its job. */
  error(text: string, details?: Readonly<Record<string, unknown>>): void;
}
