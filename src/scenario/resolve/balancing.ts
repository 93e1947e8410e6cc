import { balancerKind } from '../../patterns/registry.js';
import type { LoadBalancing } from '../../contracts/scenario/policies.js';
import { zoneAwareSchema } from '../../contracts/scenario/balancing.js';
import type { BalancingOutput } from '../schema/balancing.js';
import { cursorAt, type Context, type Cursor } from './context.js';
import { resolvePriorities } from './priorities.js';

/** Resolves load balancing. */
export function resolveLoadBalancing(here: Cursor, output: BalancingOutput): LoadBalancing {
  const {
    kind,
    panicThreshold = null,
    failTrafficOnPanic,
    zoneAware = false,
    priorities: levels,
    subset = null,
    level,
    ...config
  } = output;
  if (failTrafficOnPanic && panicThreshold === 0) {
    const message =
      'has no effect with panicThreshold 0, because there is no panic mode: remove one of them';
    here.in('failTrafficOnPanic').conflict(message);
  }
  const { key } = config as { readonly key?: string };
  if (key !== undefined) here.in('key').isDeclaredKey(key);
  const zones = zoneAware === true ? zoneAwareSchema.parse({}) : zoneAware || null;
  const priorities = resolvePriorities(here.in('priorities'), levels);
  const common = {
    panicThreshold,
    failTrafficOnPanic,
    zoneAware: zones,
    subset,
    level,
    ...(priorities !== undefined && { priorities }),
  };
  checkBalancing(here, { kind, config, common });
  return { kind, config, common };
}

/** The components whose load balancing is written, sorted. */
export function balancedOf(context: Context): string[] {
  const names = [...context.names.things].flatMap(([name, { section }]) =>
    cursorAt(context, section, name, 'loadBalancing').written() === undefined ? [] : [name],
  );
  return names.sort();
}

function checkBalancing(
  here: Cursor,
  { kind, config, common: { zoneAware, subset, priorities = null } }: LoadBalancing,
): void {
  const wrong = here.conflicts();
  const definition = balancerKind(kind)!;
  for (const { field, message } of definition.check?.(config as never) ?? []) {
    wrong(field, message);
  }
  const narrowed =
    zoneAware !== null
      ? 'zoneAware'
      : priorities !== null
        ? 'priorities'
        : subset === null
          ? null
          : 'subset';
  if (narrowed === null) return;
  if (definition.wholeList === true) {
    const message =
      `${kind} needs all callers to see the same instances, and ${narrowed} hides some of ` +
      `them: use another kind, or remove ${narrowed}`;
    wrong(narrowed, message);
  } else if (zoneAware !== null && priorities !== null) {
    const message = 'zoneAware and priorities both choose the zone of a call: remove one of them';
    wrong('priorities', message);
  } else if (priorities !== null && subset !== null) {
    const message =
      'priorities need all instances of a level, and subset hides most: remove one of them';
    wrong('subset', message);
  } else if (zoneAware !== null && subset !== null) {
    const message =
      'zoneAware weighs zones by all instances, and subset hides most: remove one of them';
    wrong('subset', message);
  }
}
