import type { VariantResult } from '../../spec/result/result.js';
import { stepPoints } from '../draw.js';
import { clamp } from '../scale.js';
import { lineLayer, type Layer } from '../svg.js';

/** The figure of a panel, and its range. */
interface Drawn {
  readonly request: string;
  readonly metric: 'success' | 'goodRate' | 'p99';
  readonly domain: readonly [number, number];
}

/** The same runs without faults as a thin line behind that of a variant; nothing if they were not made. */
export function ghostOf(variant: VariantResult, panel: Drawn): readonly Layer[] {
  if (panel.metric === 'goodRate') return [];
  const series = variant.counterfactuals?.twin?.[panel.request];
  if (series === undefined) return [];
  const points = stepPoints(series[panel.metric], variant.timeline.step, (value) =>
    clamp(value, ...panel.domain),
  );
  return [lineLayer({ color: 'var(--ink3)', width: 1, dash: '2 2' }, points)];
}

/** Words for the thin line; empty if no variant has one. */
export function ghostWords(variants: readonly VariantResult[]): string {
  const has = variants.some(({ counterfactuals }) => counterfactuals?.twin !== undefined);
  return has ? ' Thin and dashed: the same runs without the faults.' : '';
}
