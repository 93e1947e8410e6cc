import type { VariantResult } from '../../contracts/result/result.js';
import { faultKind } from '../../patterns/registry.js';
import { wordsOf } from '../view/explained.js';
import { insteadWords } from './harm-words.js';
import { hurtUsers } from './lead.js';
import { holdsAll } from '../view/view.js';

/** Of the harm at most this share remains without the change. */
const LEFT = 0.1;

/**
 * What to do first where users come to harm by a change of the system itself, which runs without it prove: `Take the change
 * back: 0 requests fail instead of 900`; of several changes with its words. null in other cases. `hasSetting`: a setting
 * helps, which is better than to go back to the version before a rollout.
 */
export function rollBackWords(variant: VariantResult, hasSetting: boolean): string | null {
  if (holdsAll(variant)) return null;
  const isOurs = (kind: string): boolean => faultKind(kind)?.isOurs === true;
  // Where the harm ends, the course of a rollout does it, whose settings are to change, and not the version.
  const isLasting = !hasSetting && hurtUsers(variant).some(({ lasts }) => lasts);
  return (
    takenBack(variant, isOurs, 'change') ??
    (isLasting ? takenBack(variant, (kind) => kind === 'rollout', 'rollout') : null)
  );
}

function takenBack(
  variant: VariantResult,
  isOurs: (kind: string) => boolean,
  name: string,
): string | null {
  const { counterfactuals: own, faults } = variant;
  const ours = faults.filter(({ kind }) => isOurs(kind)).map(({ id }) => id);
  const found = own?.faults?.find(
    ({ fault, role, without }) =>
      ours.includes(fault) && role === 'cause' && without !== null && without <= LEFT * own.harm,
  );
  if (found === undefined) return null;
  const harm = { harm: found.without!, failed: found.withoutFailed };
  const which = ours.length === 1 ? '' : `without “${wordsOf(variant, found.fault)}” `;
  return `Take the ${name} back: ${which}${insteadWords(harm, own!)}`;
}
