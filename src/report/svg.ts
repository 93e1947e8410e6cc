import * as Plot from '@observablehq/plot';
import { chartDocument } from './chart-document.js';
import type { Point } from './draw.js';
import { raw, type Markup } from './html-escape.js';
import type { Look } from './theme.js';

/** The specification of a chart: scales and layers of data, without words. It contains no names from the scenario. */
export interface PlotSpec {
  readonly width: number;
  readonly height: number;
  readonly margin: {
    readonly left: number;
    readonly right: number;
    readonly top: number;
    readonly bottom: number;
  };
  readonly x: { readonly type: 'linear' | 'log'; readonly domain: readonly [number, number] };
  readonly y: { readonly type: 'linear' | 'log'; readonly domain: readonly [number, number] };
  readonly layers: readonly Layer[];
}

/** One layer; colours are CSS colours or custom properties. Null y is a gap. */
export type Layer =
  | {
      readonly kind: 'line';
      readonly points: readonly Point[];
      readonly stroke: string;
      readonly width: number;
      readonly dash: string | null;
      readonly step?: boolean;
    }
  | {
      readonly kind: 'marks';
      readonly points: readonly Point[];
      readonly fill: string;
      readonly shape: 'circle' | 'square' | 'triangle';
    }
  | {
      readonly kind: 'band';
      readonly points: readonly {
        readonly x: number;
        readonly low: number | null;
        readonly high: number | null;
      }[];
      readonly fill: string;
      readonly opacity: number;
    }
  | {
      readonly kind: 'spans';
      readonly spans: readonly { readonly from: number; readonly until: number }[];
      readonly fill: string;
    }
  | {
      readonly kind: 'across' | 'upright';
      readonly at: readonly number[];
      readonly stroke: string;
      readonly dash: string | null;
    };

/** The line of a variant, in its look. */
export function lineLayer(
  { color, width, dash }: Pick<Look, 'color' | 'width' | 'dash'>,
  points: readonly Point[],
): Extract<Layer, { readonly kind: 'line' }> {
  return { kind: 'line', points, stroke: color, width, dash };
}

/** Draws one specification; `prefix` makes the ids of this chart unique on the page. */
export type PlotRenderer = (prefix: string, spec: PlotSpec) => Markup;

/** The renderer for a DOM document. Its result is the content of the `<svg>` without the frame. */
export function plotRenderer(document = chartDocument()): PlotRenderer {
  return (prefix, spec) => {
    const element = Plot.plot({
      ...optionsOf(spec),
      document: document as Plot.PlotOptions['document'],
    });
    return raw(finish((element as unknown as { readonly outerHTML: string }).outerHTML, prefix));
  };
}

/**
 * Makes Plot's markup reproducible and fit for the page: no frame and style sheet, ids numbered in document order, no
 * labels for assistive technology (the frame has them), two decimals.
 */
export function finish(outer: string, prefix: string): string {
  const numbers = new Map<string, string>();
  return outer
    .replace(/^<svg[^>]*>/, '')
    .replace(/<\/svg>$/, '')
    .replace(/<style>[^]*?<\/style>/, '')
    .replace(/ aria-[a-z]+="[^"]*"/g, '')
    .replace(/\bplot-(?:clip|linearGradient|pattern)?-?(\d+)\b/g, (_, id: string) => {
      const known = numbers.get(id) ?? `${prefix}-c${numbers.size + 1}`;
      numbers.set(id, known);
      return known;
    })
    .replace(/ ([a-zA-Z0-9-]+)="([^"]*)"/g, (_, name: string, value: string) => {
      return ` ${name}="${value.replace(/-?\d*\.\d{2,}(?:e-?\d+)?/g, roundNumber)}"`;
    })
    .replace(/ stroke-line(?:join|cap)="round"/g, '')
    .replace(/ d="([-\d.,MLHV]+)"/g, (_, path: string) => ` d="${relative(path)}"`);
}

/** A path of absolute points as steps from each to the next, which have fewer digits. Moves stay absolute. */
function relative(path: string): string {
  let [x, y] = [0, 0];
  let command = '';
  return path.replace(/([MLHV])([-\d.]+)(?:,([-\d.]+))?/g, (_, kind: string, a: string, b = '') => {
    const [fromX, fromY] = [x, y];
    if (kind !== 'V') x = Number(a);
    if (kind === 'V') y = Number(a);
    else if (kind !== 'H') y = Number(b);
    const before = command;
    command = kind;
    if (kind === 'M') return `M${a},${b}`;
    if (kind === 'H') return `h${roundNumber(String(x - fromX))}`;
    if (kind === 'V') return `v${roundNumber(String(y - fromY))}`;
    const dx = roundNumber(String(x - fromX));
    const dy = roundNumber(String(y - fromY));
    const gap = before !== 'L' ? 'l' : dx.startsWith('-') ? '' : ' ';
    return `${gap}${dx}${dy.startsWith('-') ? '' : ' '}${dy}`;
  });
}

function optionsOf(spec: PlotSpec): Plot.PlotOptions {
  return {
    width: spec.width,
    height: spec.height,
    marginLeft: spec.margin.left,
    marginRight: spec.margin.right,
    marginTop: spec.margin.top,
    marginBottom: spec.margin.bottom,
    x: { type: spec.x.type, domain: [...spec.x.domain], axis: null },
    y: { type: spec.y.type, domain: [...spec.y.domain], axis: null },
    marks: spec.layers.map(markOf),
  };
}

function markOf(layer: Layer): Plot.Markish {
  switch (layer.kind) {
    case 'line':
      return Plot.lineY(layer.points, {
        x: 'x',
        y: (p: { y: number | null }) => p.y ?? NaN,
        stroke: layer.stroke,
        strokeWidth: layer.width,
        strokeDasharray: layer.dash ?? undefined,
        curve: layer.step === true ? 'step-after' : 'linear',
      });
    case 'marks':
      return Plot.dot(layer.points, {
        x: 'x',
        y: (p: { y: number | null }) => p.y ?? NaN,
        symbol: layer.shape,
        r: 3.2,
        fill: layer.fill,
        stroke: 'none',
      });
    case 'band':
      return Plot.areaY(layer.points, {
        x: 'x',
        y1: (p: { low: number | null }) => p.low ?? NaN,
        y2: (p: { high: number | null }) => p.high ?? NaN,
        fill: layer.fill,
        fillOpacity: layer.opacity,
      });
    case 'spans':
      return Plot.rectX(layer.spans, { x1: 'from', x2: 'until', fill: layer.fill });
    case 'across':
    case 'upright': {
      const rule = layer.kind === 'across' ? Plot.ruleY : Plot.ruleX;
      return rule(layer.at, {
        stroke: layer.stroke,
        strokeDasharray: layer.dash ?? undefined,
      });
    }
  }
}

function roundNumber(text: string): string {
  const value = Math.round(Number(text) * 10) / 10;
  return value === 0 ? '0' : String(value);
}
