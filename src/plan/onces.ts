import { shapesOf } from '../spec/versions.js';
import type { PlanOnce } from '../spec/plan.js';
import type { Bundle, OncePerValue, Scenario } from '../spec/scenario.js';
import type { Step } from '../spec/steps.js';
import type { KeyTable } from './keys.js';

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

/** True where some caller sends idempotency keys, so that every endpoint has to look for them. */
export function sendsKeys({ services, gateways, workloads }: Scenario): boolean {
  const asks = (bundle: Bundle | null): boolean => (bundle?.idempotencyKey ?? null) !== null;
  const shapes = [...services.values()].flatMap(shapesOf);
  for (const host of [...shapes, ...gateways.values()]) {
    for (const bundle of host.outbound.values()) if (asks(bundle)) return true;
  }
  for (const { routes } of gateways.values())
    if (routes.some(({ policy, steps }) => asks(policy) || stepsAsk(steps ?? [], asks)))
      return true;
  for (const { endpoints } of shapes) {
    for (const { steps } of endpoints.values()) if (stepsAsk(steps, asks)) return true;
  }
  for (const { policy, requests } of workloads.values()) {
    if (asks(policy) || requests.some(({ steps }) => stepsAsk(steps, asks))) return true;
  }
  return false;
}

function stepsAsk(steps: readonly Step[], asks: (bundle: Bundle | null) => boolean): boolean {
  return steps.some((step) => {
    if (asks(step.policy) || stepsAsk(step.onError ?? [], asks)) return true;
    switch (step.verb) {
      case 'parallel':
        return step.branches.some((branch) => stepsAsk(branch, asks));
      case 'choose':
        return step.branches.some((branch) => stepsAsk(branch.steps, asks));
      case 'loop':
      case 'transaction':
      case 'lock':
        return stepsAsk(step.steps, asks);
      case 'respond':
        return stepsAsk(step.then, asks);
      default:
        return false;
    }
  });
}
