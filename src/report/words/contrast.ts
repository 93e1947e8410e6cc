import { effectWords, halvedEffects } from '../view/effects.js';
import { MOST, sizeOf } from './answer-room.js';
import type { Words } from '../base/emphasis.js';
import { haveSameLoad } from '../view/reference.js';
import { settingsTexts } from '../view/settings.js';
import type { View } from '../view/view.js';

/** Most settings that differ. */
const SOME = 3;

/**
 * The settings that make the variant that the report is about of the baseline, where the baseline has at most half of an
 * effect that no request shows: its runs have the same random numbers, so they prove it. null in other cases.
 */
export function contrastWords(view: View): Words | null {
  const { worstVariant, baseline } = view;
  const { changes = [] } = worstVariant;
  const isOther = changes.some(({ isQuestion }) => isQuestion) || worstVariant === baseline;
  const isShort = changes.length > 0 && changes.length <= SOME;
  if (isOther || !isShort || !haveSameLoad(view, worstVariant, baseline)) return null;
  const [halved] = halvedEffects(view, worstVariant, baseline);
  if (halved === undefined) return null;
  const base = { strong: baseline.name };
  const effect = effectWords(halved, baseline);
  const textOf = (settings: string): Words => [
    'The difference from ',
    base,
    ` (proved): ${settings}; in `,
    base,
    ` ${effect}`,
  ];
  const { values, paths } = settingsTexts(changes);
  const full = textOf(values);
  return sizeOf(full) <= MOST ? full : textOf(paths);
}
