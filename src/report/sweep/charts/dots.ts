import { label, stroke, widestOf, type Drawing } from '../../drawing/draw.js';
import { formatValue } from '../../../text/figures.js';
import { coordinate } from '../../base/format.js';
import { markup, shorten, type Markup } from '../../base/html-escape.js';
import type { Scale } from '../../drawing/scale.js';
import type { Look } from '../../drawing/theme.js';
import { figuresOf, budgetStatusOf, wordOf } from '../cases.js';
import { statusMark } from '../looks.js';
import type { SweepCase } from '../../../contracts/result/sweep.js';
import {
  extentOf,
  NARROW_BELOW,
  scaleOf,
  tickLabel,
  within,
  type Canvas,
  type Extent,
} from './chart.js';
import { drawnFigure, drawnUnit, legend, nameOf, type Drawn } from './lines.js';
import { clearLabels } from './xy.js';

/** A metric by the words of one axis: a dot with its interval for each variant at each value. Width in px. */
export function dotChart(canvas: Canvas, drawn: Drawn, width: number): Drawing {
  const { view, looks } = canvas;
  const { result } = view;
  const axis = result.axes[view.free[0]!]!;
  const unit = drawnUnit(canvas, drawn);
  const keys = looks.length > 1 ? legend(canvas, width) : { height: 4, body: [] };
  const step = looks.length * LINE + 12;
  const texts = axis.values.map(({ text }) => text);
  const longest = widestOf(texts, SIZE);
  const left = Math.min(longest + 14, width * (width < NARROW_BELOW ? 0.32 : 0.28));
  const { values, ends } = valuesOf(canvas, drawn);
  const extent = extentOf(values, unit, ends);
  const x = scaleOf(extent, [left + 6, width - FIGURE]);
  const top = keys.height + 4;
  const bottom = top + result.cases.length * step;
  const rows = result.cases.map((one, i) =>
    rowMarks(canvas, drawn, one, { x, extent, y: top + i * step, left, step, width }),
  );
  return {
    width,
    height: bottom + 40,
    title: `${nameOf(canvas, drawn)} by ${axis.path}`,
    description: inWords(canvas, drawn),
    body: [
      keys.body,
      grid(extent, x, top, bottom),
      rows,
      clearLabels(
        extent.ticks.map((at) => ({ at, text: tickLabel(at, unit) })),
        x,
      ).map(({ at, text }) => label(x(at), bottom + 16, text, { anchor: 'middle', size: SIZE })),
      label(0, bottom + 34, `↑ ${shorten(axis.path, Math.floor(width / 7))}`, { size: SIZE }),
    ],
  };
}

const SIZE = 11;
/** Height of one variant's line, and width of its figure at the right. Unit: px. */
const LINE = 16;
const FIGURE = 74;

interface Place {
  readonly x: Scale;
  readonly extent: Extent;
  readonly y: number;
  readonly left: number;
  readonly step: number;
  readonly width: number;
}

function grid(extent: Extent, x: Scale, top: number, bottom: number): Markup[] {
  return extent.ticks.map((at) =>
    stroke(`M${coordinate(x(at))} ${coordinate(top)}V${coordinate(bottom)}`, 'var(--grid)', 1),
  );
}

function rowMarks(canvas: Canvas, drawn: Drawn, one: SweepCase, place: Place): Markup {
  const { view, looks } = canvas;
  const axis = view.free[0]!;
  const { text } = view.result.axes[axis]!.values[one.at[axis]!]!;
  const { y, left, step } = place;
  const limit = Math.max(6, Math.floor((left - 10) / 6.4));
  const name = label(left - 8, y + step / 2 + 4, shorten(text, limit), {
    anchor: 'end',
    size: SIZE,
    fill: 'var(--ink2)',
  });
  const marks = looks.map((look, i) =>
    variantMarks(canvas, drawn, one, look, { ...place, y: y + 6 + (i + 0.5) * LINE }),
  );
  return markup`${name}${marks}`;
}

function variantMarks(
  canvas: Canvas,
  drawn: Drawn,
  one: SweepCase,
  look: Look,
  { x, extent, y, left, width }: Place,
): Markup | null {
  const figures = figuresOf(one, look.name);
  const figure = figures === null ? null : drawnFigure(figures, drawn);
  if (figures === null || figure === null) return null;
  const word = wordOf(figures, figure);
  if (word !== null) return label(left + 8, y + 4, word, { size: SIZE, fill: look.ink });
  const at = x(figure.value!);
  const [low, high] = within(figure.ci95 ?? [figure.value!, figure.value!], extent);
  const whisker =
    figure.ci95 !== null &&
    stroke(`M${coordinate(x(low))} ${coordinate(y)}H${coordinate(x(high))}`, look.color, 1.8);
  const status = budgetStatusOf(canvas.view.result, figures);
  const mark = statusMark(look, status, at, y);
  const value = label(width, y + 4, formatValue(figure.value, drawnUnit(canvas, drawn)), {
    anchor: 'end',
    size: SIZE,
    fill: 'var(--ink2)',
  });
  return markup`${whisker}${mark}${value}`;
}

/** All figures in the chart, and the ends of their intervals. */
function valuesOf(
  { view }: Canvas,
  drawn: Drawn,
): { readonly values: readonly number[]; readonly ends: readonly number[] } {
  const figures = view.result.cases.flatMap((one) =>
    one.variants.flatMap((each) => {
      const figure = drawnFigure(each, drawn);
      return figure === null || wordOf(each, figure) !== null ? [] : [figure];
    }),
  );
  const values = figures.map(({ value }) => value!);
  return {
    values: values.length === 0 ? [0, 1] : values,
    ends: figures.flatMap(({ ci95 }) => ci95 ?? []),
  };
}

function inWords(canvas: Canvas, drawn: Drawn): string {
  const { view } = canvas;
  const axis = view.free[0]!;
  const unit = drawnUnit(canvas, drawn);
  return view.result.cases
    .map((one) => {
      const by = one.variants.map((figures) => {
        const figure = drawnFigure(figures, drawn);
        const text =
          figure === null
            ? 'not asked'
            : (wordOf(figures, figure) ?? formatValue(figure.value, unit));
        return `${figures.name} ${text}`;
      });
      return `${view.result.axes[axis]!.values[one.at[axis]!]!.text}: ${by.join(', ')}`;
    })
    .join('; ');
}
