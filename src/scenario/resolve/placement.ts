import type { Cursor } from './context.js';
import { sorted } from './names.js';

/**
 * Number of replicas, and the zone of each. A list of zones is assigned in turn; a mapping gives the number of replicas
 * per zone; without `zone`, all zones are assigned in turn, sorted by name. `most`: largest number of replicas, all of
 * which get a zone.
 */
export function resolvePlacement(
  here: Cursor,
  replicas: number | null,
  zone: string | readonly string[] | Readonly<Record<string, number>> | null,
  most = 0,
): { replicas: number; zones: (string | null)[] } {
  const at = here.in('zone');
  if (zone === null) return deal(replicas ?? 1, [...here.names.zones].sort(), most);
  if (typeof zone === 'string') {
    check(at, zone);
    return deal(replicas ?? 1, [zone], most);
  }
  if (isList(zone)) {
    zone.forEach((name, index) => check(at.in(index), name));
    return deal(replicas ?? 1, zone, most);
  }
  for (const [name] of sorted(zone)) check(at.in(name), name);
  const zones = zonesOf(zone);
  if (zones.length === 0) {
    at.report('FL411', 'the counts of zone add up to 0: write at least 1 for one zone');
  }
  const hasNodes = ['databases', 'eventStores', 'platform'].includes(String(here.path[0]));
  if (replicas !== null && zones.length !== replicas) {
    const message = hasNodes
      ? `the counts of zone add up to ${zones.length}, but there are ${replicas} nodes`
      : `the counts of zone add up to ${zones.length}, but replicas is ${replicas}`;
    at.report('FL411', message);
  }
  const names = sorted(zone).map(([name]) => name);
  const more = deal(0, names, Math.max(0, most - zones.length));
  return { replicas: zones.length, zones: [...zones, ...more.zones] };
}

function deal(
  replicas: number,
  zones: readonly string[],
  most: number,
): { replicas: number; zones: (string | null)[] } {
  const dealt = Array.from({ length: Math.max(replicas, most) }, (_, i) =>
    zones.length === 0 ? null : zones[i % zones.length],
  );
  return { replicas, zones: dealt };
}

function check(here: Cursor, zone: string): void {
  if (here.names.zones.size > 0) here.isZone(zone);
  else {
    const message = `there is no zone ${zone}: declare it, as network: { zones: { ${zone}: {} } }`;
    here.report('FL404', message, { found: zone, allowed: [] });
  }
}

function isList(
  zone: readonly string[] | Readonly<Record<string, number>>,
): zone is readonly string[] {
  return Array.isArray(zone);
}

/** The zone of each replica, from counts per zone. */
function zonesOf(counts: Readonly<Record<string, number>>): string[] {
  return sorted(counts).flatMap(([name, count]) =>
    Array.from({ length: Math.min(count, 100_000) }, () => name),
  );
}

/** Number of replicas of a service as written. */
export function replicasOf({
  replicas,
  zone,
}: {
  readonly replicas: number | Readonly<Record<string, number>> | null;
  readonly zone: string | readonly string[] | Readonly<Record<string, number>> | null;
}): number {
  if (zone === null || typeof zone === 'string' || isList(zone)) return totalOf(replicas);
  return zonesOf(zone).length;
}

/** Total number of replicas over all versions. */
export function totalOf(replicas: number | Readonly<Record<string, number>> | null): number {
  if (replicas === null || typeof replicas === 'number') return replicas ?? 1;
  const sum = sorted(replicas).reduce((total, [, count]) => total + count, 0);
  return Math.max(1, Math.min(sum, 100_000));
}

/** A component with its total number of replicas instead of those of its versions. */
export function withTotal<
  T extends { readonly replicas: number | Readonly<Record<string, number>> | null },
>(output: T): T & { readonly replicas: number | null } {
  const { replicas } = output;
  return { ...output, replicas: replicas === null ? null : totalOf(replicas) };
}
