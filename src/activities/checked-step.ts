import type { z } from 'zod';
import { failure } from '../model/errors';
import { stepInputs } from '../model/step-inputs';
import type { AgentDependencies } from './agent-dependencies';
import type { AgentActivities } from './contract';
import { type AskedStep, confirmPlan, type PlannedStep } from './own-plan';
import type { Step } from './step';

const mostProblems = 5;

/**
 * A step that takes nothing on trust: whoever may start workflows may also schedule it, with any input. Its shape is read first, then what its plan says is
 * held against this agent's configuration. Rejects with `step-invalid` or `plan-contradicts` before anything else.
 */
export function plannedStep<Input extends AskedStep, Output>(
  name: PlannedStep,
  step: Step<Input, Output>,
  dependencies: AgentDependencies,
): Step<unknown, Output> {
  return shapedStep<Input, Output>(name, async (asked, work) =>
    step({ ...asked, plan: await confirmPlan(dependencies, name, asked, work) }, work),
  );
}

/** The same for a step without a plan. The schema of that name is its input's. */
export function shapedStep<Input, Output>(
  name: keyof AgentActivities,
  step: Step<Input, Output>,
): Step<unknown, Output> {
  const schema: z.ZodType = stepInputs[name];
  return async (input, work) => {
    const parsed = schema.safeParse(input);
    if (!parsed.success) throw invalid(name, parsed.error);
    return step(parsed.data as Input, work);
  };
}

function invalid(step: string, { issues }: z.ZodError): Error {
  const problems = issues.slice(0, mostProblems).map(({ path, message }) => `${path.join('.') || 'input'}: ${message}`);
  const more = issues.length > mostProblems ? [`and ${issues.length - mostProblems} more`] : [];
  return failure('step-invalid', { step, problems: [...problems, ...more].join('; ') });
}
