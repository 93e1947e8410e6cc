import { eachStep } from '../../language/each-step.js';
import type { Scenario } from '../../contracts/scenario/scenario.js';
import type { Step } from '../../contracts/scenario/steps.js';
import type { Target } from '../../contracts/scenario/target.js';
import type { Rule } from '../rule.js';
import { yamlAt } from '../words.js';

/** Choreographed sagas without a timeout that cancels them if an event is lost. */
export const choreographyWithoutDeadline: Rule = {
  name: 'choreography-without-deadline',
  severity: 'warning',
  reason:
    'No component holds the state of a choreography. When an event is lost, the process stops for ever and nothing reports it.',
  remedy:
    'Let the service that starts the process cancel it after a time, or use an orchestrator with a timeout.',
  check: ({ scenario }) =>
    [...scenario.sagas.values()].flatMap(({ name, choreography }) => {
      if (choreography === null) return [];
      const { startedBy, cancelledBy } = choreography;
      if (startedBy.some(({ component }) => cancelsLater(scenario, component, cancelledBy)))
        return [];
      const first = startedBy[0]!;
      const end = cancelledBy[0]!;
      const call = `${end.component === first.component ? 'self' : end.component}.${end.part}`;
      const from = startedBy.map(({ component, part }) => `${component}.${part}`).join(' or ');
      return {
        path: ['sagas', name],
        entities: [name, ...new Set(startedBy.map(({ component }) => component))],
        message: `${name} begins with ${from}, and nothing there ends it in time`,
        measured: 'no deadline',
        limit: 'one that cancels it',
        fix: yamlAt(
          ['services', first.component, 'endpoints'],
          `later: [ wait: 30s, call: ${call} ]`,
        ),
      };
    }),
};

/** Whether a program of a service waits and then cancels. */
function cancelsLater(scenario: Scenario, service: string, ends: readonly Target[]): boolean {
  const isEnd = (step: Step): boolean =>
    step.verb === 'call' &&
    ends.some(({ component, part }) => component === step.to.component && part === step.to.part);
  let found = false;
  for (const { steps } of scenario.services.get(service)?.endpoints.values() ?? []) {
    let waited = false;
    eachStep(steps, (step) => {
      if (step.verb === 'wait') waited = true;
      if (waited && isEnd(step)) found = true;
    });
  }
  return found;
}
