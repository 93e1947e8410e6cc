import { exactShare } from '../../text/figures.js';
import { faultKind } from '../../patterns/registry.js';
import type { Fault } from '../../contracts/scenario/scenario.js';
import type { Finding, Rule } from '../rule.js';
import { yamlAt } from '../words.js';

/** Faults of requests with a chance to start at all, where a share of the requests may be meant. */
export const chanceOfStart: Rule = {
  name: 'chance-of-start',
  severity: 'hint',
  reason:
    'A `probability` is drawn once for each start: some runs have the fault on every request, the others have none.',
  remedy:
    'Write `share` for a share of the requests, or, if the chance of a start is meant, enough replications to see both.',
  check: ({ scenario }) =>
    scenario.faults.flatMap((fault, index) => (isOpen(fault) ? [findingOf(fault, index)] : [])),
};

function isOpen({ kind, probability, share }: Fault): boolean {
  return probability < 1 && share === 1 && faultKind(kind)?.takesShare === true;
}

function findingOf({ id, probability }: Fault, index: number): Finding {
  const chance = exactShare(probability);
  return {
    path: ['faults', index, 'probability'],
    entities: [id],
    message: `${id} starts in ${chance} of the runs, and then hits every request`,
    measured: `probability: ${chance}, no share`,
    limit: 'a share, if that is meant',
    fix: yamlAt(['faults', index], `share: ${chance.replace(' ', '')}`),
  };
}
