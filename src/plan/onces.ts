import type { PlanOnce } from '../spec/plan/plan.js';
import type { OncePerValue } from '../spec/scenario/policies.js';
import type { Scenario } from '../spec/scenario/scenario.js';
import type { Bundle } from '../spec/scenario/steps.js';
import type { KeyTable } from './keys.js';
import type { LaidPart } from './layout.js';

/** The rules of executing once per value, numbered as they are met. */
export class Onces {
  readonly list: PlanOnce[] = [];
  private readonly keys: KeyTable;

  constructor(keys: KeyTable) {
    this.keys = keys;
  }

  /** Number of a rule, or -1 where there is none; `place` is where it is written. */
  use(rule: OncePerValue | null, place: string): number {
    if (rule === null) return -1;
    const { windowNs, storeErrors } = rule;
    const key = this.keys.use(rule.key, place, 'an idempotency key');
    return this.list.push({ key, windowNs, storeErrors }) - 1;
  }
}

/**
 * True where some caller sends idempotency keys, so that every endpoint has to look for them. Bundles are part of
 * hosts, routes, steps, sagas, fallbacks and more: the search covers everything, so that it cannot miss a place.
 */
export function sendsKeys(scenario: Scenario): boolean {
  const seen = new Set<unknown>();
  const open: unknown[] = [scenario];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (asksForKeys(value)) return true;
    open.push(...(value instanceof Map ? value.values() : Object.values(value)));
  }
  return false;
}

function asksForKeys(value: object): boolean {
  const { idempotencyKey } = value as Partial<Bundle>;
  return (idempotencyKey ?? null) !== null;
}

/** Whether calls of a part carry an idempotency key: it looks for the key, or passes it on as a proxy does. */
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
