import type { VariantResult } from '../../contracts/result/result.js';
import { faultKind } from '../../patterns/registry.js';
import { wordsOf } from '../view/explained.js';
import { insteadWords } from './harm-words.js';
import { hurtUsers } from './lead.js';

/** Of the harm at most this share remains without the change. */
const LEFT = 0.1;

/**
 * What to do first where users come to harm by a change of the system itself, which runs without it prove: `Take the change
 * back: 0 requests fail instead of 900`; of several changes with its words. null in other cases.
 */
export function rollBackWords(variant: VariantResult): string | null {
  const isOurs = (kind: string): boolean => faultKind(kind)?.isOurs === true;
  return takenBack(variant, isOurs, 'change');
}

/**
 * The same of a rollout whose harm lasts. Where it ends, the course of the rollout does the harm, and its settings are to
 * change, not the version.
 */
export function oldVersionWords(variant: VariantResult): string | null {
  const lasts = hurtUsers(variant).some((one) => one.lasts);
  return lasts ? takenBack(variant, (kind) => kind === 'rollout', 'rollout') : null;
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
