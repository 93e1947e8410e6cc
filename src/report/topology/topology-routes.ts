import { coordinate } from '../base/format.js';

/** A place in a drawing. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** A rectangle by its centre. */
export interface Spot extends Place {
  readonly width: number;
  readonly height: number;
}

/** A line to route: its ends, and the places in the ranks between them that are kept free for it. */
export interface Way {
  readonly from: Spot;
  readonly to: Spot;
  readonly via: readonly Place[];
}

/** Seen along the ranks: `along` grows from rank to rank, `across` within a rank. */
interface Stop {
  readonly along: number;
  readonly across: number;
}

/** A rank: the part of the drawing from its first to its last edge that its boxes take. */
interface Band {
  readonly first: number;
  readonly last: number;
}

/** Distance between two lines at one side of a box, and what the corners of a box keep. */
const PORT = 8;
const CORNER = 6;

/** Smaller changes of the row would look like a mistake. */
const KINK = 3;

/** Straight part of a line beside a rank: it has room for a head. */
const HEAD = 8;

/**
 * The points of lines. Within a rank a line is straight, in a row of its own; it changes its row only in the gap between
 * two ranks, where no box is. `areas` are all boxes and labels.
 */
export function routes(
  ways: readonly Way[],
  areas: readonly Spot[],
  direction: 'LR' | 'TB',
): readonly (readonly Place[])[] {
  const isAcross = direction === 'LR';
  const turned = (spot: Place): Stop =>
    isAcross ? { along: spot.x, across: spot.y } : { along: spot.y, across: spot.x };
  const back = ({ along, across }: Stop): Place =>
    isAcross ? place(along, across) : place(across, along);
  const bands = bandsOf(areas, direction);
  const stops = ways.map(({ from, to, via }) => [
    turned(from),
    ...via.map(turned).filter(({ along }) => bandAt(bands, along) !== undefined),
    turned(to),
  ]);
  const ports = portsOf(ways, stops, direction);
  return stops.map((all, i) => {
    const rows = all.map(({ along }, k) => {
      const across =
        k === 0 ? ports[i]!.from : k === all.length - 1 ? ports[i]!.to : all[k]!.across;
      return { along, across };
    });
    return bends(rows, ways[i]!, bands, isAcross).map(back);
  });
}

/** The boxes of one rank have one middle, and those of two ranks are apart. */
function bandsOf(areas: readonly Spot[], direction: 'LR' | 'TB'): readonly Band[] {
  const spans = areas
    .map(({ x, y, width, height }) =>
      direction === 'LR'
        ? { first: x - width / 2, last: x + width / 2 }
        : { first: y - height / 2, last: y + height / 2 },
    )
    .sort((a, b) => a.first - b.first);
  const bands: Band[] = [];
  for (const span of spans) {
    const open = bands.at(-1);
    if (open === undefined || span.first >= open.last) bands.push(span);
    else bands[bands.length - 1] = { ...open, last: Math.max(open.last, span.last) };
  }
  return bands;
}

function bandAt(bands: readonly Band[], along: number): Band | undefined {
  return bands.find(({ first, last }) => first <= along && along <= last);
}

/** By line: its row at both of its boxes. The lines at one side of a box are in the order of the rows that they go to. */
function portsOf(
  ways: readonly Way[],
  stops: readonly (readonly Stop[])[],
  direction: 'LR' | 'TB',
): readonly { readonly from: number; readonly to: number }[] {
  const sides = new Map<
    string,
    { at: Spot; ends: { line: number; end: 'from' | 'to'; toward: Stop }[] }
  >();
  const ports = ways.map(() => ({ from: 0, to: 0 }));
  ways.forEach((way, line) => {
    const rows = stops[line]!;
    const add = (end: 'from' | 'to', own: Stop, toward: Stop): void => {
      const at = way[end];
      const side = `${at.x} ${at.y} ${toward.along > own.along}`;
      const known = sides.get(side) ?? { at, ends: [] };
      known.ends.push({ line, end, toward });
      sides.set(side, known);
    };
    add('from', rows[0]!, rows[1]!);
    add('to', rows[rows.length - 1]!, rows[rows.length - 2]!);
  });
  for (const { at, ends } of sides.values()) {
    ends.sort((a, b) => a.toward.across - b.toward.across || a.line - b.line);
    const [middle, size] = direction === 'LR' ? [at.y, at.height] : [at.x, at.width];
    const step = Math.min(PORT, (size - 2 * CORNER) / Math.max(1, ends.length - 1));
    ends.forEach(({ line, end }, i) => {
      ports[line]![end] = middle + (i - (ends.length - 1) / 2) * step;
    });
  }
  return ports;
}

/** From the side of one box to that of the other. Every change of the row is from a point to the next one. */
function bends(
  rows: Stop[],
  { from, to }: Way,
  bands: readonly Band[],
  isAcross: boolean,
): readonly Stop[] {
  const forward = rows[rows.length - 1]!.along > rows[0]!.along ? 1 : -1;
  const half = ({ width, height }: Spot): number => (forward * (isAcross ? width : height)) / 2;
  const path: Stop[] = [{ ...rows[0]!, along: rows[0]!.along + half(from) }];
  for (let k = 1; k < rows.length; k++) {
    const [before, next] = [rows[k - 1]!, rows[k]!];
    if (Math.abs(before.across - next.across) < KINK) {
      rows[k] = { ...next, across: before.across };
      continue;
    }
    const [left, right] = [bandAt(bands, before.along)!, bandAt(bands, next.along)!];
    const [start, end] = forward > 0 ? [left.last, right.first] : [left.first, right.last];
    path.push(
      { along: start + forward * HEAD, across: before.across },
      { along: end - forward * HEAD, across: next.across },
    );
  }
  const last = rows[rows.length - 1]!;
  return [...path, { ...last, along: last.along - half(to) }];
}

function place(x: number, y: number): Place {
  return { x: Math.round(x), y: Math.round(y) };
}

/** The path of a line: straight within a rank, and a curve from rank to rank. */
export function pathOf(points: readonly Place[], direction: 'LR' | 'TB'): string {
  const [first, ...others] = points;
  let path = `M${coordinate(first!.x)} ${coordinate(first!.y)}`;
  let [x, y] = [first!.x, first!.y];
  for (const to of others) {
    const half = direction === 'LR' ? (x + to.x) / 2 : (y + to.y) / 2;
    const [cx, cy, dx, dy] = direction === 'LR' ? [half, y, half, to.y] : [x, half, to.x, half];
    if (to.x !== x && to.y !== y)
      path += `C${[cx, cy, dx, dy, to.x, to.y].map(coordinate).join(' ')}`;
    else if (to.x !== x) path += `H${coordinate(to.x)}`;
    else if (to.y !== y) path += `V${coordinate(to.y)}`;
    [x, y] = [to.x, to.y];
  }
  return path;
}

/** A line in two pieces, with a gap where a label is. The line is straight there, along the ranks from left to right. */
export function broken(
  points: readonly Place[],
  { x, width }: Spot,
): readonly (readonly Place[])[] {
  const at = points.findIndex((to, i) => i > 0 && (points[i - 1]!.x - x) * (to.x - x) <= 0);
  if (at < 1) return [points];
  const { y } = points[at]!;
  const half = Math.sign(points[at]!.x - points[at - 1]!.x) * (width / 2);
  return [
    [...points.slice(0, at), { x: x - half, y }],
    [{ x: x + half, y }, ...points.slice(at)],
  ];
}

/** The place on a line this far before its end, where no other line to another box is near. */
export function beforeEnd(
  points: readonly Place[],
  direction: 'LR' | 'TB',
  distance: number,
): Place {
  const [first, tip] = [points[0]!, points[points.length - 1]!];
  return direction === 'LR'
    ? { x: tip.x + distance * Math.sign(first.x - tip.x), y: tip.y }
    : { x: tip.x, y: tip.y + distance * Math.sign(first.y - tip.y) };
}
