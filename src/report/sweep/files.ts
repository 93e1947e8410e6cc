import type { SweepResult } from '../../spec/result/sweep.js';
import { safeName, type RenderedFile } from '../files.js';
import { standAlone } from '../stand-alone.js';
import { plotRenderer } from '../svg.js';
import { sweepViewOf } from './cases.js';
import { chartsOf, type SweepChart } from './charts.js';
import { sweepLooks } from './looks.js';

/** Width of a stand-alone picture. Unit: px. */
const WIDTH = 984;

/**
 * Every chart of a sweep as a stand-alone SVG document, in a fixed order. `document`: a DOM in which to draw, as for a
 * page.
 */
export function renderSweepSvgs(
  read: SweepResult,
  options: { readonly document?: object } = {},
): readonly RenderedFile[] {
  const view = sweepViewOf(read);
  const { result } = view;
  const looks = sweepLooks(result.variants);
  const canvas = { view, looks, plot: plotRenderer(options.document) };
  return chartsOf(canvas).map((chart, i) => ({
    name: `${nameOf(result, chart)}.svg`,
    text: standAlone(chart.draw(WIDTH, `c${i}`)),
  }));
}

function nameOf(result: SweepResult, { of }: SweepChart): string {
  if (typeof of !== 'number') return of;
  return `metric-${of + 1}-${safeName(result.metrics[of]!.text)}`;
}
