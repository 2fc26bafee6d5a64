import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault';
import type { Field } from '../field';
import { longerThanHeartbeat } from './agent';

export const controlKilled: Fault = {
  name: 'control-killed',
  title: 'control worker killed, started again',
  strikesAt: () => true,
  strike: async ({ control }) => {
    await control.kill9();
    await control.start();
  },
  expect: () => ({ ending: 'success' }),
};

export const allKilled: Fault = {
  name: 'all-killed',
  title: 'agent, control worker and Temporal killed at once, then started',
  strikesAt: () => true,
  strike: async ({ agent, control, temporal }) => {
    await Promise.all([agent.kill9(), control.kill9(), temporal.kill9()]);
    await temporal.restart();
    await Promise.all([agent.start(), control.start()]);
  },
  expect: () => ({ ending: 'success' }),
};

function temporalKilled(name: string, title: string, away: number): Fault {
  return {
    name,
    title,
    strikesAt: () => true,
    strike: ({ temporal }) => temporal.kill9(),
    // what steps do meanwhile they do alone
    heal: async ({ temporal }) => {
      await sleep(away);
      await temporal.restart();
    },
    expect: () => ({ ending: 'success' }),
  };
}

export const temporalKilledShort = temporalKilled(
  'temporal-killed',
  'Temporal killed, back on the same file after 2 s',
  2_000,
);

/** Steps that move the data, and the deed that would show that they began again. */
const carriers: Readonly<Record<string, RegExp>> = {
  runDump: /^tool .*(pg_dump --|tar --create)/,
  uploadArtefacts: /^s3 (PutObject|CreateMultipartUpload)Command .*\/data\//,
  loadBackup: /^tool .*(--section=data|tar --extract)/,
};

const long = temporalKilled(
  'temporal-killed-long',
  'Temporal killed, back after more than the heartbeat timeout',
  longerThanHeartbeat,
);
const doneBefore = new WeakMap<Field, number>();

export const temporalKilledLong: Fault = {
  ...long,
  strike: async (field, parked) => {
    doneBefore.set(field, (await field.deeds()).length);
    await long.strike?.(field, parked);
  },
  also: async (field, { cell, lane }) => {
    const carrier = carriers[cell.step];
    if (cell.moment === 'start' || carrier === undefined) return [];
    const all = await field.deeds();
    const mark = doneBefore.get(field) ?? 0;
    const before = all.slice(0, mark);
    const since = all.slice(mark).filter((deed) => deed.includes(lane.name) && carrier.test(deed));
    // a tool that starts has begun again; an object only if it is the same one
    const again = since.filter((deed) => deed.startsWith('tool') || before.includes(deed));
    return again.length === 0 ? [] : [`begun again, not adopted: ${again.join('; ')}`];
  },
};
