import type { EdgeCounter } from '../../contracts/patterns/policy.js';
import type { Plan, PlanEdge } from '../../contracts/plan/plan.js';
import { wiringOf } from '../../contracts/plan/wiring.js';
import type { Layer } from '../../contracts/scenario/policies.js';
import { NS_PER_SECOND } from '../../kernel/time.js';
import { sumOf } from '../../stats/sums.js';
import { counterSums } from './column-sums.js';
import { FEW, type Measuring } from './due.js';
import { meanOf } from './estimate.js';
import { levels } from './levels.js';
import { configurationIn } from './in-force.js';
import { limitOf, mostOf, useOf, type Most, type Passing } from './limit-uses.js';
import { meanInstances } from './presence.js';
import { selectStats } from './subjects.js';
import type { Use } from './use.js';
import { instancesOf, type ComponentEdge } from './variant-data.js';
import { FULL } from './waits-below.js';

/** Policies that make several attempts of one call. */
const REPEATING: ReadonlySet<string> = new Set(['retry']);

/** Calls that share the state of a layer. */
interface Guarded {
  readonly calls: { readonly edge: ComponentEdge; readonly stats: number[] }[];
  readonly layer: Layer;
  /** The layer repeats no call: a retry inside of it holds its permit over all attempts. */
  readonly isInside: boolean;
  readonly spans: boolean;
}

/** The limits of a caller on its calls. */
export function callUses(asked: Measuring, component: string, id: number): readonly Use[] {
  return guardedCalls(asked, id).flatMap((own): readonly Use[] => {
    const most = mostOf(own.layer);
    if (most === null) return [];
    const { states, callee, ...passing } = passingCalls(asked, id, own, most);
    const { passed, held, due } = passing;
    const isFull = (most.resource === 'rate' ? passed : held) >= FULL * most.calls * states;
    const all = isFull ? due : Math.min(passing.asks, due);
    const counted = { ...passing, due: all > passed * FEW ? all : passed };
    return [useOf(asked, most, states, counted, own.layer, { component, of: callee })];
  });
}

/** A limit of a caller that holds for each value of a key, its number of states, and the calls that pass it. */
interface KeyedCalls extends Passing {
  readonly layer: Layer;
  readonly most: Most;
  readonly states: number;
  /** Components that it calls. */
  readonly callees: readonly string[];
}

/** The limits of a caller on its calls that hold for each value of a key. */
export function keyedCallLimits(asked: Measuring, id: number): readonly KeyedCalls[] {
  const { components } = asked.data.plan;
  return guardedCalls(asked, id).flatMap((own): readonly KeyedCalls[] => {
    const most = own.layer.key === null ? null : limitOf(own.layer);
    if (most === null) return [];
    const { asks, due, ...passing } = passingCalls(asked, id, own, most);
    const callees = [...new Set(own.calls.map(({ edge }) => components[edge.to].name))];
    return [{ ...passing, due: Math.min(asks, due), layer: own.layer, most, callees }];
  });
}

/** The calls that pass a limit of their caller; `asks`: with those that it refuses. */
function passingCalls(
  asked: Measuring,
  id: number,
  { calls, layer, isInside, spans }: Guarded,
  most: Most,
): Passing & {
  readonly asks: number;
  readonly states: number;
  readonly callee: string | null;
} {
  const stats = calls.flatMap((one) => one.stats);
  const { data, visits } = asked;
  const seconds = (asked.window.lengthNs / NS_PER_SECOND) * data.records.length;
  const counter: EdgeCounter = most.resource === 'rate' ? 'rateLimited' : 'bulkheadRejected';
  const of = { data, selection: selectStats(stats, data), window: asked.window };
  const refused = sumOf(counterSums(of, counter)) / seconds;
  const sent = visits.attempts(stats);
  const passed = isInside ? sent : Math.max(0, visits.calls(stats) - refused);
  const repeats = passed > 0 && !isInside ? sent / passed : 1;
  const callers = layer.scope === 'instance' ? meanInstances(asked, id) : 1;
  const callees = [...new Set(calls.map(({ edge }) => edge.to))];
  const targets = sumOf(callees.map((to) => meanInstances(asked, to)));
  const asks = passed + refused;
  return {
    passed,
    due: visits.dueAttempts(stats) / repeats,
    held: most.resource === 'rate' ? 0 : sumOf(calls.map((one) => heldBy(asked, one, isInside))),
    refused: asks > 0 ? refused / asks : 0,
    asks,
    states: callers * (layer.per === 'target' ? targets : 1),
    callee: spans ? null : data.plan.components[callees[0]].name,
  };
}

/** Calls in progress inside a layer, mean of the time, without those that only wait for another component. */
function heldBy(
  asked: Measuring,
  { edge, stats }: Guarded['calls'][number],
  isInside: boolean,
): number {
  const { data, window, waits } = asked;
  const durations = (stat: number): number =>
    sumOf(
      data.records.flatMap(({ edges }) =>
        Array.from(window.segments, (at) => edges[stat].latency[at].sum),
      ),
    );
  const own = sumOf(stats.map(durations));
  const all = sumOf(edge.stats.map(durations));
  if (all === 0) return 0;
  const level = isInside
    ? (meanOf(
        levels(data, window, {
          kind: 'inFlight',
          instances: instancesOf(data.plan, edge.from),
          passes: (_, callee) => callee === edge.to,
        }).means,
      ).value ?? 0)
    : all / window.lengthNs / data.records.length;
  return Math.max(0, level - waits.at(edge)) * (own / all);
}

/** By plan and configuration. Computed on first use. */
const known = new WeakMap<Plan, Map<number | null, readonly Guarded[]>>();

/** The groups of calls of which some are those of a component. */
function guardedCalls({ data, window }: Measuring, id: number): readonly Guarded[] {
  const { plan } = data;
  const configuration = configurationIn(data, id, window);
  const own = known.get(plan) ?? new Map<number | null, readonly Guarded[]>();
  known.set(plan, own);
  let groups = own.get(configuration);
  if (groups === undefined)
    own.set(configuration, (groups = groupsOf(plan, data.edges, configuration)));
  return groups.filter(({ calls }) => calls.some(({ edge }) => edge.from === id));
}

/** The edges of a measured one whose bundles calls pass in a configuration; none where it is not the same all the time. */
function edgesIn(
  plan: Plan,
  edges: readonly PlanEdge[],
  configuration: number | null,
): readonly PlanEdge[] {
  const others = new Set(
    edges.flatMap(({ changed }) => (changed ?? []).slice(1).map((other) => plan.edges[other])),
  );
  return edges.flatMap((edge) => {
    const { changed } = edge;
    if (changed === null) return others.has(edge) ? [] : [edge];
    return configuration === null ? [] : [plan.edges[changed[configuration]]];
  });
}

function groupsOf(
  plan: Plan,
  edges: readonly ComponentEdge[],
  configuration: number | null,
): readonly Guarded[] {
  const groups = new Map<string, Guarded>();
  for (const edge of edges) {
    for (const stat of edge.stats) {
      const calls = edgesIn(plan, wiringOf(plan).edgesOf[stat], configuration);
      const bundles = new Set(calls.map(({ bundle }) => bundle));
      const [bundle] = bundles;
      // Where calls take several ways, the figures do not say which way each took.
      if (bundles.size !== 1) continue;
      const { id, layers } = plan.bundles[bundle];
      const retry = layers.findIndex(({ policy }) => REPEATING.has(policy));
      layers.forEach((layer, at) => {
        if (limitOf(layer) === null) return;
        const spans = layer.spans === true;
        const place = spans
          ? ''
          : layer.per === 'endpoint'
            ? `part ${calls[0].to}`
            : `to ${edge.to}`;
        const whose = layer.scope === 'global' ? '' : `from ${edge.from}`;
        const key = `${layer.bundle ?? id} ${layer.policy} ${whose} ${place}`;
        const group = groups.get(key);
        if (group === undefined) {
          groups.set(key, { calls: [{ edge, stats: [stat] }], layer, isInside: retry < at, spans });
          return;
        }
        const same = group.calls.find((one) => one.edge === edge);
        if (same === undefined) group.calls.push({ edge, stats: [stat] });
        else same.stats.push(stat);
      });
    }
  }
  return [...groups.values()];
}
