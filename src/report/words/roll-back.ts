import type { VariantResult } from '../../contracts/result/result.js';
import { faultKind } from '../../patterns/registry.js';
import { wordsOf } from '../view/explained.js';
import { insteadWords } from './harm-words.js';

/** Of the harm at most this share remains without the change. */
const LEFT = 0.1;

/**
 * What to do first where users come to harm by a change of the system itself, which runs without it prove: `Take the change
 * back: 0 requests fail instead of 900`; of several changes with its words. null in other cases.
 */
export function rollBackWords(variant: VariantResult): string | null {
  const { counterfactuals: own, faults } = variant;
  const isOurs = (id: string): boolean =>
    faultKind(faults.find((one) => one.id === id)!.kind)?.isOurs === true;
  const changes = faults.filter(({ id }) => isOurs(id));
  for (const { fault, role, without, withoutFailed } of own?.faults ?? []) {
    if (role !== 'cause' || without === null || without > LEFT * own!.harm) continue;
    if (!isOurs(fault)) continue;
    const left = insteadWords({ harm: without, failed: withoutFailed }, own!);
    return changes.length === 1
      ? `Take the change back: ${left}`
      : `Take the change back: without “${wordsOf(variant, fault)}” ${left}`;
  }
  return null;
}
