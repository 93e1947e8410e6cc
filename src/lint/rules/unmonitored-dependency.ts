import type { Scenario } from '../../contracts/scenario/scenario.js';
import { hostOf, sectionOf } from '../demand.js';
import { judgedWords } from '../judged.js';
import { dependenciesOf } from '../monitoring.js';
import type { Rule } from '../rule.js';

/** A component that is known to fail, that users' requests wait for, and whose failure no budget or expectation shows. */
export const unmonitoredDependency: Rule = {
  name: 'unmonitored-dependency',
  severity: 'hint',
  reason: 'It can fail without a broken budget, so the next release can break it unnoticed.',
  remedy: 'Add a budget on it or on its callers, or list it under `report.focus`.',
  check: (subject) => {
    const { scenario, budgets } = subject;
    // A file without either checks nothing at all.
    if (budgets.length === 0) return [];
    const faulted = faultedIn(scenario);
    return dependenciesOf(subject)
      .filter(({ isMonitored }) => !isMonitored)
      .flatMap(({ name }) => {
        const isCritical = hostOf(scenario, name)?.critical === true;
        if (!isCritical && !faulted.has(name)) return [];
        return {
          path: [sectionOf(scenario, name), name],
          entities: [name],
          message: `no budget or expectation shows that ${name} fails, which ${isCritical ? 'is critical' : 'a fault hits'}`,
          measured: `0 of ${judgedWords(subject)}`,
          limit: '1 or more',
          fix: `# in budgets\n- ${name}.success >= 99%`,
          everywhere: true,
        };
      });
  },
};

/** Components that a fault hits, or the calls to them. */
function faultedIn({ faults }: Scenario): ReadonlySet<string> {
  const targets = faults.flatMap(({ target }) => target);
  return new Set(targets.map((target) => target.split('->').at(-1)!.trim().split(/[.[]/, 1)[0]));
}
