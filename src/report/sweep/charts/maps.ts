import { log } from '../../../kernel/math.js';
import type { SweepFigures } from '../../../contracts/result/sweep-figures.js';
import { box, label, textWidth, type Drawing } from '../../drawing/draw.js';
import { formatSeconds, formatValue, type Unit } from '../../../text/figures.js';
import type { Markup } from '../../base/html-escape.js';
import {
  caseAt,
  combinations,
  entriesOf,
  figuresOf,
  figureText,
  hasBudgets,
  isMeasured,
  placed,
  budgetStatusOf,
  tallyOf,
  unitOf,
  wordOf,
  type SweepView,
} from '../cases.js';
import { settingsHeld } from '../words.js';
import { isWide } from './chart.js';
import { corner, hatch, isTight, mapPanels, type MapCell, type MapPanel } from './map-panel.js';

/** A metric over two axes: a map for each variant, and for each value of further axes. Width in px. */
export function metricMaps(view: SweepView, metric: number, width: number): Drawing {
  const { result } = view;
  const unit = unitOf(result.metrics[metric]!);
  const values = entriesOf(result, metric)
    .filter(isMeasured)
    .map(({ figure }) => figure.value!);
  const shade = shadeOf(values, unit);
  const common = commonUnit(values, unit);
  const panels = panelsOf(view, (figures) => {
    const figure = figures.figures[metric];
    if (figure === undefined) return null;
    const status = budgetStatusOf(result, figures);
    const holds = status === 'unjudged' || status === 'stopped' ? null : status === 'holds';
    const word = wordOf(figures, figure);
    const plain = { ink: 'var(--ink)', weight: null, isMarked: status === 'fails', holds };
    if (word !== null) {
      const texts = [word, ...(figures.stop === null ? [] : ['stopped'])];
      return { ...plain, fill: null, opacity: 0, isHatched: true, texts };
    }
    const text = figureText(figures, figure, unit);
    const brief = unit === 'seconds' ? [formatSeconds(Number(figure.value!.toPrecision(2)))] : [];
    const texts = [text, ...brief, ...(common === null ? [] : [withoutUnit(text)])];
    const opacity = shade(figure.value!);
    return { ...plain, fill: RAMP, opacity, isHatched: false, texts };
  });
  const legend = scaleLegend(view, metric, values, unit, {
    width,
    isShort: isTight(view, panels, width),
  });
  const { height, body } = mapPanels(view, panels, width, legend.height);
  return {
    width,
    height,
    title: `${result.metrics[metric]!.text} by setting`,
    description: extremesText(view, metric, values, unit),
    body: [legend.body, body],
  };
}

/** Number of budgets that hold at each setting: a map for each variant, filled if all do. Width in px. */
export function verdictMaps(view: SweepView, width: number): Drawing {
  const { result } = view;
  const panels = panelsOf(view, (figures): MapCell => {
    const status = budgetStatusOf(result, figures);
    const { held, of } = tallyOf(result, figures);
    const common = { isMarked: status === 'fails', weight: null, isHatched: false };
    if (status === 'stopped' || status === 'unjudged') {
      const texts = status === 'stopped' ? [`stopped: ${figures.stop ?? ''}`, 'stopped'] : ['–'];
      return { ...common, fill: null, opacity: 0, texts, ink: INK, isHatched: true, holds: null };
    }
    const counts = `${held}/${of}`;
    if (status === 'holds')
      return {
        ...common,
        fill: 'var(--work)',
        opacity: 1,
        texts: [counts],
        ink: 'var(--bg)',
        weight: 600,
        holds: true,
      };
    const isOpen = status === 'undecided';
    const texts = isOpen ? [`${counts} ?`, '?'] : [counts];
    return { ...common, fill: 'var(--surface)', opacity: 1, texts, ink: INK, holds: false };
  });
  const legend = flow(verdictKeys(panels), width);
  const { height, body } = mapPanels(view, panels, width, legend.height);
  return {
    width,
    height,
    title: 'Budgets that hold, by setting',
    description: result.variants
      .map(
        (name) =>
          `${name}: ${settingsHeld(view, name)} of ${result.cases.length} settings hold all`,
      )
      .join('; '),
    body: [legend.body, body],
  };
}

/** Legend of a map of verdicts, with the marks that occur. */
function verdictKeys(panels: readonly MapPanel[]): Item[] {
  const cells = panels.flatMap((panel) => panel.cells.flat());
  const has = (test: (cell: MapCell) => boolean): boolean =>
    cells.some((cell) => cell !== null && test(cell));
  const items = [key('all budgets hold', (x, y) => box(x, y - 10, 14, 12, 'var(--work)'))];
  if (has(({ isMarked }) => isMarked))
    items.push(
      key('a budget fails', (x, y) => [
        box(x, y - 10, 14, 12, 'var(--surface)'),
        corner(x + 14, y - 10, 7),
      ]),
    );
  if (has(({ holds, isMarked }) => holds === false && !isMarked))
    items.push(key('? undecided', (x, y) => box(x, y - 10, 14, 12, 'var(--surface)')));
  if (has(({ isHatched }) => isHatched))
    items.push(key('nothing measured', (x, y) => hatch(x, y - 10, 14, 12)));
  return items;
}

/** One hue over the page: on a light page small values are light, on a dark page large values are bright. */
const RAMP = 'var(--s1)';
/** Opacity of the smallest and the largest value; ink is readable on both. */
const SHADES = [0.05, 0.6] as const;
const INK = 'var(--ink2)';

function panelsOf(view: SweepView, cellOf: (figures: SweepFigures) => MapCell | null): MapPanel[] {
  const { result, free } = view;
  const [first, second, ...others] = free as [number, number, ...number[]];
  return result.variants.flatMap((name) =>
    combinations(result, others).map((rest) => {
      const where = others
        .map((axis, i) => `${view.axisNames[axis]!} = ${result.axes[axis]!.values[rest[i]!]!.text}`)
        .join(', ');
      const whose = result.variants.length > 1 ? [name] : [];
      return {
        title: [...whose, ...(where === '' ? [] : [where])].join(', '),
        cells: result.axes[first]!.values.map((_, r) =>
          result.axes[second]!.values.map((__, c) => {
            const figures = figuresOf(caseAt(view, placed(view, free, [r, c, ...rest])), name);
            return figures === null ? null : cellOf(figures);
          }),
        ),
      };
    }),
  );
}

/** Opacity of a value, on one scale for all variants. */
function shadeOf(values: readonly number[], unit: Unit): (value: number) => number {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const [least, most] = SHADES;
  if (!(high > low)) return () => (least + most) / 2;
  const isLog = isWide(values, unit);
  return (value) => {
    const way = isLog ? log(value / low) / log(high / low) : (value - low) / (high - low);
    return Math.round((least + way * (most - least)) * 100) / 100;
  };
}

/** The unit in which all figures are printed; null if they differ. */
function commonUnit(values: readonly number[], unit: Unit): string | null {
  const units = new Set(
    values.filter((value) => value !== 0).map((value) => unitPart(value, unit)),
  );
  const [only] = units;
  return units.size === 1 && only !== '' && only !== undefined ? only : null;
}

function unitPart(value: number, unit: Unit): string {
  return formatValue(value, unit).replace(/^[^\p{L}%/]*/u, '');
}

function withoutUnit(text: string): string {
  return text.split(' ')[0]!.replace(/\/s$/, '');
}

/** The colour scale with its ends, and the meaning of the marks. */
function scaleLegend(
  view: SweepView,
  metric: number,
  values: readonly number[],
  unit: Unit,
  { width, isShort }: { readonly width: number; readonly isShort: boolean },
): { readonly height: number; readonly body: readonly Markup[] } {
  const items: Item[] = [];
  if (values.length > 0) items.push(rampItem(values, unit));
  const common = commonUnit(values, unit);
  if (common !== null && isShort) items.push(key(`figures in ${common}`, () => [], 0));
  if (hasBudgets(view.result)) {
    items.push(key('a budget fails', (x, y) => corner(x + 11, y - 9, 9)));
    items.push(
      key('border of what holds all budgets', (x, y) => box(x, y - 5, 14, 2, 'var(--ink)')),
    );
  }
  const all = view.result.cases.flatMap((one) => one.variants);
  const bare = all.filter(({ figures }) => (figures[metric]?.value ?? null) === null);
  const isNever = bare.length > 0 && bare.every(({ figures }) => figures[metric]!.never > 0);
  const word = isNever ? 'never: some run does not recover' : 'nothing measured';
  if (bare.length > 0) items.push(key(word, (x, y) => hatch(x, y - 10, 14, 12)));
  return flow(items, width);
}

function rampItem(values: readonly number[], unit: Unit): Item {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const [from, to] = [formatValue(low, unit), formatValue(high, unit)];
  const tail = isWide(values, unit) ? `${to}, log` : to;
  const start = textWidth(from, 11) + 6;
  if (low === high) return key(`${from} throughout`, () => [], 0);
  return {
    width: start + STEPS * 12 + 6 + textWidth(tail, 11),
    draw: (x, y) => [
      label(x, y, from, { size: 11 }),
      ...Array.from({ length: STEPS }, (_, i) => {
        const [least, most] = SHADES;
        const opacity = Math.round((least + (i / (STEPS - 1)) * (most - least)) * 100) / 100;
        return box(x + start + i * 12, y - 10, 12, 12, RAMP, {
          markup: `fill-opacity="${opacity}"`,
        });
      }),
      label(x + start + STEPS * 12 + 6, y, tail, { size: 11 }),
    ],
  };
}

const STEPS = 8;

interface Item {
  readonly width: number;
  readonly draw: (x: number, y: number) => readonly Markup[];
}

function key(
  text: string,
  draw: (x: number, y: number) => Markup | readonly Markup[],
  room = 20,
): Item {
  return {
    width: room + textWidth(text, 11),
    draw: (x, y) => [...[draw(x, y)].flat(), label(x + room, y, text, { size: 11 })],
  };
}

/** Items of a legend in a row, on as many lines as necessary. */
function flow(
  items: readonly Item[],
  width: number,
): { readonly height: number; readonly body: readonly Markup[] } {
  let x = 0;
  let y = 12;
  const body = items.flatMap((item) => {
    if (x > 0 && x + item.width > width) [x, y] = [0, y + 19];
    const drawn = item.draw(x, y);
    x += item.width + 22;
    return drawn;
  });
  return { height: items.length === 0 ? 0 : y + 20, body };
}

function extremesText(
  view: SweepView,
  metric: number,
  values: readonly number[],
  unit: Unit,
): string {
  if (values.length === 0) return 'Nothing was measured.';
  const by = view.result.variants.map((name) => {
    const own = entriesOf(view.result, metric)
      .filter((entry) => entry.figures.name === name && isMeasured(entry))
      .map(({ figure }) => figure.value!);
    return own.length === 0
      ? `${name}: nothing measured`
      : `${name}: ${formatValue(Math.min(...own), unit)} to ${formatValue(Math.max(...own), unit)}`;
  });
  return by.join('; ');
}
