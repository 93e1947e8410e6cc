import { meanOfKnown, ofRuns, ratioOf, ratioPanel } from './family-parts.js';
import type { Family } from './family.js';

/** The section about services whose version changes. */
export const VERSIONS = {
  id: 'versions',
  name: 'Versions',
  holds: (own) => own.rollout !== undefined,
  panels: [
    ratioPanel(
      'rollout.next',
      'rollout.served',
      'share of the requests that the new version answers',
    ),
  ],
  columns: [
    ofRuns('Promoted', ({ promoted }) => promoted),
    ofRuns('Rolled back', ({ rolledBack }) => rolledBack),
    {
      head: 'Ended after',
      unit: 'seconds',
      value: ({ rollout }) => meanOfKnown(rollout?.seconds ?? []),
      each: ({ rollout }) => rollout?.seconds ?? [],
    },
    ratioOf('By the new version', 'rollout.next', 'rollout.served'),
    ratioOf('Old succeeds', 'rollout.oldGood', 'rollout.old'),
    ratioOf('New succeeds', 'rollout.nextGood', 'rollout.next'),
  ],
  worst: ratioOf('By the new version', 'rollout.next', 'rollout.served'),
  minimum: 0,
  caption:
    'Promoted, rolled back: share of the replications. Ended after: from the beginning of the rollout until one of the versions has everything. Old and new succeed: of the requests that each version answered.',
} as const satisfies Family;
