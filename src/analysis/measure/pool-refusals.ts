import { OUTCOME_KINDS, OUTCOME_NAMES } from '../../contracts/outcome.js';
import type { RunRecord } from '../../contracts/record/record.js';
import { partsOf, type VariantData } from './variant-data.js';

const THROTTLED = OUTCOME_NAMES.indexOf('throttled');

/**
 * Requests by cell that full thread pools of search engines refuse, or functions above the concurrency of their account,
 * over those that some parts reach by their calls; null if they reach none. They are throttled like requests above a
 * quota, but capacity is missing.
 */
export function throttledBy(
  owner: 'searches' | 'functions',
  { plan }: VariantData,
  record: RunRecord,
  parts: readonly number[],
): Float64Array | null {
  const owners: readonly { readonly component: number }[] = plan[owner];
  if (owners.length === 0) return null;
  const reached = new Set(parts);
  for (const part of reached) {
    for (const { from, to } of plan.statEdges) if (from === part) reached.add(to);
  }
  const own = owners
    .flatMap(({ component }) => partsOf(plan, component))
    .filter((part) => reached.has(part));
  if (own.length === 0) return null;
  const cells = plan.grid.edges.length - 1;
  return Float64Array.from({ length: cells }, (_, cell) =>
    own.reduce(
      (sum, part) => sum + record.parts[part].outcomes[cell * OUTCOME_KINDS + THROTTLED],
      0,
    ),
  );
}
