import { counterBySteps } from '../../../measure/meter-of.js';
import { formatCount } from '../../../../text/figures.js';
import { sumSteps, linksFrom } from '../../links.js';
import type { Refusal, RefusalKind } from './kind.js';

/** Transactions that a database rolls back, because they lock rows or tables in a circle or wait too long for them. */
export const rows: RefusalKind = ({ scene, record, lane, from, until }) => {
  const { plan } = scene.data;
  const databases = new Set([
    lane.component,
    ...linksFrom(scene, lane).map(({ callee }) => callee.component),
  ]);
  return plan.rows.flatMap(({ component, tables }): readonly Refusal[] => {
    if (!databases.has(component)) return [];
    const of = (meter: string): number =>
      sumSteps(counterBySteps(record, meter, component, scene.steps), from, until);
    const [deadlocks, timeouts] = [of('deadlocks'), of('lockTimeouts')];
    const { name } = plan.components[component];
    const what = tables === 0 ? 'rows' : 'rows or tables';
    const ref = { kind: 'locks', subject: name } as const;
    return deadlocks >= timeouts
      ? [
          {
            ref,
            text: `transactions deadlock on ${what} of ${name}`,
            evidence: `${formatCount(deadlocks)} are rolled back`,
            count: deadlocks,
          },
        ]
      : [
          {
            ref,
            text: `transactions give up waiting for ${what} of ${name}`,
            evidence: `${formatCount(timeouts)} of them`,
            count: timeouts,
          },
        ];
  });
};
