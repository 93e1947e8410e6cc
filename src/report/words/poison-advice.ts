import type { UnseenHarm, UnseenIntervention } from '../../contracts/result/counterfactual.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { faultKind } from '../../patterns/registry.js';
import { PASSING } from '../../plan/interventions/index.js';
import { formatCount } from '../../text/figures.js';
import { heldUpBy, unseenCount } from './unseen-proof-words.js';

/** Of what the faults add to a backlog less than this share remains: the message that is passed over is its cause. */
const LEFT = 0.5;

/**
 * What to set where a message that no consumer can process holds up those after it, and runs that pass it over prove it:
 * `Let its consumers give such a message up, with onPoison: deadLetter: of ... that wait for orders on average, 3 remain`.
 * null in other cases.
 */
export function poisonAdvice(variant: VariantResult): string | null {
  for (const one of variant.counterfactuals?.unseen ?? []) {
    const passed = passedOf(one, variant);
    if (passed === null) continue;
    const rest = formatCount(Math.round(passed.harm));
    const { remedy = 'onPoison: deadLetter and a deadLetter queue' } = passed;
    return (
      `Let the consumers of ${one.subject} give up a message that they cannot handle, with ${remedy}: ` +
      `of ${unseenCount(variant, one)}, ${rest} ${rest === '1' ? 'remains' : 'remain'}`
    );
  }
  return null;
}

/**
 * The runs in which messages that cannot be handled are passed over; null where they are not the cause. A busy consumer
 * has a backlog without a fault too, which no advice takes away.
 */
function passedOf(
  { kind, subject, harm, background, faults, interventions }: UnseenHarm,
  { faults: own, cascade }: VariantResult,
): UnseenIntervention | null {
  if (kind !== 'backlog') return null;
  const isSpoiled = faults.some(
    ({ fault, role }) => role === 'cause' && own.some((one) => one.id === fault && spoils(one)),
  );
  const passed = interventions.find((change) => PASSING.has(change.kind));
  if ((!isSpoiled && heldUpBy(cascade, subject) === null) || passed === undefined) return null;
  return passed.harm - background < LEFT * (harm - background) ? passed : null;
}

function spoils({ kind }: VariantResult['faults'][number]): boolean {
  return faultKind(kind)?.spoilsMessages === true;
}
