import { cumulativeChart, lossChart } from '../charts/latency.js';
import {
  cumulativeReadings,
  latencyDomain,
  lossPoints,
  lossReadings,
  lostShare,
} from '../charts/latency-shares.js';
import { degradedWords } from '../degraded.js';
import { lossFinding } from '../findings.js';
import type { Fold } from '../fold.js';
import { formatSeconds, formatShare, formatValue } from '../../text/figures.js';
import { markup, type Markup } from '../html-escape.js';
import { curveBox } from '../time-box.js';
import type { View } from '../view.js';
import { emphasised } from './verdict.js';
import { caption, dataTable, picture, section, variantKey, type Table, folded } from './parts.js';

/** Loss and latency in one picture, then the distributions of successful responses and of all. */
export function latencySection({ all, drawn: view }: Fold): Markup {
  const lossy = view.result.variants.some((variant) => lostShare(view, variant) > 0);
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
    folded(
      [
        markup`<div class="two">
      <figure><h3>Latency of successful requests</h3>${cumulative(view, 'cdf-ok', 'successLatency')}</figure>
      ${lossy && markup`<figure><h3>Latency of all finished requests</h3>${cumulative(view, 'cdf-all', 'latency')}</figure>`}
    </div>`,
        caption(
          lossy
            ? 'Cumulative share within the time on the x axis, log. The two differ by the failures: read the left one beside the loss above, never alone.'
            : 'Cumulative share within the time on the x axis, log. No request failed, so these are all that finished.',
        ),
        dataTable(quantileTable(view)),
      ],
      lossy ? 'Latency of successful requests, and of all' : 'Latency of all requests',
    ),
  ]);
}

const WAITS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

function cumulative(view: View, id: string, population: 'latency' | 'successLatency'): Markup {
  const wide = cumulativeChart(view, 474, population);
  const domain = latencyDomain(view);
  const readings = cumulativeReadings(view, population);
  return picture(id, wide, cumulativeChart(view, 358, population), (svg, drawing) =>
    curveBox(svg, drawing, domain, readings),
  );
}

function lossTable(view: View): Table {
  const domain = latencyDomain(view);
  const waits = WAITS.filter((seconds) => seconds >= domain[0] && seconds <= domain[1]);
  const rows = view.result.variants.map((variant) => {
    const points = lossPoints(view, variant, domain);
    const after = (seconds: number): number =>
      points.reduce((share, p) => (p.seconds <= seconds * 1.0001 ? p.share : share), 1);
    const shares = [...waits.map(after), lostShare(view, variant)];
    return [variantKey(view, variant), ...shares.map(formatShare)];
  });
  return {
    caption: 'Share not yet answered successfully',
    head: ['Variant', ...waits.map((seconds) => `after ${formatSeconds(seconds)}`), 'never'],
    rows,
  };
}

function quantileTable(view: View): Table {
  const answered = ['p50', 'p90', 'p95', 'p99', 'p999', 'max'] as const;
  const all = ['p50', 'p99', 'max'] as const;
  const name = (quantile: string): string => (quantile === 'p999' ? 'p99.9' : quantile);
  return {
    caption: 'Latency quantiles',
    head: ['Variant', ...answered.map((q) => `${name(q)} ok`), ...all.map((q) => `${name(q)} all`)],
    rows: view.result.variants.map((variant) => [
      variantKey(view, variant),
      ...answered.map((q) => formatValue(variant.summary.successLatency[q].value, 'seconds')),
      ...all.map((q) => formatValue(variant.summary.latency[q].value, 'seconds')),
    ]),
  };
}
