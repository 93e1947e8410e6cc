import type { VariantResult } from '../../contracts/result/result.js';
import { mapNodes } from '../view/crowd.js';
import { attribute, box, dashed, label, stroke, textWidth, type Drawing } from '../drawing/draw.js';
import { formatInstant, formatRate, formatShare } from '../../text/figures.js';
import { coordinate } from '../base/format.js';
import { markup, shorten, type Markup, type Part } from '../base/html-escape.js';
import { clamp } from '../drawing/scale.js';
import { busyShares, flowsOf, largestFlow, NO_FLOW } from './topology-frames.js';
import { backlogIn, stateOf } from '../view/waiting.js';
import {
  nodeLabel,
  place,
  SHARE_LINE,
  type Placement,
  type Spot,
} from '../topology/topology-layout.js';
import { beforeEnd, pathOf, type Place } from '../topology/topology-routes.js';
import { stepAt, type View } from '../view/view.js';

/** Placements of the graph, computed once for all instants and variants. */
export interface Maps {
  readonly wide: Placement;
  /** For a phone; null if nothing legible fits there, and the wide one scrolls. */
  readonly narrow: Placement | null;
}

/** As wide as the figure below a workload gets. */
const WIDEST_SHARE = '99.99 %';

/** Width of a picture: half of a wide page, all of it, and a phone. */
export const MAP_WIDTHS = { half: 478, whole: 984, phone: 358 } as const;

/** Texts of a map, and the smallest size at which they are read. */
const TEXT = 12;
const LEGIBLE = 11;

/** The smallest width at which the words of a map are legible. */
export function legibleWidth(map: Placement): number {
  return (map.width * LEGIBLE) / TEXT;
}

/**
 * The two placements of a result's topology: the first that fits, from left to right or from top to bottom. The page
 * and the pictures of all variants have the same ones.
 */
export function mapsOf(view: View): Maps {
  const known = MAPS.get(view.result);
  if (known !== undefined) return known;
  const maps = placed(view);
  MAPS.set(view.result, maps);
  return maps;
}

const MAPS = new WeakMap<View['result'], Maps>();

function placed(view: View): Maps {
  const nodes = mapNodes(view).map((node) => ({
    ...node,
    below: sharesOf(view, node.name).map(({ words }) => `${words} ${WIDEST_SHARE}`),
  }));
  const { edges } = view.result.topology;
  const { groups } = view.result.report;
  const across = place(nodes, edges, 'LR', groups);
  const down = place(nodes, edges, 'TB', groups);
  const fits = (map: Placement, width: number): boolean => legibleWidth(map) <= width;
  const narrow = fits(down, MAP_WIDTHS.phone) ? down : null;
  if (fits(across, MAP_WIDTHS.half) && across.height <= MAP_WIDTHS.half)
    return { wide: across, narrow };
  const isDown = !fits(across, MAP_WIDTHS.whole) && fits(down, MAP_WIDTHS.whole);
  return { wide: isDown ? down : across, narrow };
}

/**
 * Topology at an instant. Fill: health; bar: slots in use; line width: calls per second; dashed red: retries; gap: an
 * open breaker.
 */
export function topologyChart(
  view: View,
  variant: VariantResult,
  at: number,
  map: Placement,
  size: number,
): Drawing {
  const scale = Math.min(1.15, size / Math.max(1, map.width));
  const shrunk = map.width * scale;
  const step = stepAt(variant.timeline, at);
  const nodes = view.result.topology.nodes.filter((node) => map.nodes.has(node.name));
  const top = largestFlow(view);
  const states = nodes.map(({ name }) => `${name} ${stateWords(variant, name, step)}`);
  const width = scale < 1 ? map.width : size;
  const offset = scale < 1 ? 0 : (size - map.width) / 2;
  return {
    width,
    height: map.height + (shrunk > 0 ? 4 : 0),
    title: `Topology at ${formatInstant(at)}, ${variant.name}`,
    description: states.join(', '),
    body: markup`<g transform="translate(${coordinate(offset)} 0)"
      >${map.boxes.map(groupMarks)}<g class="te" fill="none" stroke="var(--ok)">${map.edges.map((edge) => edgeMarks(variant, edge, map.direction, step, top))}</g>${map.edges.map((edge) => switchMarks(view, variant, edge, map.direction, step))}<g text-anchor="middle" fill="var(--ink)">${map.edges.map((edge, i) => edgeWords(view, variant, { edge, index: i, direction: map.direction }, step))}${nodes.map(
        (node) => {
          const spot = map.nodes.get(node.name)!;
          return node.kind === 'workload'
            ? userMarks(view, variant, node.name, step, map.nodes.get(node.name)!)
            : nodeMarks(variant, node, spot, step);
        },
      )}</g></g
    >`,
  };
}

/** `degraded (109,605 messages still wait at 900 s)`. */
export function stateWords(variant: VariantResult, name: string, step: number): string {
  const backlog = backlogIn(variant, name, step);
  const state = stateOf(variant, name, step);
  return backlog === null ? state : `${state} (${backlog.words})`;
}

/** The box of a group behind its nodes, with its name in the corner. */
export function groupMarks({ name, x, y, width, height }: Placement['boxes'][number]): Markup {
  const left = x - width / 2;
  const top = y - height / 2;
  return markup`<rect
      x="${coordinate(left)}"
      y="${coordinate(top)}"
      width="${coordinate(width)}"
      height="${coordinate(height)}"
      rx="8"
      fill="var(--rule)"
      fill-opacity="0.35"
      stroke="var(--rule)"
    />${label(left + 8, top + 14, nodeLabel(name), { fill: 'var(--ink2)' })}`;
}

type MapEdge = Placement['edges'][number];

function nodeMarks(
  variant: VariantResult,
  node: View['result']['topology']['nodes'][number],
  spot: Spot,
  step: number,
): Markup {
  const state = stateOf(variant, node.name, step);
  const healthy = state === 'ok';
  const ink = healthy ? 'var(--ink)' : `var(--on-${state})`;
  const left = spot.x - spot.width / 2;
  const top = spot.y - spot.height / 2;
  const share = busyShares(variant, node)(step);
  const bars: Part =
    share === null
      ? null
      : [
          bar(left + 8, top + 20.5, spot.width - 16, FAINT),
          bar(left + 8, top + 20.5, (spot.width - 16) * share, BAR),
        ];
  return markup`<g class="tn"${!healthy && [attribute('fill', ink), BOLD]}
    ><rect
      x="${coordinate(left)}"
      y="${coordinate(top)}"
      width="${coordinate(spot.width)}"
      height="${coordinate(spot.height)}"
      rx="4"
      fill="${healthy ? 'var(--surface)' : `var(--${state})`}"
      stroke="${healthy ? 'var(--ok)' : `var(--${state})`}"
    />${label(spot.x, top + (share === null ? 18 : 15), nodeLabel(node.name))}${bars}</g
  >`;
}

/** Requests of a workload whose success is below its name. */
function sharesOf(
  view: View,
  name: string,
): readonly { readonly request: string; readonly words: string }[] {
  return view.requests
    .filter((request) => request === name || request.startsWith(`${name}.`))
    .slice(0, 3)
    .map((request) => ({
      request,
      // Below its workload a request needs no more than its own name.
      words: shorten(request === name ? 'success' : request.slice(name.length + 1), 14),
    }));
}

/** A workload: its name, and below it the success share. */
function userMarks(
  view: View,
  variant: VariantResult,
  name: string,
  step: number,
  spot: Spot,
): Markup {
  const top = spot.y - spot.height / 2;
  const shares = sharesOf(view, name).map(({ request, words }, i) => {
    const series = variant.timeline.series[request];
    const share = series?.success[step] ?? null;
    const fill = share !== null && share < 0.5 ? 'var(--bad)' : 'var(--ink)';
    const figure = share === null ? '–' : formatShare(share);
    return label(
      spot.x,
      top + 33 + i * SHARE_LINE,
      markup`${words} <tspan font-weight="600" fill="${fill}" data-r="${view.readings.add('', 'share', series?.success ?? [])}">${figure}</tspan>`,
    );
  });
  return markup`<g class="tn u"
    >${box(spot.x - spot.width / 2, top, spot.width, spot.height, 'var(--bg)')}${label(spot.x, top + 18, nodeLabel(name), { weight: 600 })}<g
      fill="var(--ink3)"
      >${shares}</g
    ></g
  >`;
}

function bar(x: number, y: number, width: number, extra: Markup): Markup {
  return markup`<rect x="${coordinate(x)}" y="${coordinate(y)}" width="${coordinate(width)}" height="3"${extra} />`;
}

const BAR = attribute('class', 'bar');
const FAINT = attribute('fill-opacity', 0.22);
const BOLD = attribute('font-weight', 600);

function edgeMarks(
  variant: VariantResult,
  edge: MapEdge,
  direction: Placement['direction'],
  step: number,
  top: number,
): Markup {
  const { attempts, retried } = flowsOf(variant, edge)[step] ?? NO_FLOW;
  const width = attempts <= 0 ? 0.7 : clamp(0.9 + (attempts / top) * 4.2, 0.9, 5.1);
  return markup`<path d="${pathOf(edge.points, direction)}" stroke-width="${coordinate(width)}"${retried && RETRIED}${attempts <= 0 && attribute('stroke-opacity', 0.6)} />`;
}

const RETRIED = [attribute('stroke', 'var(--failing)'), dashed('3 2.4')];

/** The rate on a line, at instants at which retries make it worth showing; null where there is none. */
function edgeWords(
  view: View,
  variant: VariantResult,
  { edge, index, direction }: { edge: MapEdge; index: number; direction: Placement['direction'] },
  step: number,
): Markup | null {
  const { attempts, retried } = flowsOf(variant, edge)[step] ?? NO_FLOW;
  if (!overRun(variant, edge).isRetried) return null;
  const rates = variant.timeline.edges[`${edge.from}->${edge.to}`]?.attempts ?? [];
  const text = formatRate(attempts);
  const room = textWidth(text, TEXT) + 4;
  const middle = beforeEnd(edge.points, direction, direction === 'LR' ? room / 2 + 4 : 4);
  return markup`<g class="ew" data-e="${index}" data-r="${view.readings.add('', 'perSecond', rates)}"${!retried && HIDDEN}
    >${box(middle.x - room / 2, middle.y - 16, room, 14, 'var(--bg)', attribute('fill-opacity', 0.85))}${label(middle.x, middle.y - 5, text, { fill: 'var(--fault-ink)', weight: 600 })}</g
  >`;
}

const HIDDEN = attribute('visibility', 'hidden');

/** What an edge does at some time of the run. */
interface OverRun {
  /** Many of its attempts are retries. */
  readonly isRetried: boolean;
  /** 1 in the steps in which its breaker is open; null if it never is. */
  readonly open: readonly number[] | null;
}

/** By variant, because every picture of it asks. */
const OVER_RUN = new WeakMap<VariantResult, Map<string, OverRun>>();

function overRun(variant: VariantResult, edge: MapEdge): OverRun {
  const known = OVER_RUN.get(variant) ?? new Map<string, OverRun>();
  OVER_RUN.set(variant, known);
  const name = `${edge.from}->${edge.to}`;
  let own = known.get(name);
  if (own === undefined) {
    const open = openSteps(variant, variant.edges[name]?.breaker);
    own = {
      isRetried: flowsOf(variant, edge).some(({ retried }) => retried),
      open: open.includes(1) ? open : null,
    };
    known.set(name, own);
  }
  return own;
}

/** An open switch on the line, at instants at which the breaker is open; null where it never is. */
function switchMarks(
  view: View,
  variant: VariantResult,
  edge: MapEdge,
  direction: Placement['direction'],
  step: number,
): Markup | null {
  const { open } = overRun(variant, edge);
  if (open === null) return null;
  return markup`<g class="sw" data-r="${view.readings.add('', 'number', open)}"${open[step] !== 1 && HIDDEN}>${breakerMark(beforeEnd(edge.points, direction, 12))}</g>`;
}

/** 1 in the steps at whose start at least half of the breakers of an edge are open. */
function openSteps(
  { timeline: { step, steps } }: VariantResult,
  breaker: VariantResult['edges'][string]['breaker'] | undefined,
): readonly number[] {
  if (breaker === null || breaker === undefined || breaker.dryRun) return [];
  const changes = breaker.transitions.toSorted((a, b) => a.at - b.at);
  const states = new Map<string, string>();
  let [next, open] = [0, 0];
  return Array.from({ length: steps }, (_, i) => {
    for (; next < changes.length && changes[next]!.at <= i * step; next++) {
      const { instance, state } = changes[next]!;
      open += Number(state === 'open') - Number(states.get(instance) === 'open');
      states.set(instance, state);
    }
    return Number(open > 0 && open * 2 >= states.size);
  });
}

/** An open switch on the line. */
function breakerMark({ x, y }: Place): Markup {
  return markup`<circle
      cx="${coordinate(x)}"
      cy="${coordinate(y)}"
      r="8"
      fill="var(--bg)"
    />${stroke(`M${coordinate(x - 7)} ${coordinate(y)}L${coordinate(x + 5)} ${coordinate(y - 7)}`, 'var(--ink)', 1.8)}<circle
      cx="${coordinate(x - 7)}"
      cy="${coordinate(y)}"
      r="1.8"
      fill="var(--ink)"
    /><circle cx="${coordinate(x + 7)}" cy="${coordinate(y)}" r="1.8" fill="var(--ink)" />`;
}
