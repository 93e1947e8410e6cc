import type { Expression, MetricPath, WindowClause } from '../../scenario/expression.js';
import { parseExpression } from '../../scenario/expression.js';
import { invariant } from '../../kernel/invariant.js';
import type { SavedValues } from '../../spec/saved.js';
import { meanOf, nothing, shareOf, type Measured } from '../measure/estimate.js';
import { measure, type CascadeFigures } from '../measure/metrics.js';
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

/** The variant of that name; undefined where there is none. */
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
  return measure(data, path, clause, cascadeFigures(study, data));
}

/** Parses an expression that the loader has already checked. */
export function checkedExpression(text: string): Expression {
  const parsed = parseExpression(text);
  invariant(parsed.ok, 'analysis-expression-unchecked');
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.expression;
}

function cascadeFigures(study: Study, data: VariantData): CascadeFigures {
  return (metric) => {
    const stories = study.stories.get(data.variant.name) ?? [];
    switch (metric) {
      case 'blastRadius':
        return meanOf(stories.map((story) => story.blastRadius));
      case 'depth':
        return meanOf(stories.map((story) => story.depth));
      case 'collateral':
        return meanOf(stories.map((story) => story.collateral.length));
      case 'goodputLost':
        return meanOf(stories.map((story) => story.goodputLost));
      case 'amplification':
        return meanOf(stories.map((story) => story.amplification));
      case 'metastable': {
        const stuck: number[] = stories.map((story) => (story.verdict === 'metastable' ? 1 : 0));
        const trials = stuck.map(() => 1);
        return { ...shareOf(stuck, trials), kind: 'exact' };
      }
      default:
        invariant(false, 'analysis-metric-without-rule');
        return nothing(data.records.length);
    }
  };
}
