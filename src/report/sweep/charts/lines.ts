import { measureText, parseExpression } from '../../../language/expression.js';
import type { SweepResult } from '../../../contracts/result/sweep.js';
import type { SweepFigure, SweepFigures } from '../../../contracts/result/sweep-figures.js';
import { label, textWidth, type Drawing } from '../../drawing/draw.js';
import { formatValue, type Unit } from '../../../text/figures.js';
import { markup, shorten, type Markup } from '../../base/html-escape.js';
import { clamp, niceTicks } from '../../drawing/scale.js';
import { FAILING } from '../../charts/strip.js';
import {
  expectFigure,
  isSample,
  figuresOf,
  limitOf,
  numbersOf,
  budgetStatusOf,
  unitOf,
  wordOf,
  type BudgetStatus,
  type SweepResultAxis,
  type SweepView,
} from '../cases.js';
import { shapeMark } from '../looks.js';
import { thinned } from '../text-cells.js';
import {
  extentOf,
  isWide,
  logTicks,
  NARROW_BELOW,
  tickLabel,
  type Canvas,
  type Extent,
} from './chart.js';
import { xyBody, type XyPoint, type XySeries, type XySpec } from './xy.js';

/** The subject of a chart: a metric by its index, or the `expect` of a bisection. */
export type Drawn = number | 'expect';

/** A metric over one axis of numbers, one line for each variant, with intervals. Width in px. */
export function lineChart(canvas: Canvas, drawn: Drawn, width: number): Drawing {
  const { view } = canvas;
  const axis = view.free[0]!;
  const spec = specOf(canvas, drawn, axis, { width, height: width < NARROW_BELOW ? 260 : 300 });
  return {
    width,
    height: spec.height,
    title: `${nameOf(canvas, drawn)} by ${view.result.axes[axis]!.path}`,
    description: inWords(spec, showsLoss(view, drawn) ? lossAt : (value) => value),
    body: xyBody(spec),
  };
}

/** A metric against each axis of a random sample: a dot for each variant at each setting. Width in px. */
export function scatterCharts(canvas: Canvas, drawn: Drawn, width: number): Drawing {
  const { view } = canvas;
  const gap = 24;
  const across = width < NARROW_BELOW ? 1 : Math.min(3, view.free.length);
  const own = (width - gap * (across - 1)) / across;
  const height = 236;
  const keys = canvas.looks.length > 1 ? legend(canvas, width) : { height: 0, body: [] };
  const panels = view.free.map((axis) => {
    const spec = specOf(canvas, drawn, axis, { width: own, height });
    return { spec, body: xyBody(spec) };
  });
  return {
    width,
    height: keys.height + Math.ceil(panels.length / across) * (height + gap) - gap,
    title: `${nameOf(canvas, drawn)} against each axis`,
    description:
      panels.length === 0
        ? 'No axis.'
        : inWords(panels[0]!.spec, showsLoss(canvas.view, drawn) ? lossAt : (value) => value),
    body: [
      keys.body,
      panels.map(({ body }, i) => {
        const x = (i % across) * (own + gap);
        const y = keys.height + Math.floor(i / across) * (height + gap);
        return markup`<g transform="translate(${Math.round(x)} ${Math.round(y)})">${body}</g>`;
      }),
    ],
  };
}

/** Unit of a chart's subject. */
export function drawnUnit({ view }: Canvas, drawn: Drawn): Unit {
  if (drawn === 'expect') return limitOf(view.result)?.unit ?? 'number';
  return unitOf(view.result.metrics[drawn]!);
}

/** Name of a chart's subject. */
export function nameOf({ view }: Canvas, drawn: Drawn): string {
  const { result } = view;
  return drawn === 'expect' ? (result.sweep.expect ?? 'expectation') : result.metrics[drawn]!.text;
}

/** The figure of a chart's subject; null if the variant has none. */
export function drawnFigure(figures: SweepFigures, drawn: Drawn): SweepFigure | null {
  return drawn === 'expect' ? expectFigure(figures) : (figures.figures[drawn] ?? null);
}

/** The marks of all variants with their names, on as many lines as necessary. */
export function legend(
  { looks }: Canvas,
  width: number,
): { readonly height: number; readonly body: readonly Markup[] } {
  let x = 4;
  let y = 12;
  const body = looks.map((look) => {
    const name = shorten(look.name, 24);
    const room = textWidth(name, 12) + 32;
    if (x > 4 && x + room > width) [x, y] = [4, y + 18];
    const drawn = markup`${shapeMark(look, x + 3, y - 4)}${label(x + 13, y, name, { fill: look.ink, weight: 600 })}`;
    x += room;
    return drawn;
  });
  return { height: y + 12, body };
}

function specOf(
  canvas: Canvas,
  drawn: Drawn,
  axis: number,
  place: { readonly width: number; readonly height: number },
): XySpec {
  const { view, looks } = canvas;
  const { result } = view;
  const whole = result.axes[axis]!;
  const unit = drawnUnit(canvas, drawn);
  const asked = drawn === 'expect' ? limitOf(result) : budgetLimit(result, drawn);
  const isLoss = showsLoss(view, drawn);
  const measured = looks.map((look) => seriesOf(canvas, drawn, axis, look));
  const series = isLoss ? measured.map(lossOf) : measured;
  const limit = asked === null || !isLoss ? asked : { ...asked, limit: lossAt(asked.limit) };
  const points = series.flatMap((one) => one.points).filter(({ value }) => value !== null);
  const values = points.map(({ value }) => value!);
  const all = limit === null ? values : [...values, limit.limit];
  const bounds = points.flatMap(({ ci95 }) => ci95 ?? []);
  const y = isLoss ? LOSSES : extentOf(all.length === 0 ? [0, 1] : all, unit, bounds);
  const { extent, labels } = xAxis(whole, isSample(result.sweep.kind), place.width);
  const zones = zonesOf(canvas, whole);
  const ends = zones.flatMap(({ from }) => labels.filter(({ at }) => at === from));
  return {
    ...place,
    unit,
    x: extent,
    y,
    xLabels: [...ends, ...labels.filter((one) => !ends.includes(one))],
    path: whole.path,
    series,
    isJoined: !isSample(result.sweep.kind),
    limit:
      limit === null
        ? null
        : {
            at: limit.limit,
            text: 'text' in limit ? limit.text : limitText(canvas, limit.limit, unit),
          },
    zones,
  };
}

/** The budget on a metric, if exactly one with a number is judged; else null. */
function budgetLimit(
  { metrics, budgets }: SweepResult,
  drawn: number,
): { readonly limit: number; readonly text: string } | null {
  const { text } = metrics[drawn]!;
  const found = budgets.flatMap((budget) => {
    const parsed = parseExpression(budget.text);
    if (!parsed.ok || parsed.expression.steps !== null) return [];
    const { metric, window, limit } = parsed.expression;
    if (measureText(metric, window) !== text || limit.kind !== 'quantity') return [];
    return [{ limit: limit.quantity.value, text: shorten(budget.text, 48) }];
  });
  return found.length === 1 ? found[0]! : null;
}

function limitText({ view }: Canvas, limit: number, unit: Unit): string {
  return shorten(view.result.sweep.expect ?? formatValue(limit, unit), 48);
}

function seriesOf({ view }: Canvas, drawn: Drawn, axis: number, look: XySeries['look']): XySeries {
  const { result } = view;
  const numbers = numbersOf(result.axes[axis]!.values);
  const points = result.cases.flatMap((one): XyPoint[] => {
    const figures = figuresOf(one, look.name);
    const figure = figures === null ? null : drawnFigure(figures, drawn);
    if (figures === null || figure === null) return [];
    const at = one.at[axis]!;
    const word = wordOf(figures, figure);
    return [
      {
        x: numbers === null ? at : numbers[at]!,
        value: word === null ? figure.value : null,
        ci95: figure.ci95,
        word,
        status: drawn === 'expect' ? expectStatus(figures) : budgetStatusOf(result, figures),
      },
    ];
  });
  return { look, points: points.sort((a, b) => a.x - b.x) };
}

function expectStatus({ expect }: SweepFigures): BudgetStatus {
  if (expect === null) return 'unjudged';
  return expect.verdict === 'pass' ? 'holds' : expect.verdict === 'fail' ? 'fails' : 'undecided';
}

/** The x axis: the values of the sweep, or round ones for a sample; words at equal distances. */
function xAxis(
  axis: SweepResultAxis,
  isSample: boolean,
  width: number,
): { readonly extent: Extent; readonly labels: XySpec['xLabels'] } {
  const numbers = numbersOf(axis.values);
  if (numbers === null) {
    const count = axis.values.length;
    const room = Math.max(4, Math.floor((width - 70) / count / 7));
    return {
      extent: { type: 'linear', domain: [-0.5, count - 0.5], ticks: [] },
      labels: axis.values.map(({ text }, at) => ({ at, text: shorten(text, room) })),
    };
  }
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const isLog =
    low > 0 && (axis.scale === 'log' || (axis.scale === 'list' && isWide(numbers, axis.unit)));
  const domain: [number, number] = low === high ? [low - 1, high + 1] : [low, high];
  const type = isLog && low < high ? ('log' as const) : ('linear' as const);
  const extent: Extent = { type, domain, ticks: [] };
  if (isSample) {
    const ticks = type === 'log' ? logTicks(domain, axis.unit) : niceTicks(domain, 4);
    return { extent, labels: ticks.map((at) => ({ at, text: tickLabel(at, axis.unit) })) };
  }
  const tried = axis.values.map(({ text }, i) => ({ at: numbers[i]!, text: shorten(text, 14) }));
  const sorted = tried.slice().sort((a, b) => a.at - b.at);
  const [first, last] = [sorted[0]!, sorted[sorted.length - 1]!];
  const others =
    sorted.length <= EACH
      ? halves(sorted.slice(1, -1))
      : thinned(sorted.length, Math.floor(width / LABEL)).map((i) => sorted[i]!);
  return {
    extent,
    labels: [first, last, ...others.filter((one) => one !== first && one !== last)],
  };
}

/**
 * Up to this number, values are labelled one by one where they do not overlap. More are thinned to one per LABEL px.
 */
const EACH = 12;
const LABEL = 80;

/** The middle one first, then the middles of both halves, so that labels spread over the axis. */
function halves<T>(items: readonly T[]): T[] {
  if (items.length < 2) return items.slice();
  const middle = Math.floor(items.length / 2);
  return [items[middle]!, ...halves(items.slice(0, middle)), ...halves(items.slice(middle + 1))];
}

/** Ranges of the limits found: between the last value that holds and the first that does not. */
function zonesOf({ view, looks }: Canvas, axis: SweepResultAxis): XySpec['zones'] {
  return view.result.edges.flatMap((edge) => {
    const look = looks.find(({ name }) => name === edge.variant);
    const from = edge.holds === null ? null : (axis.values[edge.holds]?.number ?? null);
    const to = edge.breaks === null ? null : (axis.values[edge.breaks]?.number ?? null);
    if (look === undefined || edge.outcome !== 'found' || from === null || to === null) return [];
    return [{ from, to, look }];
  });
}

/** The axis of a share that fails, as in the strips of a run. */
const LOSSES: Extent = {
  type: 'log',
  domain: FAILING,
  ticks: [1, 2, 3, 4].map((decade) => Number(`1e-${decade}`)).concat(1),
};

/** Whether the picture of a metric shows the share that fails, on a log scale: of a success, one in a hundred matters. */
export function showsLoss({ result }: SweepView, drawn: Drawn): boolean {
  const text = drawn === 'expect' ? result.sweep.expect : result.metrics[drawn]!.text;
  return /^[\w.-]+\.success\b/u.test(text ?? '');
}

/** The share that fails, as far as the axis reaches. */
function lossAt(success: number): number {
  return clamp(1 - success, ...FAILING);
}

function lossOf({ look, points }: XySeries): XySeries {
  return {
    look,
    points: points.map((point) => ({
      ...point,
      value: point.value === null ? null : lossAt(point.value),
      ci95: point.ci95 === null ? null : [lossAt(point.ci95[1]), lossAt(point.ci95[0])],
    })),
  };
}

function inWords({ series, unit }: XySpec, whole: (value: number) => number): string {
  return series
    .map(({ look, points }) => {
      const values = points.flatMap(({ value }) => (value === null ? [] : [whole(value)]));
      if (values.length === 0) return `${look.name}: nothing measured`;
      return `${look.name}: ${formatValue(Math.min(...values), unit)} to ${formatValue(Math.max(...values), unit)}`;
    })
    .join('; ');
}
