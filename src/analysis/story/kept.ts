import type { RunRecord } from '../../spec/record/record.js';
import type { VariantData } from '../measure/variant-data.js';
import type { Story } from '../measure/story.js';
import { storiesOf } from './cascade.js';

interface Kept extends Pick<VariantData, 'variant' | 'plan'> {
  readonly stories: readonly Story[];
}

/** By the records of a variant, for as long as they are in memory. */
const KEPT = new WeakMap<readonly RunRecord[], Kept>();

/**
 * The stories of a variant. A result is made once before its causes are proved and once with the proofs; the stories
 * depend on the records alone, so they are kept in between.
 */
export function keptStories(data: VariantData): readonly Story[] {
  const { variant, plan, records } = data;
  const known = KEPT.get(records);
  if (known?.variant === variant && known.plan === plan) return known.stories;
  const stories = storiesOf(data);
  KEPT.set(records, { variant, plan, stories });
  return stories;
}
