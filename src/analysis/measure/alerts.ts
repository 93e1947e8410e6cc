import type { AlertRecord } from '../../contracts/record/alerts.js';
import type { VariantData } from './variant-data.js';

/** Start of the first fault whose time is known, seconds; null = the variant has none. */
export function firstFaultAt({ plan }: Pick<VariantData, 'plan'>): number | null {
  const starts = plan.faults.flatMap(({ spans }) => spans.map(({ fromNs }) => fromNs));
  return starts.length === 0 ? null : (Math.min(...starts) - plan.warmupNs) / 1e9;
}

/** Seconds from the first fault until an alert fires; Infinity = never. */
export function firesAfter({ firings }: AlertRecord, data: Pick<VariantData, 'plan'>): number {
  const start = firstFaultAt(data) ?? 0;
  const found = firings.find(({ until }) => until === null || until > start);
  return found === undefined ? Infinity : Math.max(0, found.from - start);
}

/** Times that an alert begins to fire although no fault has started. */
export function falseAlarmsOf({ firings }: AlertRecord, data: Pick<VariantData, 'plan'>): number {
  const start = firstFaultAt(data) ?? Infinity;
  return firings.filter(({ from }) => from < start).length;
}

/** Seconds for which an alert fires. */
export function firesFor({ firings }: AlertRecord, { plan }: Pick<VariantData, 'plan'>): number {
  const end = (plan.horizonNs - plan.warmupNs) / 1e9;
  return firings.reduce((sum, { from, until }) => sum + (until ?? end) - from, 0);
}
