import { fallsBehind, isBehindFunction } from './consumers.js';
import type { Plan, PlanComponent } from '../../contracts/plan/plan.js';
import { wiringOf } from '../../contracts/plan/wiring.js';
import type { CauseRef, Resource } from '../../contracts/result/cause.js';
import type { StoryEvent } from '../../contracts/result/cascade.js';
import type { VariantResult } from '../../contracts/result/result.js';

/** Worth of an intervention that probably averts nothing: it runs only where all are asked for. */
export const UNLIKELY = 0.1;

/** Fewest calls in a step whose attempts count. */
const FEW_CALLS = 10;

/** The most attempts that an edge sends in a step of the timeline per call made in it; 1 without enough calls. */
export function attemptsPeak({ timeline }: VariantResult, edge: string): number {
  const own = timeline.edges[edge];
  if (own === undefined) return 1;
  let peak = 1;
  own.calls.forEach((calls, step) => {
    const count = calls * timeline.step;
    if (count >= FEW_CALLS) peak = Math.max(peak, own.attempts[step]! / calls);
  });
  return peak;
}

/** Kinds of events in which the health of a component or of a request gets worse. */
const WORSE: ReadonlySet<StoryEvent['kind']> = new Set([
  'degraded',
  'failing',
  'down',
  'saturated',
]);

/** Whether the health of something gets worse in an event. */
export function isWorse({ kind }: StoryEvent): boolean {
  return WORSE.has(kind);
}

/** Whether a component or a request of a workload degrades, fails or is saturated in the variant. */
export function degrades({ cascade }: VariantResult, subject: string): boolean {
  return cascade.events.some(({ kind, subject: own }) => WORSE.has(kind) && own === subject);
}

/** Whether a component has an event of one of these kinds. */
export function has(
  { cascade }: VariantResult,
  subject: string,
  kinds: readonly StoryEvent['kind'][],
): boolean {
  return cascade.events.some(({ kind, subject: own }) => own === subject && kinds.includes(kind));
}

/** Share of the requests of a component with one of these outcomes. */
export function shareOf(
  { components }: VariantResult,
  subject: string,
  isCounted: (outcome: string) => boolean,
): number {
  const outcomes = Object.entries(components[subject]?.outcomes ?? {});
  const all = outcomes.reduce((sum, [, count]) => sum + count, 0);
  const own = outcomes.reduce((sum, [name, count]) => sum + (isCounted(name) ? count : 0), 0);
  return all === 0 ? 0 : own / all;
}

/** Share of the calls of an edge (`front->mid`) that some counters count. */
export function counterShare(
  { edges }: VariantResult,
  edge: string,
  counters: readonly string[],
): number {
  const own = edges[edge];
  if (own === undefined) return 0;
  const counted = counters.reduce((sum, name) => sum + (own.counters[name] ?? 0), 0);
  return counted / Math.max(1, own.calls);
}

/** Share of the attempts of an edge with one of these outcomes. */
export function attemptShare(
  { edges }: VariantResult,
  edge: string,
  outcomes: ReadonlySet<string>,
): number {
  const own = edges[edge];
  if (own === undefined) return 0;
  const counted = Object.entries(own.attemptOutcomes).reduce(
    (sum, [name, count]) => sum + (outcomes.has(name) ? count : 0),
    0,
  );
  return counted / Math.max(1, own.attempts);
}

/** Whether the story of a variant names a kind of cause at a component. */
export function isBlamed({ cascade }: VariantResult, { kind, subject }: CauseRef): boolean {
  return cascade.causes.some((cause) => cause.kind === kind && cause.subject === subject);
}

/** Whether a component degrades, or degradations of others come from it. */
export function reaches(variant: VariantResult, subject: string): boolean {
  const { influences } = variant.cascade;
  return degrades(variant, subject) || influences.some(({ from }) => from === subject);
}

/** Whether the trouble of others comes from a component, and its own from no other one; or it is kept full to the end. */
export function isSource({ cascade }: VariantResult, subject: string): boolean {
  const { influences, endings } = cascade;
  if (endings.some((ending) => ending.subject === subject)) return true;
  return (
    influences.some(({ from }) => from === subject) && influences.every(({ to }) => to !== subject)
  );
}

/** Share of the run in which an overload counts as there from the start. */
export const EARLY = 0.1;
/** Share of a capacity that counts as all of it. */
const FULL = 0.95;
/** Mean use of cores from which an early saturation is not a matter of chance. */
const BUSY = 0.7;

/** Whether a component that a workload reaches has no capacity left from the start on. */
export function fullEarly(variant: VariantResult, plan: Plan, workload: string): boolean {
  const { cascade, timeline } = variant;
  const until = EARLY * timeline.step * timeline.steps;
  const reached = reachedFrom(plan, workload);
  const saturated = cascade.events.filter(({ kind, at }) => kind === 'saturated' && at <= until);
  return [...reached].some((name) => {
    const early = workersInUse(variant, plan, name).slice(0, Math.ceil(EARLY * timeline.steps));
    const full = early.filter((share) => share >= FULL).length;
    if (early.length > 0 && 2 * full >= early.length) return true;
    // There is no series of the cores in use, only their mean over the run.
    const cpu = variant.components[name]?.cpu ?? 0;
    return cpu >= FULL || (cpu >= BUSY && saturated.some(({ subject }) => subject === name));
  });
}

/** Whether a workload, or something that it reaches, gets worse after a time, or in the step before. */
export function worsensAfter(
  { cascade, timeline }: VariantResult,
  plan: Plan,
  workload: string,
  at: number,
): boolean {
  const reached = reachedFrom(plan, workload);
  return cascade.events.some(
    ({ kind, subject, at: own }) =>
      WORSE.has(kind) &&
      own >= at - timeline.step &&
      (reached.has(subject) || subject.startsWith(`${workload}.`)),
  );
}

/** Names of the components that the requests of a workload lead to, and its own. */
function reachedFrom(plan: Plan, workload: string): ReadonlySet<string> {
  const { components, parts } = plan;
  const { from } = wiringOf(plan);
  const found = new Set<number>();
  const open = components.flatMap(({ name }, id) => (name === workload ? [id] : []));
  while (open.length > 0) {
    const id = open.pop()!;
    if (found.has(id)) continue;
    found.add(id);
    for (const { to } of from[id]!) open.push(parts[to]!.component);
  }
  return new Set([...found].map((id) => components[id]!.name));
}

/** By step of the timeline: the share of the workers of a component that are in use. */
function workersInUse({ timeline }: VariantResult, plan: Plan, subject: string): readonly number[] {
  const component = wiringOf(plan).named.get(subject);
  const series = timeline.series[subject];
  if (component === undefined || series === undefined) return [];
  const { busy, up } = series;
  return busy.map((level, k) => level / ((up[k] ?? component.initial) * component.concurrency));
}

/** The largest share of connections in use: of those of a pool, or of the server, which an idle one of a pool takes too. */
function connectionsPeak(
  pools: NonNullable<VariantResult['components'][string]['pools']>,
  { maxConnections, initial }: PlanComponent,
): number {
  const all = Object.values(pools);
  const open = all.reduce((sum, own) => sum + own.open.max, 0);
  const shares = all.map(({ used, size }) => used.max / (size ?? Infinity));
  return Math.max(open / (maxConnections * initial), ...shares);
}

/** The largest share of the places in the queues of a component that are taken. */
function queuePeak({ components }: VariantResult, plan: Plan, subject: string): number {
  const component = plan.components.find(({ name }) => name === subject);
  const most = components[subject]?.queue?.max ?? 0;
  return component === undefined ? 0 : most / (component.queue.capacity * component.initial);
}

/** Place of the first event of a component among those that get worse; null without one. */
export function firstOf({ cascade }: VariantResult, subject: string): number | null {
  const found = cascade.events.filter(({ kind }) => WORSE.has(kind));
  const place = found.findIndex(
    ({ subject: own }) => own === subject || subject.startsWith(`${own}->`),
  );
  return place < 0 ? null : place;
}

/** The cores that a component needs, by those that it has, in calm or during a fault; 0 where another resource is tighter. */
function coresNeeded({ headroom }: VariantResult, subject: string): number {
  const all = [headroom, ...(headroom?.faults ?? [])].flatMap((time) => time?.components ?? []);
  const cores = all.filter((own) => own.component === subject && own.resource === 'cores');
  return Math.max(0, ...cores.map(({ factor }) => 1 / factor));
}

/** Whether a function refuses requests because it runs as many as it may. */
export function throttles(variant: VariantResult, subject: string): boolean {
  return shareOf(variant, subject, (outcome) => outcome === 'throttled') > 0;
}

/** The largest share of a resource of a component that is in use, as far as the figures show it. */
export function usagePeak(
  variant: VariantResult,
  plan: Plan,
  subject: string,
  resource: Resource,
): number {
  const own = variant.components[subject];
  if (own === undefined) return 0;
  const workers = Math.max(0, ...workersInUse(variant, plan, subject));
  switch (resource) {
    case 'workers':
      return workers;
    case 'cores':
      if (has(variant, subject, ['saturated']) && workers < 0.9) return 1;
      return Math.max((own.cpu ?? 0) * 1.2, coresNeeded(variant, subject));
    case 'connections':
      return connectionsPeak(own.pools ?? {}, wiringOf(plan).named.get(subject)!);
    case 'memory':
      return has(variant, subject, ['killed']) ? 1 : 0;
    case 'queue':
      return queuePeak(variant, plan, subject);
    case 'bandwidth':
      // No figure shows how much of a link is in use.
      return reaches(variant, subject) ? 1 : 0;
    case 'concurrency':
      // Where messages wait instead of calls, more executions work off a backlog.
      return throttles(variant, subject) && !isBehindFunction(variant, subject) ? 1 : 0;
    case 'consumers':
    case 'segments':
    case 'relay':
      return fallsBehind(variant, subject) ? 1 : 0;
  }
}
