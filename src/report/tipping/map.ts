import type { RunVerdict } from '../../contracts/result/cascade.js';
import type { RecoveryMap, Tipping } from '../../contracts/result/tipping.js';
import { formatNumber, formatRate, formatSeconds } from '../../text/figures.js';
import { asLines, oneLine, type Lines } from '../../text/line.js';
import { box, boxes, label, type Area, type Drawing } from '../drawing/draw.js';
import { markup } from '../base/html-escape.js';
import { tableLines, type Paint } from '../lines/text-table.js';
import { wrapped } from '../lines/wrap.js';
import { END_NOTE, endWord } from './words.js';

/** The map as rows of words: a row for each load, the largest first, a column for each length of the fault. */
export function mapRows({ map, load }: Pick<Tipping, 'load'> & { readonly map: RecoveryMap }): {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
} {
  const rate = load?.rate ?? null;
  const rows = map.loads.map((factor, k) => [
    `${formatNumber(factor)}x${rate === null ? '' : ` ${formatRate(factor * rate)}`}`,
    ...map.verdicts[k]!.map(endWord),
  ]);
  return {
    head: [`load, ${map.fault} for`, ...map.lengths.map(formatSeconds)],
    rows: rows.toReversed(),
  };
}

/** The map as lines of text. */
export function mapText(
  tipping: Tipping,
  { paint, columns }: { readonly paint: Paint; readonly columns: number },
): Lines {
  const { map } = tipping;
  if (map === undefined) return asLines([]);
  const { head, rows } = mapRows({ ...tipping, map });
  const all = [head, ...rows].map((cells) => cells.map(oneLine));
  return asLines([
    ...tableLines(all, paint),
    ...wrapped(END_NOTE, '  ', '  ', columns).map(paint.dim),
  ]);
}

/** Words of runs that do not come back. */
const STUCK: readonly string[] = ['down', 'lost', 'full'];

/** Height of a row, and where the first one begins. Unit: px. */
export const ROW = 26;
export const TOP = 22;
const GAP = 2;
/** Room for the loads: with their rates, and on a phone as multiples alone. */
const LEFT = 96;
const LEFT_NARROW = 44;
const NARROW = 500;

/** The map as a picture. */
export function mapDrawing(
  name: string,
  tipping: Tipping & { readonly map: RecoveryMap },
  width: number,
): Drawing {
  const { map } = tipping;
  const { head, rows } = mapRows(tipping);
  const isNarrow = width < NARROW;
  const start = isNarrow ? LEFT_NARROW : LEFT;
  const column = (width - start) / map.lengths.length;
  const areas = (is: (verdict: RunVerdict | null) => boolean): Area[] =>
    map.verdicts
      .toReversed()
      .flatMap((row, y) =>
        row.flatMap((verdict, x) =>
          is(verdict)
            ? [{ x: start + x * column, y: TOP + y * ROW, width: column - GAP, height: ROW - GAP }]
            : [],
        ),
      );
  const kinds = (...words: readonly string[]): Area[] =>
    areas((verdict) => words.includes(endWord(verdict)));
  const now = [
    map.lengths.indexOf(tipping.length?.now ?? NaN),
    map.loads.toReversed().indexOf(1),
  ] as const;
  const today = markup`stroke="var(--ink)" stroke-width="2"`;
  const ink = { fill: 'var(--ink)' };
  return {
    width,
    height: TOP + rows.length * ROW + 4,
    title: `Recovery map of ${name}: fault length and load`,
    description: rows
      .map(
        ([load, ...ends]) =>
          `${load}: ${ends.map((end, k) => `${head[k + 1]!} ${end}`).join(', ')}`,
      )
      .join('; '),
    body: [
      boxes(kinds('back'), 'var(--ok-soft)'),
      boxes(kinds(...STUCK), 'var(--failing)'),
      boxes(kinds('open', '–'), 'var(--grid)'),
      Math.min(...now) >= 0 &&
        box(start + now[0] * column, TOP + now[1] * ROW, column - GAP, ROW - GAP, 'none', today),
      head.slice(1).map((text, k) => label(start + k * column, TOP - 8, text, ink)),
      rows.map(([load, ...ends], y) => [
        label(0, TOP + y * ROW + 16, isNarrow ? load!.split(' ')[0]! : load!, ink),
        ends.map((end, x) =>
          label(start + x * column + 5, TOP + y * ROW + 16, end, {
            fill: STUCK.includes(end) ? 'var(--on-failing)' : ink.fill,
          }),
        ),
      ]),
    ],
  };
}
