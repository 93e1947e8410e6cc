import type { PlanOnce } from '../contracts/plan/plan.js';
import type { OncePerValue } from '../contracts/fields/common.js';
import type { Scenario } from '../contracts/scenario/scenario.js';
import type { Bundle } from '../contracts/scenario/steps.js';
import type { KeyTable } from './keys.js';
import type { LaidPart } from './layout.js';
import { objectsIn } from '../language/objects-in.js';

/** Rules that execute a request once per key value, in order of first use. */
export class Onces {
  readonly list: PlanOnce[] = [];

  constructor(private readonly keys: KeyTable) {}

  /** Id of a rule; -1 = no rule. `place` is its place in the scenario, for messages. */
  use(rule: OncePerValue | null, place: string): number {
    if (rule === null) return -1;
    const key = this.keys.use(rule.key, place, 'an idempotency key');
    return this.list.push({ ...rule, key }) - 1;
  }
}

/**
 * Whether any caller sends idempotency keys, so that endpoints must check them. Bundles occur in hosts, routes, steps,
 * sagas, fallbacks and more, so the search covers the entire scenario.
 */
export function sendsKeys(scenario: Scenario): boolean {
  for (const value of objectsIn(scenario)) if (asksForKeys(value)) return true;
  return false;
}

function asksForKeys(value: object): boolean {
  const { idempotencyKey } = value as Partial<Bundle>;
  return (idempotencyKey ?? null) !== null;
}

/** Whether calls of a part can carry an idempotency key: the part checks it, or forwards it like a proxy. */
export function takesKeys({ source }: LaidPart): boolean {
  switch (source.kind) {
    case 'endpoint':
    case 'operation':
    case 'storePart':
    case 'route':
    case 'unmatched':
      return true;
    case 'request':
    case 'commit':
    case 'driver':
    case 'level':
    case 'projector':
    case 'group':
    case 'step':
    case 'consumer':
    case 'produce':
    case 'relay':
      return false;
  }
}
