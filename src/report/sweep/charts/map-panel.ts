import { box, label, stroke, textWidth } from '../../drawing/draw.js';
import { coordinate } from '../../base/format.js';
import { markup, shorten, type Markup, type Part } from '../../base/html-escape.js';
import { numbersOf, type SweepView } from '../cases.js';
import { NARROW_BELOW } from './chart.js';

/** A cell of a map over two axes. */
export interface MapCell {
  /** Colour and its opacity; null = nothing to fill. */
  readonly fill: string | null;
  readonly opacity: number;
  /** Candidate texts, longest first; the first one that fits is printed. */
  readonly texts: readonly string[];
  readonly ink: string;
  readonly weight: number | null;
  /** Nothing was measured, so the cell is hatched. */
  readonly isHatched: boolean;
  /** A budget fails, so the corner of the cell is marked. */
  readonly isMarked: boolean;
  /** Whether all budgets hold. A line separates cells that do from cells that do not; null = no line. */
  readonly holds: boolean | null;
}

/** One map: its name and its cells by row and column; null if no setting was run. */
export interface MapPanel {
  readonly title: string;
  readonly cells: readonly (readonly (MapCell | null)[])[];
}

/** Maps of the first two free axes side by side, as many in a row as fit. Widths in px. */
export function mapPanels(
  view: SweepView,
  panels: readonly MapPanel[],
  width: number,
  top: number,
): { readonly height: number; readonly body: Part } {
  const layout = layoutOf(view, panels, width);
  const { across, panelWidth, panelHeight } = layout;
  const body = panels.map((panel, i) => {
    const x = (i % across) * (panelWidth + GAP);
    const y = top + Math.floor(i / across) * (panelHeight + GAP);
    return panelMarkup(view, panel, layout, x, y);
  });
  const rows = Math.ceil(panels.length / across);
  return { height: top + rows * (panelHeight + GAP) - GAP, body };
}

/** True if a text of the maps is wider than its cell, so that shorter texts are printed. */
export function isTight(view: SweepView, panels: readonly MapPanel[], width: number): boolean {
  const { cell } = layoutOf(view, panels, width);
  return panels.some(({ cells }) =>
    cells.some((row) =>
      row.some(
        (one) =>
          one !== null &&
          one.fill !== null &&
          textWidth(one.texts[0] ?? '', cell.size) > cell.width - 4,
      ),
    ),
  );
}

/** Hatching of a rectangle without measurements: a texture that needs no colour. */
export function hatch(x: number, y: number, width: number, height: number): Markup {
  let path = '';
  for (let at = 5; at < width + height; at += 6) {
    const [x1, y1] = at <= height ? [0, at] : [at - height, height];
    const [x2, y2] = at <= width ? [at, 0] : [width, at - width];
    path += `M${coordinate(x + x1)} ${coordinate(y + y1)}L${coordinate(x + x2)} ${coordinate(y + y2)}`;
  }
  return stroke(path, 'var(--ink3)', 1, markup`stroke-opacity="0.45"`);
}

/** The corner of a cell in which a budget fails. */
export function corner(right: number, top: number, size: number): Markup {
  const [x, y, s] = [coordinate(right), coordinate(top), coordinate(size)];
  return markup`<path d="M${x} ${y}h-${s}l${s} ${s}z" fill="var(--failing)" />`;
}

/** Space between panels, and sizes of text. Unit: px. */
const GAP = 26;
const SIZE = 11;
const SMALL = 10;
const TITLE = 20;
const NAME = 17;
const ROW_LABEL = 120;
/** Width of a cell in px: at least what a figure needs, and at most the second value. */
const WANTED = 52;
const WIDEST = 78;

interface Layout {
  readonly across: number;
  readonly panelWidth: number;
  readonly panelHeight: number;
  /** Height of the name and of the path above the cells. */
  readonly head: number;
  readonly labels: number;
  readonly cell: { readonly width: number; readonly height: number; readonly size: number };
  /** Height of the labels under the columns; larger for upright ones. */
  readonly foot: number;
  readonly isUpright: boolean;
  readonly rowTexts: readonly string[];
  readonly columnTexts: readonly string[];
}

function layoutOf(view: SweepView, panels: readonly MapPanel[], width: number): Layout {
  const [first, second] = view.free as [number, number];
  const textsOf = (axis: number): string[] =>
    view.result.axes[axis]!.values.map(({ text }) => shorten(text, 18));
  const [rowTexts, columnTexts] = [textsOf(first), textsOf(second)];
  const widest = (texts: readonly string[]): number =>
    Math.max(...texts.map((text) => textWidth(text, SIZE)));
  const labels = Math.min(widest(rowTexts) + 9, ROW_LABEL, width / 3);
  const count = columnTexts.length;
  const roomIn = (across: number): number =>
    ((width - GAP * (across - 1)) / across - labels) / count;
  let across = Math.max(1, panels.length);
  while (across > 1 && roomIn(across) < WANTED) across--;
  // On a phone, maps are stacked where two in a row would be too small to read.
  if (width < NARROW_BELOW && roomIn(2) < WANTED) across = 1;
  const cellWidth = Math.floor(Math.min(WIDEST, roomIn(across)) * 100) / 100;
  const isWords = numbersOf(view.result.axes[second]!.values) === null;
  const isUpright = isWords && widest(columnTexts) + 6 > cellWidth;
  const foot = isUpright ? Math.min(110, widest(columnTexts) + 12) : 18;
  const height = width < NARROW_BELOW ? 24 : 26;
  const head = panels.every(({ title }) => title === '') ? NAME : TITLE + NAME;
  return {
    across,
    panelWidth: labels + count * cellWidth,
    panelHeight: head + rowTexts.length * height + foot + NAME,
    head,
    labels,
    cell: { width: cellWidth, height, size: width < NARROW_BELOW ? SMALL : SIZE },
    foot,
    isUpright,
    rowTexts,
    columnTexts,
  };
}

function panelMarkup(
  view: SweepView,
  panel: MapPanel,
  layout: Layout,
  x: number,
  y: number,
): Markup {
  const { cell, head, labels, panelWidth, rowTexts } = layout;
  const [left, top] = [x + labels, y + head];
  const [first, second] = view.free as [number, number];
  const pathText = (arrow: string, axis: number): string =>
    shorten(
      `${arrow} ${view.result.axes[axis]!.path}`,
      Math.floor(Math.max(panelWidth, 140) / 6.4),
    );
  const rows = rowTexts.map((text, r) =>
    label(left - 8, top + (r + 0.5) * cell.height + 4, fitted(text, labels - 8), {
      anchor: 'end',
      size: SIZE,
      fill: 'var(--ink2)',
    }),
  );
  const bottom = top + rowTexts.length * cell.height;
  const cells = panel.cells.flatMap((row, r) =>
    row.map((one, c) => cellMarkup(one, left + c * cell.width, top + r * cell.height, cell)),
  );
  const title = shorten(panel.title, Math.floor(Math.max(panelWidth, 140) / 7.2));
  return markup`<g>
    ${title !== '' && label(x, y + 12, title, { fill: 'var(--ink)', weight: 600 })}
    ${label(x, top - 8, pathText('↓', first), { size: SIZE })}${cells}${border(panel, left, top, cell)}
    ${rows}${columnLabels(layout, left, bottom)}
    ${label(x, bottom + layout.foot + 13, pathText('→', second), { size: SIZE })}
  </g>`;
}

function cellMarkup(
  one: MapCell | null,
  x: number,
  y: number,
  { width, height, size }: Layout['cell'],
): Markup | null {
  if (one === null) return null;
  const text = one.texts.find((each) => textWidth(each, size) <= width - 4);
  const [w, h] = [width - 1, height - 1];
  return markup`${one.fill !== null && box(x, y, w, h, one.fill, markup`fill-opacity="${coordinate(one.opacity)}"`)}${one.isHatched && hatch(x, y, w, h)}${one.isMarked && corner(x + w, y, Math.min(7, w / 2))}${text !== undefined && label(x + w / 2, y + h / 2 + 4, text, { anchor: 'middle', size, fill: one.ink, ...(one.weight === null ? {} : { weight: one.weight }) })}`;
}

/** The line between the cells that hold all budgets and those that do not. */
function border(panel: MapPanel, left: number, top: number, cell: Layout['cell']): Markup | null {
  let path = '';
  const at = (r: number, c: number): boolean | null => panel.cells[r]?.[c]?.holds ?? null;
  const differ = (a: boolean | null, b: boolean | null): boolean =>
    a !== null && b !== null && a !== b;
  panel.cells.forEach((row, r) => {
    row.forEach((_, c) => {
      const x = left + (c + 1) * cell.width - 0.5;
      const y = top + (r + 1) * cell.height - 0.5;
      const from = `M${coordinate(x)} ${coordinate(y)}`;
      if (differ(at(r, c), at(r, c + 1))) path += `${from}v-${coordinate(cell.height)}`;
      if (differ(at(r, c), at(r + 1, c))) path += `${from}h-${coordinate(cell.width)}`;
    });
  });
  if (path === '') return null;
  return stroke(path, 'var(--ink)', 2, markup`stroke-linecap="square"`);
}

/** Labels of the columns. Words are upright where they are too wide; of numbers only as many as fit. */
function columnLabels(layout: Layout, left: number, bottom: number): Markup[] {
  const { cell, columnTexts, foot, isUpright } = layout;
  const widest = Math.max(...columnTexts.map((text) => textWidth(text, SIZE)));
  const every = isUpright
    ? Math.max(1, Math.ceil(13 / cell.width))
    : Math.max(1, Math.ceil((widest + 6) / cell.width));
  return columnTexts.flatMap((text, c) => {
    if (c % every !== 0) return [];
    const x = left + (c + 0.5) * cell.width;
    if (!isUpright)
      return [label(x, bottom + 14, text, { anchor: 'middle', size: SIZE, fill: 'var(--ink2)' })];
    const turned = `rotate(-90 ${coordinate(x + 4)} ${coordinate(bottom + 6)})`;
    const upright = label(x + 4, bottom + 6, fitted(text, foot - 8), {
      anchor: 'end',
      size: SIZE,
      fill: 'var(--ink2)',
    });
    return [markup`<g transform="${turned}">${upright}</g>`];
  });
}

/** A text that is cut to a width in px. */
function fitted(text: string, width: number): string {
  if (textWidth(text, SIZE) <= width) return text;
  return shorten(
    text,
    Math.max(3, Math.floor((Array.from(text).length * width) / textWidth(text, SIZE))),
  );
}
