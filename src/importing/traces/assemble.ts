import { momentsOf } from '../../stats/moments.js';
import { sortedQuantile } from '../../stats/rank.js';
import { formatShare } from '../../text/figures.js';
import { list, plural } from '../../text/words.js';
import { Executions } from './executions.js';
import type { LeftOut } from './left-out.js';
import { inferKinds } from './kinds.js';
import { link, type Links } from './links.js';
import { loadOf } from './load.js';
import type { Unhandled } from './receives.js';
import type { TraceHints, TraceModel, TracedComponent, Unknown } from './model.js';
import { partsThatSayAttempts, rolesOf, type Roles } from './parts.js';
import { endpointsOf } from './services.js';
import { networkOf } from './network.js';
import { Skews } from './skew.js';
import { FLAG, type SpanStore } from './store.js';
import { withTargets } from './targets.js';

/** The model of the system whose spans a store has. */
export function modelOf(store: SpanStore, hints: TraceHints, leftOut: LeftOut): TraceModel {
  const links = link(store, leftOut);
  inferKinds(store, links);
  const roles = rolesOf(store, links, leftOut);
  const executions = new Executions(store, links, roles, new Skews(store, links, leftOut));
  const saysAttempts = partsThatSayAttempts(store, roles);
  const { load, sources } = loadOf(store, links, roles, executions, saysAttempts);
  const weight = load.weight(hints.sampled ?? null);
  const unknown: Unknown[] = [];
  const broken = brokenTraces(store, links, unknown);
  unknown.push(...links.unhandled.map((one) => unhandledOf(store, one)));
  const entries = load.entries(roles, weight, unknown);
  const taken: string[] = [];
  const network = networkOf(store, links, roles);
  const input = {
    network,
    taken,
    store,
    roles,
    executions,
    hints,
    leftOut,
    unknown,
    saysAttempts,
    weight: weight ?? 1,
    evened: links.evened,
    isWhole: (span: number) => !broken.has(store.traceHash[span]),
  };
  const byService = servicesOf(store, roles, sources);
  const services = [...byService].map(([service, spans]): TracedComponent => {
    const name = store.names.texts[service];
    const endpoints = endpointsOf(name, spans, input);
    return { name, kind: 'service', endpoints, product: null, replicas: replicasOf(store, spans) };
  });
  if (taken.length > 0) unknown.push(sampledWork(taken));
  const { components, links: withoutNetwork } = withTargets(
    services,
    store,
    roles,
    network,
    unknown,
    links.evened.isExtra,
  );
  return {
    components,
    entries,
    unknown: askedTogether(unknown),
    leftOut: leftOut.all(),
    measured: [...byService.values()].flatMap((spans) => measuredOf(store, links, roles, spans)),
    network: network?.oneWay ?? null,
    links: [...(network?.links ?? []), ...withoutNetwork],
    spans: store.count,
    traces: links.evened.traces,
    proxies: links.proxies.merged,
    mesh: links.proxies.product,
  };
}

/** Share of complete traces below which an export has gaps. */
const COMPLETE_LEAST = 0.9;

/** Traces with a span whose parent is in no file, by their hashes. */
function brokenTraces(
  { count, traceHash }: SpanStore,
  { isOrphan, evened: { traces, isExtra } }: Links,
  unknown: Unknown[],
): ReadonlySet<number> {
  const broken = new Set<number>();
  const all = new Set<number>();
  for (let i = 0; i < count; i++) {
    if (isOrphan[i] === 0) continue;
    all.add(traceHash[i]);
    if (isExtra[i] === 0) broken.add(traceHash[i]);
  }
  const complete = 1 - broken.size / Math.max(1, traces);
  if (complete < COMPLETE_LEAST) {
    unknown.push({
      path: 'traces',
      reason: `${formatShare(complete)} of ${plural(traces, 'trace')} are complete: the others have spans whose parent is in no file`,
      question:
        'Which spans are lost on the way to the store, such as by a full queue of an exporter?',
    });
  }
  return all;
}

/** Names that a question lists. */
const NAMES_MAX = 4;

function someOf(names: readonly string[]): string {
  const rest = names.length - NAMES_MAX;
  if (rest < 2) return list(names);
  return list([...names.slice(0, NAMES_MAX), `${rest} others`]);
}

/** The cores of all services in one question, so that it leaves room for others. */
function askedTogether(unknown: readonly Unknown[]): readonly Unknown[] {
  const names = unknown.flatMap(({ path }) => /^services\.(.+)\.cpu\.cores$/.exec(path)?.[1] ?? []);
  if (names.length < 2) return unknown;
  const question = `How many cores have the instances of ${someOf(names)}?`;
  return unknown.map((one) => (one.path.endsWith('.cpu.cores') ? { ...one, question } : one));
}

/** Services of which a sample does not show whether they work or wait. */
function sampledWork(services: readonly string[]): Unknown {
  const names = someOf(services);
  return {
    path: 'services',
    reason: `a sample does not tell work from waits: the own time of ${names} is taken as work`,
    question: `${services.length === 1 ? 'Does' : 'Does any of'} ${names} wait for something that has no span?`,
  };
}

/** A service of whose messages no span shows the handling. */
function unhandledOf({ names }: SpanStore, { service, store, count }: Unhandled): Unknown {
  const name = names.texts[service];
  const queue = names.texts[store];
  return {
    path: `services.${name}.endpoints`,
    reason: `not identifiable: ${plural(count, 'span')} show how long it waits for messages of ${queue}, and none how it handles one`,
    question: `How long does ${name} work on a message of ${queue}, and what does it call?`,
  };
}

type Spans = ReadonlyMap<number, readonly number[]>;

/** Spans of executions by service and part; sources of load are no services. */
function servicesOf(
  { service }: SpanStore,
  { executes }: Roles,
  sources: ReadonlySet<number>,
): ReadonlyMap<number, Spans> {
  const services = new Map<number, Map<number, number[]>>();
  for (let i = 0; i < executes.length; i++) {
    if (executes[i] < 0 || sources.has(service[i])) continue;
    const parts = services.get(service[i]) ?? new Map<number, number[]>();
    services.set(service[i], parts);
    const spans = parts.get(executes[i]);
    if (spans === undefined) parts.set(executes[i], [i]);
    else spans.push(i);
  }
  return services;
}

function replicasOf({ instance }: SpanStore, parts: Spans): number | null {
  const seen = new Set<number>();
  for (const spans of parts.values()) for (const i of spans) seen.add(instance[i]);
  return seen.has(0) ? null : seen.size;
}

function measuredOf(
  { start, end, flags }: SpanStore,
  { evened }: Links,
  roles: Roles,
  parts: Spans,
): TraceModel['measured'] {
  return [...parts].map(([part, spans]) => {
    const { component, endpoint } = roles.parts.all[part];
    const isTimed = (i: number): boolean => (flags[i] & FLAG.untimed) === 0;
    const timed = spans.filter((i) => isTimed(i) && evened.isExtra[i] === 0);
    const times = Float64Array.from(timed, (i) => end[i] - start[i]).sort();
    return {
      component,
      endpoint,
      n: times.length,
      mean: times.length === 0 ? 0 : momentsOf(times).mean,
      p50: times.length === 0 ? 0 : sortedQuantile(times, 0.5),
      p95: times.length === 0 ? 0 : sortedQuantile(times, 0.95),
      p99: times.length === 0 ? 0 : sortedQuantile(times, 0.99),
    };
  });
}
