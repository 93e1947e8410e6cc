import type { Orchestration, SagaStep } from '../../contracts/scenario/sagas.js';
import type { Rule } from '../rule.js';
import { yamlAt } from '../words.js';

/** Steps that are not idempotent although their orchestrator may send the command again. */
export const sagaStepNotIdempotent: Rule = {
  name: 'saga-step-not-idempotent',
  severity: 'error',
  reason:
    'An orchestrator that recovers from a crash, or that gets no clear response, sends its command again. The step is then executed twice.',
  remedy: 'Make the participants idempotent, for example by the key of the order.',
  check: ({ scenario, repeatable }) =>
    [...scenario.sagas.values()].flatMap(({ name, steps, orchestration }) => {
      if (orchestration === null) return [];
      return steps.flatMap((step) => {
        const { component, part } = step.call;
        const why = reasonFor(orchestration, step);
        if (why === null || step.readOnly || repeatable.has(`${component}.${part}`)) return [];
        return {
          path: ['sagas', name, 'steps'],
          entities: [`${name}.${step.name}`, `${component}.${part}`],
          message: `the step ${step.name} of ${name} may be sent again, and ${component}.${part} is not idempotent`,
          measured: `sent again ${why}`,
          limit: 'done once',
          fix: yamlAt(['services', component, 'endpoints', part!], 'idempotent: true'),
        };
      });
    }),
};

/** Why a command may be sent again; null = it is sent once. */
function reasonFor(
  { persistence, ambiguous, retry }: Orchestration,
  { kind }: SagaStep,
): string | null {
  if (persistence !== null) return 'after a crash of its orchestrator';
  if (kind === 'retryable') return 'until it succeeds';
  // The engine also repeats a pivot that it would otherwise compensate.
  const isRepeated = ambiguous === 'retry' || (kind === 'pivot' && ambiguous === 'compensate');
  if (isRepeated) return 'until its outcome is known';
  return retry.attempts > 1 ? 'by its engine' : null;
}
