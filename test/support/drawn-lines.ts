/** A point of a line. */
export interface Dot {
  readonly x: number;
  readonly y: number;
}

/** A rectangle by its centre. */
export interface Rectangle extends Dot {
  readonly width: number;
  readonly height: number;
}

/** Pieces into which each curve is cut. */
const PIECES = 11;

/** The points of a path of moves, lines and curves with absolute coordinates, curves in short pieces. */
export function dotsOf(path: string): readonly Dot[] {
  const dots: Dot[] = [];
  for (const [, command, rest] of path.matchAll(/([MHVC])([^MHVC]*)/g)) {
    const numbers = [...rest!.matchAll(/-?\d+(?:\.\d+)?/g)].map(Number);
    const from = dots.at(-1)!;
    if (command === 'H') dots.push({ x: numbers[0]!, y: from.y });
    else if (command === 'V') dots.push({ x: from.x, y: numbers[0]! });
    else if (command === 'M') dots.push({ x: numbers[0]!, y: numbers[1]! });
    else {
      const [x1, y1, x2, y2, x3, y3] = numbers as [number, number, number, number, number, number];
      for (let i = 1; i <= PIECES; i++) {
        const t = i / PIECES;
        const u = 1 - t;
        const at = (a: number, b: number, c: number, d: number): number =>
          u * u * u * a + 3 * u * u * t * b + 3 * u * t * t * c + t * t * t * d;
        dots.push({ x: at(from.x, x1, x2, x3), y: at(from.y, y1, y2, y3) });
      }
    }
  }
  return dots;
}

/** Whether a line passes inside a rectangle that is smaller by a pixel on each side. */
export function passes(line: readonly Dot[], box: Rectangle): boolean {
  const [halfWidth, halfHeight] = [box.width / 2 - 1, box.height / 2 - 1];
  return line.slice(1).some((to, i) => {
    const from = line[i]!;
    const steps = Math.ceil(Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y), 1));
    return Array.from({ length: steps + 1 }, (_, k) => k / steps).some(
      (t) =>
        Math.abs(from.x + (to.x - from.x) * t - box.x) < halfWidth &&
        Math.abs(from.y + (to.y - from.y) * t - box.y) < halfHeight,
    );
  });
}

/** Whether two rectangles overlap. */
export function overlap(a: Rectangle, b: Rectangle): boolean {
  return (
    Math.abs(a.x - b.x) < (a.width + b.width) / 2 - 0.5 &&
    Math.abs(a.y - b.y) < (a.height + b.height) / 2 - 0.5
  );
}

/** Number of pairs of lines that cross each other somewhere. */
export function crossings(lines: readonly (readonly Dot[])[]): number {
  let pairs = 0;
  lines.forEach((a, i) => {
    for (const b of lines.slice(i + 1)) if (cross(a, b)) pairs++;
  });
  return pairs;
}

function cross(a: readonly Dot[], b: readonly Dot[]): boolean {
  return a.slice(1).some((to, i) => b.slice(1).some((other, k) => meet(a[i]!, to, b[k]!, other)));
}

function meet(a: Dot, b: Dot, c: Dot, d: Dot): boolean {
  const side = (p: Dot, q: Dot, r: Dot): number =>
    (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}
