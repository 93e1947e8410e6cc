import {
  AMPLIFIED,
  amplificationChart,
  amplifiedEdges,
  extraAttempts,
  wasteChart,
  wasteRows,
} from '../charts/waste.js';
import { BREAKER_LANE, breakerChart, breakerLanes } from '../charts/breakers.js';
import {
  latencyGrid,
  latencyScale,
  nodeWords,
  queueRoom,
  hasSlots,
  serviceCharts,
  serviceRows,
  sharesScales,
  largest,
  type ServiceRow,
} from '../charts/services.js';
import { crowdOf } from '../view/crowd.js';
import { breakerFinding, servicesWords, wasteFinding } from '../words/findings.js';
import {
  formatCount,
  formatInstant,
  formatNumber,
  formatRate,
  formatSeconds,
  formatShare,
  formatValue,
} from '../../text/figures.js';
import { plural } from '../../text/words.js';
import { coordinate } from '../base/format.js';
import { inlineStretched, type Drawing } from '../drawing/draw.js';
import { markup, type Markup, type Part } from '../base/html-escape.js';
import { linear } from '../drawing/scale.js';
import { sharedAnswers, sharedWords } from '../words/shared-answers.js';
import type { EdgeCounter } from '../../contracts/patterns/policy.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { usedUpPools } from '../words/pools.js';
import { sortedKeys } from '../../text/order.js';
import { lookOf, type View } from '../view/view.js';
import { caption, dataTable, insideSection, picture, swatchOf } from './parts.js';
import { gutterLabel, rowsBox, timeAxis, timeBox, windowBox } from '../charts/time-box.js';

/** The switch between variants. Where `:has()` is not supported, all variants are visible. */
export function picker(view: View): Markup | null {
  if (view.result.variants.length < 2) return null;
  const options = view.result.variants.map((variant) => {
    const { className } = lookOf(view, variant.name);
    const checked = variant.name === view.worstVariant.name && markup` checked`;
    return markup`<label
      ><input type="radio" name="pv" id="pv-${className}" value="${className}" ${checked} /><span
        >${variant.name}</span
      ></label
    >`;
  });
  return markup`<fieldset class="pick">
    <legend>Look inside</legend>
    <div class="seg">${options}</div>
  </fieldset>`;
}

/** With more rows, only components that degrade have charts. */
const MOST_ROWS = 16;

/** The rows to draw, and words for the healthy ones that only the table lists. */
function chartedRows(all: readonly ServiceRow[]): {
  readonly rows: readonly ServiceRow[];
  readonly healthy: string;
} {
  const rows = all.filter(({ series }) => series?.state.some((state) => state !== 'ok') === true);
  const left = all.length - rows.length;
  if (all.length <= MOST_ROWS || rows.length === 0 || left === 0) return { rows: all, healthy: '' };
  return { rows, healthy: ` ${plural(left, 'component')} without degradation: in the table only.` };
}

/** Every server by depth: rates and health, latency, slots and queue. */
export function servicesSection(all: View): Markup {
  const shared = sharesScales(all);
  return insideSection(all, 'services', 'Services', (variant, view) => {
    const { rows, healthy } = chartedRows(serviceRows(view, variant));
    const isPartly = rows.some((row) => (row.series?.up ?? []).length > 0);
    const limited = rows.some(hasSlots);
    const body = rows.map((row) => serviceRow(view, row, variant));
    const crowd = crowdOf(view);
    const table = crowd.all.map(({ name }) => figuresOf(variant, name));
    const { title, rest } = servicesWords(view, variant);
    return {
      title,
      body: markup`${rest !== '' && markup`<p>${rest}</p>`}
        <div class="rows">
          <div class="hd hd0"></div>
          <div class="hd">Answers and arrivals</div>
          <div class="hd">p99 latency, log</div>
          <div class="hd">Slots in use and queue</div>
          ${body}
          <div class="hd0"></div>
          <div>${timeAxis(view, true)}</div>
          <div>${timeAxis(view, true)}</div>
          <div>${limited && timeAxis(view, true)}</div>
        </div>
        ${usedUpPools([variant]).map((text) => caption(`${text}.`))}
        ${caption(`${crowd.words}${healthy} Left: arrivals (red line) over successful answers (grey area), health below, thicker is worse. Right: slots in use (line, 0 to 100 %) and queue fill (amber)${isPartly ? ', dashed the processes that run' : ''}.${view.result.variants.length > 1 && shared ? ' All variants share the scales.' : ''}`.trim())}${dataTable(
          {
            caption: `Services, ${variant.name}, whole run`,
            head: [
              'Component',
              'Finished',
              'Successful',
              'p99 ok',
              'Utilisation',
              'Longest queue',
              'Wasted',
            ],
            rows: table,
          },
        )}`,
    };
  });
}

/** Figures of a component over the whole run. */
function figuresOf(variant: VariantResult, name: string): string[] {
  const component = variant.components[name];
  return [
    name,
    formatRate(component?.throughput ?? 0),
    formatRate(component?.goodput ?? 0),
    formatValue(component?.successLatency.p99 ?? null, 'seconds'),
    component?.utilization === null || component === undefined
      ? '–'
      : formatShare(component.utilization),
    formatCount(component?.queue?.max ?? 0),
    formatValue(component?.wastedWork ?? null, 'share'),
  ];
}

/** Calls that retries multiply, and wasted work. */
export function wasteSection(all: View): Markup | null {
  const { variants } = all.result;
  const worth = (variant: VariantResult): boolean =>
    amplifiedEdges(variant).length > 0 ||
    sharedAnswers(variant).length > 0 ||
    wasteRows(all, variant).some((row) => row.wasted > 0);
  if (!variants.some(worth)) return null;
  return insideSection(all, 'waste', 'Amplification and waste', (variant, view) => {
    const id = `am-${lookOf(view, variant.name).className}`;
    const edges = amplifiedEdges(variant);
    const shared = sharedWords(variant);
    const waste = wasteRows(view, variant);
    const right = waste.every((row) => row.wasted === 0)
      ? markup`<p class="nothing">No component worked in vain.</p>`
      : picture(
          `${id}-w`,
          wasteChart(view, variant, 474),
          wasteChart(view, variant, 358),
          (svg, drawing) =>
            rowsBox(svg, drawing, { top: 3, row: 23, count: waste.length, skip: edges.length }),
        );
    const isIdle = waste.every((row) => row.wasted === 0);
    if (isIdle && edges.length === 0 && shared === '' && extraAttempts(variant) === null)
      return null;
    const rows = waste.map((row) => [row.name, formatShare(row.wasted), '–', '–']);
    const runs = view.result.replications;
    const factors = edges.map(({ edge, factor }) => {
      const { counters } = variant.edges[edge]!;
      const sent = (name: EdgeCounter): string => formatNumber((counters[name] ?? 0) / runs);
      const when =
        (counters['hinted'] ?? 0) === 0 ? '' : ` (${sent('hinted')} when the callee said)`;
      return [edge, formatNumber(factor), `${sent('retries')}${when}`, sent('hedges')];
    });
    return {
      title: wasteFinding(view, variant),
      body: markup`<div class="two">
          <figure>
            <h3>Attempts per call</h3>
            ${amplification(view, variant)}
          </figure>
          <figure>
            <h3>Busy time spent on unused results</h3>
            ${right}
          </figure>
        </div>
        ${shared === '' ? null : caption(shared)}${dataTable({ caption: `Amplification and waste, ${variant.name}${runs > 1 ? ', counts are means of a run' : ''}`, head: ['Edge or component', 'Attempts per call, or share wasted', 'Retries', 'Hedges'], rows: [...factors, ...rows] })}`,
    };
  });
}

/** The chart of attempts per call, or words in its place. */
function amplification(view: View, variant: VariantResult): Markup {
  const edges = amplifiedEdges(variant);
  if (edges.length === 0) return markup`<p class="nothing">${noneAmplified(variant)}</p>`;
  const id = `am-${lookOf(view, variant.name).className}`;
  const readings = edges.map(({ edge, points }) =>
    view.readings.add(
      edge,
      'number',
      points.map(({ y }) => y),
    ),
  );
  return picture(
    id,
    amplificationChart(view, variant, 474),
    amplificationChart(view, variant, 358),
    overRun(view, readings),
  );
}

/** Text in place of the chart of attempts per call. */
function noneAmplified(variant: VariantResult): string {
  const extra = extraAttempts(variant);
  if (extra === null) return 'No edge makes more than one attempt per call.';
  return `No edge makes as many as ${formatNumber(AMPLIFIED)} attempts per call: ${extra}.`;
}

/** Lanes of breaker states; omitted if no breaker of any variant opens, and for variants in which none does. */
export function breakersSection(all: View): Markup | null {
  if (all.result.variants.every((variant) => breakerLanes(all, variant).length === 0)) return null;
  return insideSection(all, 'breakers', 'Breakers', (variant, view) => {
    const id = `br-${lookOf(view, variant.name).className}`;
    const lanes = breakerLanes(view, variant);
    if (lanes.length === 0) return null;
    const rows = lanes.map((lane) => [
      `${lane.instance}, ${lane.edge}`,
      formatInstant(
        lane.intervals
          .filter((s) => s.state === 'open')
          .reduce((sum, s) => sum + s.until - s.from, 0),
      ),
      formatCount(lane.intervals.filter((s) => s.state === 'halfOpen').length),
      formatInstant(lane.intervals[lane.intervals.length - 1]!.until),
    ]);
    return {
      title: breakerFinding(view, variant),
      body: markup`<figure>
          ${picture(id, breakerChart(view, variant, 984), breakerChart(view, variant, 358), (svg, drawing) => rowsBox(svg, drawing, { top: 8, row: BREAKER_LANE, count: lanes.length }))}
        </figure>
        <ul class="legend">
          <li>${swatchOf('ok', 2.5)}closed</li>
          <li>${swatchOf('down', 10)}open</li>
          <li>${swatchOf('degraded', 10)}half-open, probing</li>
        </ul>
        ${caption(`${breakerFinding(view, variant)}. One lane per breaker, replication 1.${dryRunWords(variant)}`)}${dataTable({ caption: `Breakers, ${variant.name}`, head: ['Breaker', 'Open for', 'Times half-open', 'Closed again'], rows })}`,
    };
  });
}

/**
 * Requests that breakers, bulkheads, limiters and middleware in a dry run would have rejected, over all replications.
 */
function dryRunWords({ edges, components }: VariantResult): string {
  const words = (where: string, count: number, what: string): string =>
    count === 0 ? '' : ` In a dry run ${where}: would have refused ${plural(count, what)}.`;
  return [
    ...sortedKeys(edges).map((edge) =>
      words(`on ${edge}`, edges[edge]!.counters['wouldReject'] ?? 0, 'call'),
    ),
    ...sortedKeys(components).map((name) =>
      words(`at ${name}`, components[name]!.wouldReject ?? 0, 'request'),
    ),
  ].join('');
}

function serviceRow(view: View, row: ServiceRow, variant: VariantResult): Markup {
  const { readings } = view;
  const [rate, latency, slots] = serviceCharts(view, row, variant);
  const y = latencyScale(row.scale);
  const grid = latencyGrid(row.scale).map((at) => gutterLabel(y(at), formatSeconds(at)));
  const queued = largest(row.series?.queue ?? []);
  const queue =
    queued >= queueRoom(row) * 0.2 && queued > 0
      ? markup`<span
          class="i"
          style="right:2px;top:calc(${coordinate(linear([0, queueRoom(row)], [94, 8])(queued))}% + 12px)"
          >queue ${formatCount(queued)}</span
        >`
      : null;
  const rates = [gutterLabel(6, formatRate(row.scale.rateTop)), gutterLabel(76, '0')];
  const full = [gutterLabel(8, formatShare(1)), gutterLabel(94, '0')];
  const right =
    slots === null
      ? markup`<span class="none">no limit of slots</span>`
      : panel(
          inlineStretched(slots),
          [full, queue],
          [
            readings.add('busy', 'number', row.series?.busy ?? []),
            readings.add('queue', 'number', row.series?.queue ?? []),
          ],
        );
  const { node, series } = row;
  const traffic = [
    readings.states('', series?.state ?? []),
    readings.add('in', 'perSecond', series?.rate ?? []),
    readings.add('ok', 'perSecond', series?.goodRate ?? []),
  ];
  const p99 = [readings.add('p99', 'seconds', series?.p99 ?? [])];
  return markup`<div class="row" data-name="${node.name}">
    <div class="nm">${node.name}<small>${nodeWords(node)}</small></div>
    <div class="cell">${panel(inlineStretched(rate), rates, traffic)}</div>
    <div class="cell">${panel(inlineStretched(latency), grid, p99)}</div>
    <div class="cell">${right}</div>
  </div>`;
}

/** Wraps a picture of the whole run with words beside its plot. */
function overRun(
  { result: { run } }: View,
  readings: readonly number[],
): (svg: Markup, drawing: Drawing) => Markup {
  return (svg, { width, margin }) =>
    windowBox(svg, [0, run.duration], [margin!.left / width, margin!.right / width], readings);
}

function panel(picture: Markup, labels: Part, readings: readonly number[]): Markup {
  return markup`<div class="fc gut">
    ${timeBox(picture, readings)}${labels}
  </div>`;
}
