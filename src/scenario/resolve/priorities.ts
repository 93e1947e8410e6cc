import type { Priorities } from '../../contracts/patterns/balancer.js';
import { prioritiesSchema, type BalancingOutput } from '../schema/balancing.js';
import { conflict, isZone, type Context, type Path } from './context.js';

/** Resolves the levels of a balancing; null = none, undefined = not written. */
export function resolvePriorities(
  context: Context,
  output: BalancingOutput['priorities'],
  path: Path,
): Priorities | null | undefined {
  if (output === undefined) return undefined;
  if (output === false) return null;
  const { backup, failover, distribute, ...rest } =
    output === true ? prioritiesSchema.parse({}) : output;
  const wrong = (field: string, message: string): void =>
    conflict(context, [...path, field], message);
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
    const at = [...path, 'failover', zone];
    checkOrder(context, zone, order, at);
    if (distribute?.[zone] === undefined) continue;
    conflict(
      context,
      at,
      `distribute already says where calls from ${zone} go: remove one of them`,
    );
  }
  for (const [zone, weights] of Object.entries(distribute ?? {})) {
    checkWeights(context, zone, weights, [...path, 'distribute', zone]);
  }
  return {
    backup: backup ?? null,
    failover: failover ?? {},
    distribute: distribute ?? {},
    ...rest,
  };
}

/** Reports zones that follow themselves, so that the order of levels has no end. */
function checkOrder(context: Context, zone: string, order: readonly string[], path: Path): void {
  isZone(context, zone, path);
  order.forEach((next, index) => {
    if (!isZone(context, next, [...path, index])) return;
    const before = [zone, ...order.slice(0, index)];
    if (!before.includes(next)) return;
    const message = `${[...before, next].join(' -> ')} is a cycle of priorities: name each zone once, and not that of the caller`;
    conflict(context, [...path, index], message);
  });
}

function checkWeights(
  context: Context,
  zone: string,
  weights: Readonly<Record<string, number>>,
  path: Path,
): void {
  isZone(context, zone, path);
  for (const target of Object.keys(weights)) isZone(context, target, [...path, target]);
  if (Object.values(weights).some((weight) => weight > 0)) return;
  conflict(context, path, `calls from ${zone} need a zone with a weight above 0`);
}
