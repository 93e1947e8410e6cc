import type { MetricPath, WindowClause } from '../../contracts/scenario/expression.js';
import type { SavedValues } from '../../contracts/result/saved.js';
import type { Measured } from '../measure/estimate.js';
import { measure } from '../measure/metrics.js';
import type { Story } from '../measure/story.js';
import type { VariantData } from '../measure/variant-data.js';

/** All variants of a file with their cascades, on which budgets and comparisons are judged. */
export interface Study {
  readonly variants: readonly VariantData[];
  /** By variant name; one story per replication. */
  readonly stories: ReadonlyMap<string, readonly Story[]>;
  /** Values for `of saved`: those of earlier runs, those of these runs themselves, or none. */
  readonly saved: SavedValues | 'own' | null;
  /**
   * Variants whose runs did not all finish, with the number of those that did in words. It includes variants that
   * `variants` lacks.
   */
  readonly unfinished?: ReadonlyMap<string, string>;
}

/** The variant of that name; undefined if there is none. */
export function variantNamed(study: Study, name: string): VariantData | undefined {
  return study.variants.find((data) => data.variant.name === name);
}

/** Value of a metric in a window of one variant. */
export function measureIn(
  study: Study,
  data: VariantData,
  path: MetricPath,
  clause: WindowClause | null,
): Measured {
  return measure(data, path, clause, study.stories.get(data.variant.name) ?? []);
}
