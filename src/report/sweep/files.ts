import type { SweepResult } from '../../contracts/result/sweep.js';
import { safeName } from '../../text/file-name.js';
import type { RenderedFile } from '../formats/files.js';
import { standAlone } from '../drawing/stand-alone.js';
import { sweepViewOf } from './cases.js';
import { chartsOf, type SweepChart } from './charts.js';
import { sweepLooks } from './looks.js';

/** Width of a stand-alone picture. Unit: px. */
const WIDTH = 984;

/** Every chart of a sweep as a stand-alone SVG document, in a fixed order. */
export function renderSweepSvgs(read: SweepResult): readonly RenderedFile[] {
  const view = sweepViewOf(read);
  const { result } = view;
  return chartsOf({ view, looks: sweepLooks(result.variants) }).map((chart) => ({
    name: `${nameOf(result, chart)}.svg`,
    text: standAlone(chart.draw(WIDTH)),
  }));
}

function nameOf(result: SweepResult, { of }: SweepChart): string {
  if (typeof of !== 'number') return of;
  return `metric-${of + 1}-${safeName(result.metrics[of]!.text)}`;
}
