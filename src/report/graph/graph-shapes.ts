import { kindWord, type ComponentKind } from '../../contracts/component-kind.js';
import { coordinate } from '../base/format.js';
import { markup, type Markup } from '../base/html-escape.js';
import type { GraphNode } from '../topology/topology-layout.js';
import type { Spot } from '../topology/topology-routes.js';

/** The outline of a box, and lines inside of it. Each is a path. */
interface Shape {
  readonly outline: string;
  readonly inside?: string;
  /** How far its text is below the middle. */
  readonly lowered?: number;
}

type Draw = (left: number, top: number, width: number, height: number) => Shape;

/** Depth of the round end of a cylinder, of the tips of a hexagon, and of a folded corner. */
const ROUND = 4;
const TIP = 7;
const FOLD = 8;

const box: Draw = (x, y, w, h) => ({ outline: rounded(x, y, w, h, 4) });

const pill: Draw = (x, y, w, h) => ({ outline: rounded(x, y, w, h, Math.min(h / 2, 14)) });

const hexagon: Draw = (x, y, w, h) => ({
  outline: `M${x + TIP} ${y}h${w - 2 * TIP}l${TIP} ${h / 2}l${-TIP} ${h / 2}h${2 * TIP - w}l${-TIP} ${-h / 2}z`,
});

const cylinder: Draw = (x, y, w, h) => ({
  outline: `M${x} ${y + ROUND}a${w / 2} ${ROUND} 0 0 1 ${w} 0v${h - 2 * ROUND}a${w / 2} ${ROUND} 0 0 1 ${-w} 0z`,
  inside: `M${x} ${y + ROUND}a${w / 2} ${ROUND} 0 0 0 ${w} 0`,
  lowered: ROUND / 2 + 1,
});

const pipe: Draw = (x, y, w, h) => ({
  outline: `M${x + ROUND} ${y}h${w - 2 * ROUND}a${ROUND} ${h / 2} 0 0 1 0 ${h}h${2 * ROUND - w}a${ROUND} ${h / 2} 0 0 1 0 ${-h}z`,
  inside: `M${x + w - ROUND} ${y}a${ROUND} ${h / 2} 0 0 0 0 ${h}`,
});

const barred: Draw = (x, y, w, h) => ({
  outline: rounded(x, y, w, h, 2),
  inside: `M${x + 4} ${y}v${h}M${x + w - 4} ${y}v${h}`,
});

const framed: Draw = (x, y, w, h) => ({
  outline: rounded(x, y, w, h, 2),
  inside: rounded(x + 3, y + 3, w - 6, h - 6, 1),
});

const note: Draw = (x, y, w, h) => ({
  outline: `M${x} ${y}h${w - FOLD}l${FOLD} ${FOLD}v${h - FOLD}h${-w}z`,
  inside: `M${x + w - FOLD} ${y}v${FOLD}h${FOLD}`,
});

const SHAPES: Readonly<Record<ComponentKind, Draw>> = {
  workload: pill,
  gateway: hexagon,
  service: box,
  database: cylinder,
  eventStore: cylinder,
  cache: barred,
  topic: pipe,
  queue: pipe,
  broker: framed,
  registry: framed,
  saga: note,
  projection: note,
};

/** The box of a component by its kind; dashed if it is outside the system. */
export function shapeOf(
  { kind, external }: Pick<GraphNode, 'kind' | 'external'>,
  { x, y, width, height }: Spot,
): { readonly marks: Markup; readonly lowered: number } {
  const {
    outline,
    inside,
    lowered = 0,
  } = SHAPES[kind](x - width / 2, y - height / 2, width, height);
  const dashes = external && markup` stroke-dasharray="3 2"`;
  const fill = kind === 'workload' ? 'var(--bg)' : 'var(--surface)';
  const marks = markup`<path class="box" d="${outline}" fill="${fill}" stroke="var(--ok)" ${dashes}/>${
    inside !== undefined && markup`<path d="${inside}" fill="none" stroke="var(--ok)" ${dashes}/>`
  }`;
  return { marks, lowered };
}

/** A bolt, with its middle at a place. */
export function bolt(x: number, y: number): Markup {
  return markup`<path
    d="M${coordinate(x + 1.5)} ${coordinate(y - 6)}l-5 7h3l-1.5 5l5 -7h-3z"
    fill="var(--fault-ink)"
  />`;
}

/** The components of a drawing by their shapes, for its legend: `topic, queue`. */
export function kindsIn(
  nodes: readonly GraphNode[],
): readonly { readonly kind: ComponentKind; readonly words: string }[] {
  const kinds = new Set(nodes.map(({ kind }) => kind));
  const words = new Map<Draw, { readonly kind: ComponentKind; readonly names: string[] }>();
  for (const kind of Object.keys(SHAPES) as ComponentKind[]) {
    if (!kinds.has(kind)) continue;
    const known = words.get(SHAPES[kind]) ?? { kind, names: [] };
    known.names.push(kindWord(kind));
    words.set(SHAPES[kind], known);
  }
  return [...words.values()].map(({ kind, names }) => ({ kind, words: names.join(', ') }));
}

function rounded(x: number, y: number, w: number, h: number, r: number): string {
  const [across, down] = [w - 2 * r, h - 2 * r];
  const arc = (dx: number, dy: number): string => `a${r} ${r} 0 0 1 ${dx} ${dy}`;
  return `M${x + r} ${y}h${across}${arc(r, r)}v${down}${arc(-r, r)}h${-across}${arc(-r, -r)}v${-down}${arc(r, -r)}z`;
}
