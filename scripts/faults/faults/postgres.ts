import { setTimeout as sleep } from 'node:timers/promises';
import { crash } from '../../servers/postgres-processes';
import type { Fault } from '../fault';
import type { Field, Lane } from '../field';
import { isCold } from '../field/field-lane';

/** Long enough for a step to notice that nobody answers. */
const away = 1_000;

/** Whoever looks after services starts it again. */
async function kill(lanes: readonly Lane[]): Promise<void> {
  const servers = new Set(lanes.map(({ postgres }) => postgres));
  await Promise.all([...servers].map(({ dataDirectory }) => crash(dataDirectory)));
}

async function startAgain(field: Field, lanes: readonly Lane[]): Promise<void> {
  await sleep(away);
  const shared = lanes.filter(({ scenario }) => !isCold(scenario));
  const [first] = shared;
  if (first && field.lanes.includes(first)) await first.postgres.start();
}

/** A step that tries again gets the better of it; one whose first word counts says what it saw. */
const orTold = [
  'dump-failed',
  'dump-interrupted',
  'load-failed',
  'load-interrupted',
  'database-unreachable',
  'health-failed',
  'restore-unhealthy',
  'restore-differs',
];

export const killedInDump: Fault = {
  name: 'postgres-killed-dump',
  title: 'PostgreSQL killed in the dump or the load',
  strikesAt: ({ step, scenario }) => ['runDump', 'loadBackup'].includes(step) && !isCold(scenario),
  strike: (_field, parked) => kill(parked.slice(0, 1).map(({ lane }) => lane)),
  heal: (field, parked) =>
    startAgain(
      field,
      parked.map(({ lane }) => lane),
    ),
  expect: () => ({ ending: orTold, or: 'success' }),
};

export const killedInStart: Fault = {
  name: 'postgres-killed-start',
  title: 'PostgreSQL killed in its start',
  strikesAt: ({ step, moment }) => step === 'startDatabase' && moment !== 'start',
  strike: (_field, parked) => kill(parked.map(({ lane }) => lane)),
  expect: () => ({ ending: orTold, or: 'success' }),
};
