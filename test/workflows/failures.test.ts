import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  DefaultFailureConverter,
  defaultPayloadConverter,
  TimeoutFailure,
} from '@temporalio/common';
import { fail, readFailure } from '../../src/workflows/failures';

const context = { jobId: 'job-1', jobType: 'backup', database: 'shop', agent: 'db1', agentStart: 30_000 };
const read = (error: unknown) => readFailure(error, context);
const stepFailed = (step: string, cause: Error) => new ActivityFailure('failed', step, '1', 'TIMEOUT', 'worker', cause);
/** As the SDK reads it: what the server says of its cause is in the message only. */
const timedOut = (kind: ConstructorParameters<typeof TimeoutFailure>[2], cause?: Error) => {
  const received = cause && { cause: new DefaultFailureConverter().errorToFailure(cause, defaultPayloadConverter) };
  return Object.assign(new TimeoutFailure('late', undefined, kind), { failure: received });
};

describe('what a step threw', () => {
  it('is the failure that the step tells, word for word', () => {
    const told = { code: 'dump-failed', message: 'dump database "shop"', hint: 'see the log', exit: 4 } as const;
    const cause = ApplicationFailure.create({ type: told.code, message: told.message, details: [told] });
    expect(read(stepFailed('runDump', cause))).toEqual(told);
    expect(read(fail('hold-lost', { database: 'shop', token: 1, last: 2 }))).toMatchObject({
      code: 'hold-lost',
      exit: 4,
    });
  });

  it('keeps its code where its details are missing', () => {
    const cause = ApplicationFailure.create({ type: 'storage-full', message: 'no room' });
    expect(read(stepFailed('uploadArtefacts', cause))).toMatchObject({
      code: 'storage-full',
      message: 'no room',
      exit: 8,
    });
  });

  it('is a defect of ours where nobody knows it', () => {
    const odd = ApplicationFailure.create({ type: 'TypeError', message: 'x is undefined' });
    const message = 'run runDump: unexpected failure: x is undefined';
    expect(read(stepFailed('runDump', odd))).toMatchObject({ code: 'internal-defect', message, exit: 1 });
    expect(read(new TypeError('y'))).toMatchObject({ code: 'internal-defect', message: expect.stringContaining('y') });
    expect(read('thrown text').code).toBe('internal-defect');
  });

  it('tells an agent that is not there from one that was lost in the middle', () => {
    const late = timedOut('SCHEDULE_TO_START');
    expect(read(stepFailed('checkDatabase', late))).toMatchObject({ code: 'agent-unreachable', exit: 3 });
    expect(read(stepFailed('uploadArtefacts', late))).toMatchObject({ code: 'step-timed-out', exit: 4 });
  });

  it.each([
    ['START_TO_CLOSE', 'it took longer than allowed'],
    ['HEARTBEAT', 'its worker fell silent'],
    ['SCHEDULE_TO_CLOSE', 'it was tried for as long as allowed'],
  ] as const)('says in words what kind of timeout %s is', (kind, words) => {
    const { code, message } = read(stepFailed('runDump', timedOut(kind)));
    expect([code, message]).toEqual(['step-timed-out', `run step runDump: ${words}`]);
  });

  it('is what its last attempt told where it was tried for as long as allowed', () => {
    const told = { code: 'storage-network', message: 'use storage "s3": refused', hint: 'look', exit: 8 } as const;
    const last = ApplicationFailure.create({ type: told.code, message: told.message, details: [told] });
    expect(read(stepFailed('sealBackup', timedOut('SCHEDULE_TO_CLOSE', last)))).toEqual(told);
    // A host that is gone is news of its own, whatever went wrong before.
    expect(read(stepFailed('sealBackup', timedOut('SCHEDULE_TO_START', last)))).toMatchObject({
      code: 'step-timed-out',
      message: 'run step sealBackup: no worker took it in time (before: use storage "s3": refused)',
    });
  });

  it('says what came before a timeout where the table does not know it', () => {
    const odd = ApplicationFailure.create({ type: 'TypeError', message: 'x is undefined' });
    const { code, message } = read(stepFailed('sealBackup', timedOut('SCHEDULE_TO_CLOSE', odd)));
    const words = 'run step sealBackup: it was tried for as long as allowed (before: x is undefined)';
    expect([code, message]).toEqual(['step-timed-out', words]);
  });

  it('is no defect where a worker was shut down and nobody took over, nor where it was cancelled', () => {
    const shutDown = ApplicationFailure.create({ type: 'WorkerShutdown', message: 'WORKER_SHUTDOWN' });
    expect(read(stepFailed('runDump', shutDown)).code).toBe('step-timed-out');
    expect(read(stepFailed('runDump', new CancelledFailure('stop'))).code).toBe('job-cancelled');
    expect(read(new CancelledFailure('stop')).message).toBe('run job "job-1": cancelled by request');
  });
});
