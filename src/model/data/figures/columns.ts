import { OUTCOME_KINDS } from '../../../contracts/outcome.js';
import { EDGE_COUNTERS } from '../../../contracts/patterns/policy.js';

/** Number of counters of an edge. */
export const COUNTERS = EDGE_COUNTERS.length;

/** Columns by cell and by subject, part or edge, with the number of entries of each. */
export const COLUMNS = [
  { name: 'outcomes', of: 'subjects', width: OUTCOME_KINDS },
  { name: 'attemptOutcomes', of: 'edges', width: OUTCOME_KINDS },
  { name: 'wastedNs', of: 'subjects', width: 1 },
  { name: 'good', of: 'parts', width: 1 },
  { name: 'busyNs', of: 'parts', width: 1 },
  { name: 'duplicates', of: 'parts', width: 1 },
  { name: 'shared', of: 'parts', width: 1 },
  { name: 'spared', of: 'parts', width: 1 },
  { name: 'hanging', of: 'parts', width: 1 },
  { name: 'omitted', of: 'parts', width: 1 },
  { name: 'calls', of: 'edges', width: 1 },
  { name: 'attempts', of: 'edges', width: 1 },
  { name: 'counters', of: 'edges', width: COUNTERS },
] as const;
