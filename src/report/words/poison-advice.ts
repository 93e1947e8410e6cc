import type { UnseenHarm } from '../../contracts/result/counterfactual.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { formatCount } from '../../text/figures.js';
import { unseenCount } from './unseen-proof-words.js';

/** A backlog of which less than this share remains has the poison message as its cause. */
const LEFT = 0.5;

/** Kinds of faults, and of the changes that take their harm away, whose message a consumer can give up. */
const GIVEN_UP: ReadonlySet<string> = new Set(['poison']);

/**
 * What to set where a message that no consumer can process holds up those after it, and runs that pass it over prove it:
 * `Let its consumers give such a message up, with onPoison: deadLetter: of ... that wait for orders on average, 3 remain`.
 * null in other cases. No number of a setting helps here, so that `fix` finds nothing.
 */
export function poisonAdvice(variant: VariantResult): string | null {
  for (const one of variant.counterfactuals?.unseen ?? []) {
    const left = leftOf(one, variant);
    if (left === null) continue;
    const rest = formatCount(Math.round(left));
    return (
      `Let the consumers of ${one.subject} give up a message that they cannot handle, with onPoison: deadLetter ` +
      `and a deadLetter queue: of ${unseenCount(variant, one)}, ${rest} remain`
    );
  }
  return null;
}

/** Messages that wait when those that cannot be handled are passed over; null where they are not the cause. */
function leftOf(
  { kind, harm, faults, interventions }: UnseenHarm,
  { faults: own }: VariantResult,
): number | null {
  if (kind !== 'backlog') return null;
  const isPoisoned = faults.some(
    ({ fault, role }) =>
      role === 'cause' && own.some((one) => one.id === fault && GIVEN_UP.has(one.kind)),
  );
  const passed = interventions.find((change) => GIVEN_UP.has(change.kind));
  return isPoisoned && passed !== undefined && passed.harm < LEFT * harm ? passed.harm : null;
}
