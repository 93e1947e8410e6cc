import type { Priorities } from '../../contracts/patterns/balancer.js';
import { prioritiesSchema, type BalancingOutput } from '../schema/balancing.js';
import type { Cursor } from './context.js';

/** Resolves the levels of a balancing; null = none, undefined = not written. */
export function resolvePriorities(
  here: Cursor,
  output: BalancingOutput['priorities'],
): Priorities | null | undefined {
  if (output === undefined) return undefined;
  if (output === false) return null;
  const { backup, failover, distribute, ...rest } =
    output === true ? prioritiesSchema.parse({}) : output;
  const wrong = (field: string, message: string): void => here.in(field).conflict(message);
  if (backup !== undefined) {
    const other =
      failover !== undefined ? 'failover' : distribute !== undefined ? 'distribute' : null;
    if (other !== null) {
      wrong(
        other,
        `backup makes two levels by instance, and ${other} is about zones: remove one of them`,
      );
    }
  }
  if (distribute !== undefined && rest.switch === 'whenEmpty') {
    wrong(
      'switch',
      'distribute gives each zone its weight, and no zone waits for another: remove one of them',
    );
  }
  for (const [zone, order] of Object.entries(failover ?? {})) {
    const at = here.in('failover', zone);
    checkOrder(at, zone, order);
    if (distribute?.[zone] === undefined) continue;
    at.conflict(`distribute already says where calls from ${zone} go: remove one of them`);
  }
  for (const [zone, weights] of Object.entries(distribute ?? {})) {
    checkWeights(here.in('distribute', zone), zone, weights);
  }
  return {
    backup: backup ?? null,
    failover: failover ?? {},
    distribute: distribute ?? {},
    ...rest,
  };
}

/** Reports zones that follow themselves, so that the order of levels has no end. */
function checkOrder(here: Cursor, zone: string, order: readonly string[]): void {
  here.isZone(zone);
  order.forEach((next, index) => {
    if (!here.in(index).isZone(next)) return;
    const before = [zone, ...order.slice(0, index)];
    if (!before.includes(next)) return;
    const message = `${[...before, next].join(' -> ')} is a cycle of priorities: name each zone once, and not that of the caller`;
    here.in(index).conflict(message);
  });
}

function checkWeights(here: Cursor, zone: string, weights: Readonly<Record<string, number>>): void {
  here.isZone(zone);
  for (const target of Object.keys(weights)) here.in(target).isZone(target);
  if (Object.values(weights).some((weight) => weight > 0)) return;
  here.conflict(`calls from ${zone} need a zone with a weight above 0`);
}
