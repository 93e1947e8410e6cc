import type { Counterfactuals } from './counterfactual.js';

/** Share of a value from which another one is clearly another. */
const CLEARLY = 0.05;

/**
 * Whether a budget that a variant breaks holds without a fault, or has clearly another value: the fault is no innocent,
 * although as many requests fail without it.
 */
export function worsensBudget(proof: Counterfactuals | undefined, id: string): boolean {
  return (proof?.budgets ?? []).some(({ value, faults }) => {
    const without = faults.find(({ fault }) => fault === id);
    if (without === undefined) return false;
    const isOther =
      value !== null &&
      without.value !== null &&
      Math.abs(without.value - value) > CLEARLY * Math.abs(value);
    return without.holds || isOther;
  });
}
