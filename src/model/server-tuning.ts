/** Without these each queue is polled 20 times a second and timers are shifted by up to one: 100 ms for every step. */
export const dynamicValues = [
  'history.transferProcessorMaxPollRPS=2000',
  'history.transferProcessorMaxPollHostRPS=4000',
  'history.timerProcessorMaxPollRPS=2000',
  'history.timerProcessorMaxPollHostRPS=4000',
  'history.timerProcessorMaxTimeShift="10ms"',
] as const;

/** Of the development server's SQLite file: survives a kill, without a sync for every write. */
export const pragmas = ['journal_mode=WAL', 'synchronous=NORMAL'] as const;
