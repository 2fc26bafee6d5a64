import { defaultPayloadConverter } from '@temporalio/common';
import { stepInputs } from '../../src/model/step-inputs';
import { agentSteps } from '../../src/workflows/agent-steps';
import { recordedHistories } from '../replay/recorded-history';

const schemas = new Map(Object.entries(stepInputs));

/** The steps that recorded jobs asked their agents for, with what they gave them. */
function recordedSteps() {
  return recordedHistories().flatMap(({ name, history }) =>
    (history.events ?? []).flatMap(({ activityTaskScheduledEventAttributes: asked }) => {
      const step = asked?.activityType?.name ?? '';
      const [payload] = asked?.input?.payloads ?? [];
      if (!schemas.has(step) || !payload) return [];
      return [{ name, step, input: defaultPayloadConverter.fromPayload(payload) }];
    }),
  );
}

test('every step of every recorded job has an input that the agent takes, so that jobs which run during an upgrade go on', () => {
  const steps = recordedSteps();
  const refused = steps.flatMap(({ name, step, input }) => {
    const { error } = schemas.get(step)?.safeParse(input) ?? {};
    return error
      ? [`${name}: ${step}: ${error.issues.map(({ path, message }) => `${path.join('.')} ${message}`)}`]
      : [];
  });
  expect([...new Set(refused)]).toEqual([]);
  expect(new Set(steps.map(({ step }) => step))).toEqual(new Set([...Object.keys(agentSteps), 'diagnose']));
});

test.each([...schemas.keys()])('no input, null and a text are no input of %s', (step) => {
  const taken = [undefined, null, 'x', 5, [], {}].filter((input) => schemas.get(step)?.safeParse(input).success);
  expect(taken).toEqual([]);
});
