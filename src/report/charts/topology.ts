import type { VariantResult } from '../../spec/result/result.js';
import type { HealthState } from '../../spec/result/cascade.js';
import { mapNodes } from '../crowd.js';
import { attribute, box, label, stroke, textWidth, type Drawing } from '../draw.js';
import { formatInstant, formatRate, formatSeconds, formatShare } from '../../text/figures.js';
import { coordinate } from '../format.js';
import { markup, type Markup, type Part } from '../html-escape.js';
import { clamp } from '../scale.js';
import { nodeLabel, place, type Placement, type Spot } from '../topology-layout.js';
import { requestLabel, shades, stepAt, type View } from '../view.js';
import { nodeIn } from '../nodes.js';
import { dashed, slotsOf } from './services.js';

/** An instant with a picture, and its reason. */
export interface Snapshot {
  readonly title: string;
  readonly at: number;
}

/** Placements of the graph, computed once for all instants and variants. */
export interface Maps {
  readonly wide: Placement;
  readonly narrow: Placement;
}

/** The two placements of a result's topology. */
export function mapsOf(view: View): Maps {
  const nodes = mapNodes(view);
  const { edges } = view.result.topology;
  const { groups } = view.result.report;
  return {
    wide: place(nodes, edges, 'LR', groups),
    narrow: place(nodes, edges, 'TB', groups),
  };
}

/** Before, onset, worst, end; fewer if nothing happens. */
export function snapshotsOf(view: View, variant: VariantResult): Snapshot[] {
  const { timeline } = variant;
  const end = view.result.run.duration;
  const [span] = shades(view);
  const last = end - timeline.step / 2;
  if (span === undefined) {
    const worst = worstOf(variant, 0, end);
    if (worst === null) return [{ title: 'Half way through', at: end / 2 }];
    return [
      { title: 'Worst', at: worst },
      { title: 'End', at: last },
    ];
  }
  const before = Math.max(0, span.from - Math.max(timeline.step * 3, (end - span.from) * 0.03));
  const snapshots: Snapshot[] = [{ title: 'Before', at: before }];
  const onset = onsetOf(variant, span.from, span.until, timeline.step);
  snapshots.push({ title: 'Onset', at: onset });
  const worst = worstOf(variant, onset + timeline.step, end);
  if (worst !== null) snapshots.push({ title: 'Worst', at: worst });
  snapshots.push({
    title:
      last > span.until
        ? `End, ${formatSeconds(Math.round(end - span.until))} after the fault`
        : 'End',
    at: last,
  });
  return snapshots;
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
  const states = nodes.map((node) => `${node.name} ${stateOf(variant, node.name, step)}`);
  const width = scale < 1 ? map.width : size;
  const offset = scale < 1 ? 0 : (size - map.width) / 2;
  return {
    width,
    height: map.height + (shrunk > 0 ? 4 : 0),
    title: `Topology at ${formatInstant(at)}, ${variant.name}`,
    description: states.join(', '),
    body: markup`<g transform="translate(${coordinate(offset)} 0)"
      >${map.boxes.map(groupMarks)}${map.edges.map((edge) => edgeMarks(variant, edge, step, at, view))}${map.edges.map((edge) => edgeWords(variant, edge, step))}${nodes.map(
        (node) => {
          const spot = map.nodes.get(node.name)!;
          return node.kind === 'workload'
            ? userMarks(view, variant, node.name, step, map)
            : nodeMarks(variant, nodeIn(variant, node), spot, step);
        },
      )}</g
    >`,
  };
}

/** State of a subject in a step. */
export function stateOf(variant: VariantResult, subject: string, step: number): HealthState {
  return variant.timeline.series[subject]?.state[step] ?? 'ok';
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
    />${label(left + 8, top + 14, nodeLabel(name), { size: 11, fill: 'var(--ink2)' })}`;
}

type MapEdge = Placement['edges'][number];

const SEVERITY: Readonly<Record<HealthState, number>> = { ok: 0, degraded: 1, failing: 3, down: 4 };

function severityAt(variant: VariantResult, step: number): number {
  let sum = 0;
  for (const name of Object.keys(variant.components)) sum += SEVERITY[stateOf(variant, name, step)];
  return sum;
}

function onsetOf(variant: VariantResult, from: number, until: number, step: number): number {
  const start = stepAt(variant.timeline, from);
  const stop = stepAt(variant.timeline, until);
  const before = severityAt(variant, Math.max(0, start - 1));
  for (let i = start; i <= stop; i++)
    if (severityAt(variant, i) > before) return (Math.min(i + 1, stop) + 0.5) * step;
  return (start + 0.5) * step;
}

function worstOf(variant: VariantResult, from: number, until: number): number | null {
  const { timeline } = variant;
  const last = stepAt(timeline, until);
  let worst = -1;
  let best = 0;
  let run = 0;
  for (let i = stepAt(timeline, from); i <= last; i++) {
    const severity = severityAt(variant, i);
    if (severity > best) {
      best = severity;
      worst = i;
      run = 1;
    } else if (severity === best && worst + run === i) run++;
  }
  return worst < 0 ? null : (worst + Math.floor(run / 2) + 0.5) * timeline.step;
}

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
  const series = variant.timeline.series[node.name];
  // For a scaled component: the instances that run at this instant.
  const slots = slotsOf(node, node.scaling === undefined ? node.replicas : series?.up[step]);
  const busy = series?.busy[step];
  const share =
    slots === null || !(slots > 0) || busy === undefined ? null : clamp(busy / slots, 0, 1);
  const bar: Part =
    share === null
      ? null
      : [
          box(left + 8, top + 20.5, spot.width - 16, 3, ink, attribute('fill-opacity', 0.22)),
          box(left + 8, top + 20.5, (spot.width - 16) * share, 3, ink),
        ];
  return markup`<rect
      x="${coordinate(left)}"
      y="${coordinate(top)}"
      width="${coordinate(spot.width)}"
      height="${coordinate(spot.height)}"
      rx="4"
      fill="${healthy ? 'var(--surface)' : `var(--${state})`}"
      stroke="${healthy ? 'var(--ok)' : `var(--${state})`}"
    />${label(spot.x, top + (share === null ? 18 : 15), nodeLabel(node.name), { anchor: 'middle', fill: ink, weight: healthy ? undefined : 600 })}${bar}`;
}

/** A workload: its name, and below it the success share. */
function userMarks(
  view: View,
  variant: VariantResult,
  name: string,
  step: number,
  { nodes, direction }: Placement,
): Markup {
  const spot = nodes.get(name)!;
  const requests = view.requests
    .filter((request) => request === name || request.startsWith(`${name}.`))
    .slice(0, 3);
  const shares = requests.map((request) => ({
    words: request === name ? 'success' : requestLabel(view, request),
    share: variant.timeline.series[request]?.success[step] ?? null,
  }));
  const ground = box(
    spot.x - spot.width / 2,
    spot.y - spot.height / 2,
    spot.width,
    spot.height,
    'var(--bg)',
  );
  const isBeside = (other: Spot): boolean =>
    other !== spot && Math.abs(other.y - spot.y) < spot.height;
  if (direction === 'TB' && [...nodes.values()].some(isBeside)) {
    // There is no room beside it, so the lowest share is below the name.
    const low = shares.reduce((least, { share }) => Math.min(least, share ?? 1), 1);
    const fill = low < 0.5 ? 'var(--bad)' : 'var(--ink)';
    const text = shares.some(({ share }) => share !== null) ? formatShare(low) : '–';
    return markup`${ground}${label(spot.x, spot.y - 3, nodeLabel(name), { anchor: 'middle', fill: 'var(--ink)', weight: 600 })}${label(spot.x, spot.y + 10, text, { anchor: 'middle', fill, size: 11 })}`;
  }
  return markup`${ground}${label(spot.x, spot.y + 4, nodeLabel(name), { anchor: 'middle', fill: 'var(--ink)', weight: 600 })}${shares.map(
    ({ words, share }, i) =>
      label(
        direction === 'LR' ? spot.x - spot.width / 2 : spot.x + spot.width / 2 + 4,
        direction === 'LR' ? spot.y + 22 + i * 15 : spot.y + 4 + i * 15,
        markup`${nodeLabel(words)}
          <tspan
            font-weight="600"
            fill="${share !== null && share < 0.5 ? 'var(--bad)' : 'var(--ink)'}"
            >${share === null ? '–' : formatShare(share)}</tspan
          >`,
        { size: 11 },
      ),
  )}`;
}

function flowOf(variant: VariantResult, edge: MapEdge, step: number) {
  const series = variant.timeline.edges[`${edge.from}->${edge.to}`];
  const calls = series?.calls[step] ?? 0;
  const attempts = series?.attempts[step] ?? 0;
  return { attempts, retried: attempts > 0 && (attempts - calls) / attempts > 1 / 3 };
}

function edgeMarks(
  variant: VariantResult,
  edge: MapEdge,
  step: number,
  at: number,
  view: View,
): Markup {
  const { attempts, retried } = flowOf(variant, edge, step);
  const width = attempts <= 0 ? 0.7 : clamp(0.9 + (attempts / largestFlow(view)) * 4.2, 0.9, 5.1);
  const color = retried ? 'var(--failing)' : 'var(--ok)';
  const open = breakerOpen(variant, edge, at);
  return markup`${stroke(smooth(edge.points), color, Math.round(width * 10) / 10, [retried && dashed('3 2.4'), attempts <= 0 && attribute('stroke-opacity', 0.6)])}${open ? breakerMark(edge.points) : null}`;
}

/** The rate on a line, where retries make it worth showing. */
function edgeWords(variant: VariantResult, edge: MapEdge, step: number): Markup | null {
  const { attempts, retried } = flowOf(variant, edge, step);
  if (!retried) return null;
  const middle = edge.points[Math.floor(edge.points.length / 2)]!;
  const text = formatRate(attempts);
  const room = textWidth(text, 11) + 4;
  return markup`${box(middle.x - room / 2, middle.y - 15, room, 13, 'var(--bg)', attribute('fill-opacity', 0.85))}${label(middle.x, middle.y - 5, text, { anchor: 'middle', size: 11, fill: 'var(--fault-ink)', weight: 600 })}`;
}

function breakerOpen(variant: VariantResult, edge: MapEdge, at: number): boolean {
  const breaker = variant.edges[`${edge.from}->${edge.to}`]?.breaker;
  if (breaker === null || breaker === undefined || breaker.dryRun) return false;
  const states = new Map<string, string>();
  for (const each of breaker.transitions) if (each.at <= at) states.set(each.instance, each.state);
  const open = [...states.values()].filter((state) => state === 'open').length;
  return open > 0 && open * 2 >= states.size;
}

/** An open switch on the line. */
function breakerMark(points: MapEdge['points']): Markup {
  const { x, y } = points[Math.floor(points.length / 2)]!;
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

function largestFlow(view: View): number {
  let top = 1;
  for (const variant of view.result.variants) {
    for (const series of Object.values(variant.timeline.edges))
      for (const value of series.attempts) top = Math.max(top, value);
  }
  return top;
}

/** A soft curve through the bends of a line. */
export function smooth(points: readonly { readonly x: number; readonly y: number }[]): string {
  const first = points[0]!;
  let path = `M${coordinate(first.x)} ${coordinate(first.y)}`;
  for (let i = 1; i < points.length - 1; i++) {
    const here = points[i]!;
    const next = points[i + 1]!;
    const end =
      i === points.length - 2 ? next : { x: (here.x + next.x) / 2, y: (here.y + next.y) / 2 };
    path += `Q${coordinate(here.x)} ${coordinate(here.y)} ${coordinate(end.x)} ${coordinate(end.y)}`;
  }
  const last = points[points.length - 1]!;
  return points.length === 2 ? `${path}L${coordinate(last.x)} ${coordinate(last.y)}` : path;
}
