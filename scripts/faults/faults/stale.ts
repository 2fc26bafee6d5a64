import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Fault } from '../fault';

/** Steps that begin to take the database away from its users. */
const takesAway = ['stopDatabase', 'fenceDatabase'];
/** Within this the step that was woken has asked Temporal in vain, for five seconds, and done what it could. */
const harm = 10_000;

/** Sessions of users, by job: whoever takes the database away ends them. */
const sessions = new Map<string, { readonly client: Client; broken: boolean }>();

/**
 * The job is dead and does not know, nor is Temporal there to be asked; another has had its lock since, and is done. What keeps the step from
 * the database is its token alone.
 */
export const staleStep: Fault = {
  name: 'terminated-late',
  title: 'terminated; its step wakes up after another job had the lock, with Temporal gone',
  strikesAt: ({ step, moment }) => moment === 'start' && takesAway.includes(step),
  silent: true,
  strike: async ({ client: { workflow }, temporal }, parked) => {
    await Promise.all(
      parked.map(async ({ jobId, lane }) => {
        await workflow.getHandle(jobId).terminate('struck by the harness');
        const options = { workflowId: `${jobId}-next`, taskQueue: 'holdfast', args: [{ database: lane.name }] };
        await workflow.execute('backup', options);
        const client = new Client(lane.postgres.client(lane.database));
        const session = { client, broken: false };
        client.on('error', () => {
          session.broken = true;
        });
        await client.connect();
        sessions.set(jobId, session);
      }),
    );
    await temporal.kill9();
  },
  heal: async ({ temporal }, parked) => {
    await sleep(harm);
    // what comes after takes databases away in its own right
    await Promise.all(
      parked.map(({ jobId }) =>
        sessions
          .get(jobId)
          ?.client.end()
          .catch(() => {}),
      ),
    );
    await temporal.restart();
  },
  expect: () => ({ ending: 'terminated' }),
  also: async (_field, { jobId }) => {
    const session = sessions.get(jobId);
    sessions.delete(jobId);
    return session?.broken === false ? [] : ['a step whose hold had gone took the database away from its users'];
  },
};
