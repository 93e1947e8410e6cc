import { lossChart } from '../charts/latency.js';
import { latencyDomain, lossPoints, lossReadings, lostShare } from '../charts/latency-shares.js';
import { degradedWords } from '../words/degraded.js';
import { lossFinding } from '../words/findings.js';
import type { Fold } from '../view/fold.js';
import { formatSeconds, formatShare, formatValue } from '../../text/figures.js';
import { markup, type Markup } from '../base/html-escape.js';
import { curveBox } from '../charts/time-box.js';
import type { View } from '../view/view.js';
import { emphasised } from './verdict.js';
import { caption, dataTable, picture, section, variantKey, type Table } from './parts.js';

/** Loss and latency in one picture. The quantiles of both are in the comparison of the variants. */
export function latencySection({ all, drawn: view }: Fold): Markup {
  const domain = latencyDomain(view);
  const readings = lossReadings(view);
  const [wide, narrow] = [lossChart(view, 984), lossChart(view, 358)];
  const loss = picture('loss', wide, narrow, (svg, drawing) =>
    curveBox(svg, drawing, domain, readings),
  );
  return section('latency', 'Latency and loss', lossFinding(all), [
    markup`<figure>${loss}</figure>`,
    caption([
      'Share of all requests that still have no successful answer after the time on the x axis. A failed request never gets one, so a line levels out at its failure rate instead of flattering its percentiles. ',
      emphasised(degradedWords(all)),
    ]),
    dataTable(lossTable(view)),
  ]);
}

const WAITS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

function lossTable(view: View): Table {
  const domain = latencyDomain(view);
  const waits = WAITS.filter((seconds) => seconds >= domain[0] && seconds <= domain[1]);
  const rows = view.result.variants.map((variant) => {
    const points = lossPoints(view, variant, domain);
    const after = (seconds: number): number =>
      points.reduce((share, p) => (p.seconds <= seconds * 1.0001 ? p.share : share), 1);
    const shares = [...waits.map(after), lostShare(view, variant)];
    const p99 = formatValue(variant.summary.successLatency.p99.value, 'seconds');
    return [variantKey(view, variant), ...shares.map(formatShare), p99];
  });
  return {
    caption: 'Share not yet answered successfully',
    head: [
      'Variant',
      ...waits.map((seconds) => `after ${formatSeconds(seconds)}`),
      'never',
      'p99 of successes',
    ],
    rows,
  };
}
