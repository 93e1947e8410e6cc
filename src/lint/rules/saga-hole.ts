import type { Rule } from '../rule.js';
import { yamlAt } from '../words.js';

/** Compensations that are not idempotent. */
export const sagaHole: Rule = {
  name: 'saga-hole',
  severity: 'error',
  reason:
    'A compensation is retried until it succeeds. If it is not idempotent, it may undo the same step twice.',
  remedy: 'Make the compensation idempotent, for example by the key of the order.',
  check: ({ scenario, repeatable }) =>
    [...scenario.sagas.values()].flatMap(({ name, steps }) =>
      steps.flatMap(({ name: step, compensation }) => {
        if (compensation === null) return [];
        const { component, part } = compensation;
        const undo = `${component}.${part}`;
        if (repeatable.has(undo)) return [];
        return {
          path: ['sagas', name, 'steps'],
          entities: [`${name}.${step}`, undo],
          message: `the step ${step} of ${name} is undone by ${undo}, which is not idempotent`,
          measured: 'undone as often as it is asked for',
          limit: 'undone once',
          fix: yamlAt(['services', component, 'endpoints', part!], 'idempotent: true'),
        };
      }),
    ),
};
