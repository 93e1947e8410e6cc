import { safeName } from '../../text/file-name.js';
import type { Result, VariantResult } from '../../contracts/result/result.js';
import { breakerChart, breakerLanes } from '../charts/breakers.js';
import { timeLabels, timeTicks } from '../charts/frame.js';
import { lossChart } from '../charts/latency.js';
import {
  latencyGrid,
  latencyScale,
  nodeWords,
  serviceCharts,
  serviceRows,
  type ServiceRow,
} from '../charts/services.js';
import { swimlaneChart } from '../charts/swimlane.js';
import { mostWaiting, stripChart } from '../charts/strip.js';
import { stripOf } from '../view/strips.js';
import { mapsOf, topologyChart } from '../charts/topology.js';
import { snapshotsOf } from '../charts/topology-moments.js';
import { amplificationChart, amplifiedEdges, wasteChart } from '../charts/waste.js';
import { waterfallChart } from '../charts/waterfall.js';
import { label, type Drawing } from '../drawing/draw.js';
import { formatRate, formatSeconds, formatShare } from '../../text/figures.js';
import { coordinate } from '../base/format.js';
import { markup, shorten, type Markup } from '../base/html-escape.js';
import { linear } from '../drawing/scale.js';
import { exemplarKeys, fatesOf } from '../sections/traces.js';
import { standAlone } from '../drawing/stand-alone.js';
import { mapDrawing } from '../tipping/map.js';
import { viewOf, viewOfVariant, type View } from '../view/view.js';

/** A file to write: its name holds lower-case letters, digits and hyphens only. */
export interface RenderedFile {
  readonly name: string;
  readonly text: string;
}

/** Every chart of the report as a stand-alone SVG document, in a fixed order. */
export function renderSvgs(read: Result): RenderedFile[] {
  const view = viewOf(read);
  const { result } = view;
  const files: RenderedFile[] = [
    file('variants', stripsDrawing(view)),
    file('loss', lossChart(view, 984)),
  ];
  for (const variant of result.variants) files.push(...variantFiles(view, variant));
  for (const key of exemplarKeys(view)) {
    for (const fate of fatesOf(view, key)) {
      const names = fate.variants.map((variant) => variant.name);
      files.push(
        file(
          `trace-${safeName(key)}-${safeName(names.join(' '))}`,
          waterfallChart(fate.exemplar, names.join(', '), 620),
        ),
      );
    }
  }
  return files;
}

function variantFiles(all: View, variant: VariantResult): RenderedFile[] {
  const view = viewOfVariant(all, variant);
  const name = safeName(variant.name);
  const { duration } = view.result.run;
  const { wide } = mapsOf(view);
  const files = [
    file(`services-${name}`, servicesDrawing(view, variant)),
    file(
      `propagation-${name}`,
      swimlaneChart(view, variant, [0, duration], { width: 984, names: true, arrows: true }),
    ),
    ...snapshotsOf(view, variant).map((moment, i) =>
      file(
        `topology-${name}-${i + 1}`,
        topologyChart(view, variant, moment.at, wide, Math.max(478, wide.width)),
      ),
    ),
    file(`waste-${name}`, wasteChart(view, variant, 620)),
  ];
  if (amplifiedEdges(variant).length > 0)
    files.push(file(`amplification-${name}`, amplificationChart(view, variant, 620)));
  if (breakerLanes(view, variant).length > 0)
    files.push(file(`breakers-${name}`, breakerChart(view, variant, 984)));
  const { tipping } = variant;
  if (tipping?.map !== undefined) {
    const drawing = mapDrawing(variant.name, { ...tipping, map: tipping.map }, 620);
    files.push(file(`recovery-map-${name}`, drawing));
  }
  return files;
}

function file(name: string, drawing: Drawing): RenderedFile {
  return { name: `${name}.svg`, text: standAlone(drawing) };
}

/** A strip for each variant below its name, with the time axis. */
function stripsDrawing(all: View): Drawing {
  const { variants, run } = all.result;
  const strips = variants.map((variant) => stripOf(all, variant));
  const most = mostWaiting(strips);
  const drawings = variants.map((variant, i) =>
    stripChart(viewOfVariant(all, variant), variant, strips[i]!, most),
  );
  const height = variants.length * STRIP + 24;
  const room: readonly [number, number] = [150, 830];
  return {
    width: 840,
    height,
    title: 'Failing share of all requests over the run, log scale',
    description: drawings.map(({ title, description }) => `${title}: ${description}`).join('; '),
    body: [
      variants.map(
        ({ name }, i) =>
          markup`${label(0, i * STRIP + 26, shorten(name, 20), { fill: 'var(--ink)', weight: 600 })}${nested(drawings[i]!, room[0], i * STRIP + 4, room[1] - room[0], STRIP - 8)}`,
      ),
      timeLabels(
        timeTicks(all, 0, run.duration, room[1] - room[0]),
        linear([0, run.duration], room),
        height - 6,
      ),
    ],
  };
}

const STRIP = 52;

/** All servers of one variant, three panels each, with the ends of their scales. */
function servicesDrawing(view: View, variant: VariantResult): Drawing {
  const rows = serviceRows(view, variant).map((row) => ({
    row,
    charts: serviceCharts(view, row, variant),
  }));
  const heads = ['Answers and arrivals', 'p99 latency, log', 'Slots in use and queue'];
  const height = rows.length * ROW + 48;
  const { duration } = view.result.run;
  const axis = (x: number): readonly Markup[] =>
    timeLabels(
      timeTicks(view, 0, duration, PANEL.width),
      linear([0, duration], [x, x + PANEL.width]),
      height - 8,
    );
  return {
    width: 1040,
    height,
    title: `Services, ${variant.name}`,
    description: rows.map(({ charts: [rate] }) => rate.description).join(' '),
    body: [
      heads.map((text, i) => label(COLUMNS[i]!, 12, text)),
      rows.map(({ row, charts }, i) => serviceMarks(row, charts, 22 + i * ROW)),
      COLUMNS.map(axis),
    ],
  };
}

const ROW = 92;
const PANEL = { width: 240, height: 80 };
const COLUMNS = [200, 494, 788];

function serviceMarks(row: ServiceRow, charts: readonly (Drawing | null)[], top: number): Markup {
  const y = latencyScale(row.scale);
  const scales = [
    [{ at: 6, text: formatRate(row.scale.rateTop) }],
    latencyGrid(row.scale).map((at) => ({ at: y(at), text: formatSeconds(at) })),
    [{ at: 8, text: formatShare(1) }],
  ];
  const panels = charts.map((chart, c) => {
    if (chart === null) return null;
    const x = COLUMNS[c]!;
    const marks = scales[c]!.map(({ at, text }) =>
      label(x - 6, top + at * 0.8 + 4, text, { anchor: 'end', size: 11 }),
    );
    return [nested(chart, x, top, PANEL.width, PANEL.height), marks];
  });
  const name = label(0, top + 16, shorten(row.node.name, 18), { fill: 'var(--ink)', weight: 600 });
  const words = label(0, top + 32, shorten(nodeWords(row.node), 24), { size: 11 });
  return markup`${name}${words}${panels}`;
}

/** A stretched drawing inside another one. */
function nested(drawing: Drawing, x: number, y: number, width: number, height: number): Markup {
  return markup`<svg
    x="${coordinate(x)}"
    y="${coordinate(y)}"
    width="${coordinate(width)}"
    height="${coordinate(height)}"
    viewBox="0 0 ${drawing.width} ${drawing.height}"
    preserveAspectRatio="none"
    class="st"
    fill="none"
    stroke-width="1.4"
  >
    ${drawing.body}
  </svg>`;
}
