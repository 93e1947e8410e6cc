import { cumulativeChart, latencyDomain, lossChart, lossPoints, lost } from '../charts/latency.js';
import { lossFinding } from '../findings.js';
import { briefSeconds, formatShare, formatValue } from '../format.js';
import { markup, type Markup } from '../html-escape.js';
import type { View } from '../view.js';
import { caption, dataTable, picture, section, variantKey } from './parts.js';

/** Loss and latency in one picture, then the plain distributions, answered and all apart. */
export function latencySection(view: View): Markup {
  const domain = latencyDomain(view);
  const { variants } = view.result;
  const losses = variants.map((variant) => lossPoints(view, variant, domain));
  const at = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10].filter((s) => s >= domain[0] && s <= domain[1]);
  const rows = variants.map((variant, i) => [
    variantKey(view, variant),
    ...at.map((seconds) =>
      formatShare(
        losses[i]!.reduce((share, p) => (p.seconds <= seconds * 1.0001 ? p.share : share), 1),
      ),
    ),
    formatShare(lost(losses[i]!)),
  ]);
  const quantiles = variants.map((variant) => [
    variantKey(view, variant),
    ...(['p50', 'p90', 'p95', 'p99', 'p999', 'max'] as const).flatMap((q) => [
      formatValue(variant.summary.successLatency[q].value, 'seconds'),
    ]),
    ...(['p50', 'p99', 'max'] as const).map((q) =>
      formatValue(variant.summary.latency[q].value, 'seconds'),
    ),
  ]);
  return section('latency', 'Latency and loss', lossFinding(view), [
    markup`<figure>
      ${picture('loss', lossChart(view, 'loss', 984), lossChart(view, 'loss-n', 358))}
    </figure>`,
    caption(
      'Share of all requests that still have no successful answer after the time on the x axis. A failed request never gets one, so a line levels out at its failure rate instead of flattering its percentiles.',
    ),
    dataTable({
      caption: 'Share not yet answered successfully',
      head: ['Variant', ...at.map((s) => `after ${briefSeconds(s)}`), 'never'],
      rows,
    }),
    markup`<div class="two">
      <figure>
        <h3>Latency of successful requests</h3>
        ${picture('cdf-ok', cumulativeChart(view, 'cdf-ok', 474, 'successLatency'), cumulativeChart(view, 'cdf-ok-n', 358, 'successLatency'))}
      </figure>
      <figure>
        <h3>Latency of all finished requests</h3>
        ${picture('cdf-all', cumulativeChart(view, 'cdf-all', 474, 'latency'), cumulativeChart(view, 'cdf-all-n', 358, 'latency'))}
      </figure>
    </div>`,
    caption(
      'Cumulative share within the time on the x axis, log. The two differ by the failures: read the left one beside the loss above, never alone.',
    ),
    dataTable({
      caption: 'Latency quantiles',
      head: [
        'Variant',
        'p50 ok',
        'p90 ok',
        'p95 ok',
        'p99 ok',
        'p99.9 ok',
        'max ok',
        'p50 all',
        'p99 all',
        'max all',
      ],
      rows: quantiles,
    }),
  ]);
}
