import * as Reference from '@observablehq/plot';
import { JSDOM } from 'jsdom';
import { describe, expect, it } from 'vitest';
import {
  across,
  band,
  line,
  marks,
  plotIn,
  shaded,
  upright,
} from '../../src/report/drawing/plot.js';
import { linear, logarithmic } from '../../src/report/drawing/scale.js';

// The marks of a plot against those of Observable Plot, drawn by jsdom.

const SIZE = { width: 300, height: 200, margin: { left: 40, right: 14, top: 10, bottom: 30 } };
const X = [0, 100] as const;
const POINTS = [
  { x: 0, y: 1 },
  { x: 10, y: 2.345 },
  { x: 20, y: null },
  { x: 30, y: 5 },
  { x: 40, y: 5 },
  { x: 47.3, y: 0.02 },
  { x: 60, y: null },
  { x: 70, y: 7 },
  { x: 80, y: null },
  { x: 100, y: 9.9 },
];
const JOINED = POINTS.filter(({ y }) => y !== null);
const LOOK = { color: 'red', width: 1.8, dash: '2 3' };

for (const type of ['linear', 'log'] as const) {
  const y: readonly [number, number] = type === 'log' ? [0.01, 10] : [0, 10];
  const scaleOf = type === 'log' ? logarithmic : linear;
  const plot = plotIn(
    SIZE,
    (range) => linear(X, range),
    (range) => scaleOf(y, range),
  );
  const reference = (mark: Reference.Markish): readonly Shape[] => {
    const { margin, ...size } = SIZE;
    const drawn = Reference.plot({
      ...size,
      marginLeft: margin.left,
      marginRight: margin.right,
      marginTop: margin.top,
      marginBottom: margin.bottom,
      x: { type: 'linear', domain: [...X], axis: null },
      y: { type, domain: [...y], axis: null },
      marks: [mark],
      document: new JSDOM('').window.document,
    });
    return shapesOf((drawn as unknown as { readonly outerHTML: string }).outerHTML);
  };
  const same = (
    own: { readonly markup: string } | null,
    mark: Reference.Markish,
    read: (shape: Shape) => Shape = (shape) => shape,
  ): void => {
    const mine = shapesOf(`<svg>${own?.markup ?? ''}</svg>`).map(read);
    const theirs = reference(mark).map(read);
    expect(mine.map(({ tag, numbers }) => `${tag} ${numbers.length}`)).toEqual(
      theirs.map(({ tag, numbers }) => `${tag} ${numbers.length}`),
    );
    const far = mine.flatMap(({ numbers }, i) =>
      numbers.filter((number, k) => Math.abs(number - theirs[i]!.numbers[k]!) > 0.101),
    );
    expect(far).toEqual([]);
    expect(mine.length).toBeGreaterThan(0);
  };

  describe(`a ${type} plot has the marks of Observable Plot`, () => {
    for (const points of [POINTS, JOINED]) {
      for (const isStep of [false, true])
        it(`${isStep ? 'steps' : 'a line'} through ${points.length} points`, () => {
          const curve = isStep ? 'step-after' : 'linear';
          same(
            line(plot, points, LOOK, isStep),
            Reference.lineY(points, { x: 'x', y: 'y', curve }),
            withoutLevelPoints,
          );
        });
    }

    it('a band with a gap', () => {
      const points = POINTS.map(({ x, y: own }) => ({ x, low: own && own / 2, high: own }));
      const options = { x: 'x', y1: 'low', y2: 'high' };
      same(band(plot, points, 'red'), Reference.areaY(points, options));
    });

    for (const shape of ['circle', 'square', 'triangle'] as const)
      it(`a ${shape} at each point`, () => {
        const options = { x: 'x', y: 'y', symbol: shape, r: 3.2 };
        same(marks(plot, POINTS, 'red', shape), Reference.dot(POINTS, options));
      });

    it('rules and shaded spans', () => {
      same(across(plot, [1, 2.5, 10], 'red'), Reference.ruleY([1, 2.5, 10]));
      same(upright(plot, [0, 33.3], 'red', '2 3'), Reference.ruleX([0, 33.3]));
      const spans = [
        { from: 10, until: 20.5 },
        { from: 30, until: 90 },
      ];
      same(shaded(plot, spans, 'red'), Reference.rectX(spans, { x1: 'from', x2: 'until' }));
    });
  });
}

/** An element, and its places: paths as absolute points. */
interface Shape {
  readonly tag: string;
  readonly numbers: readonly number[];
}

function shapesOf(svg: string): readonly Shape[] {
  const shapes = new JSDOM(svg).window.document.querySelectorAll('path, circle, rect, line');
  return [...shapes].map((shape) => {
    const places = ['cx', 'cy', 'x', 'y', 'width', 'height', 'x1', 'x2', 'y1', 'y2', 'transform'];
    const own = places.flatMap((name) => numbersIn(shape.getAttribute(name) ?? ''));
    return { tag: shape.tagName, numbers: [...own, ...pointsOf(shape.getAttribute('d') ?? '')] };
  });
}

/** A line of ours draws a level part as one step, Observable Plot from point to point. */
function withoutLevelPoints({ tag, numbers: points }: Shape): Shape {
  const isLevel = (a: number, b: number): boolean => Math.abs(points[a]! - points[b]!) < 0.101;
  const numbers = points.filter((_, i) => {
    const y = i | 1;
    const isInside = y >= 3 && y + 2 < points.length;
    return !isInside || !isLevel(y - 2, y) || !isLevel(y, y + 2);
  });
  return { tag, numbers };
}

function pointsOf(path: string): number[] {
  let at: [number, number] = [0, 0];
  return [...path.matchAll(/([A-Za-z])([^A-Za-z]*)/g)].flatMap(([, command = '', text = '']) => {
    const numbers = numbersIn(text);
    const isPair = 'MLlhHvV'.includes(command);
    if (!isPair) return numbers;
    const points: number[] = [];
    if ('hHvV'.includes(command)) {
      for (const to of numbers) {
        const isX = command.toLowerCase() === 'h';
        const from = command === 'h' || command === 'v' ? at : [0, 0];
        at = isX ? [from[0]! + to, at[1]] : [at[0], from[1]! + to];
        points.push(...at);
      }
      return points;
    }
    for (let i = 0; i + 1 < numbers.length; i += 2) {
      const [x, y] = [numbers[i]!, numbers[i + 1]!];
      at = command === 'l' ? [at[0] + x, at[1] + y] : [x, y];
      points.push(...at);
    }
    return points;
  });
}

function numbersIn(text: string): number[] {
  return (text.match(/-?[\d.]+(?:e-?\d+)?/g) ?? []).map(Number);
}
