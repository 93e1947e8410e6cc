import type { Estimate } from '../../contracts/result/estimate.js';
import type { MeteredResult, MeterResult } from '../../contracts/result/meters.js';
import type { Result, VariantResult } from '../../contracts/result/result.js';
import { sumOf } from '../../stats/sums.js';
import { BROKEN, FAMILIES, type FamilyId } from './families.js';
import { countIn, meterOf, waitingOf } from './family-parts.js';
import type { Family } from './family.js';
import { focusRank } from './focus.js';
import { sortedKeys } from '../../text/order.js';
import { poolMeters } from './pool-meters.js';

/** A view, or the result from which one is made. */
export interface Shown {
  readonly result: Result;
}

/** Word for one waiting item. */
export type WaitingNoun = 'message' | 'event' | 'row';

/** The largest backlog of a consumer or an outbox in a variant. */
export interface Behind {
  readonly subject: string;
  readonly noun: WaitingNoun;
  readonly most: number;
  /** Wait of the oldest item, in seconds. */
  readonly oldest: number;
  /** Time to drain after the fault with the longest backlog: seconds, Infinity = never; null without a fault. */
  readonly drained: number | null;
  /** That fault; null if there is none. */
  readonly fault: string | null;
}

/** Sagas of a variant without a consistent end. */
export interface Unsettled {
  readonly subject: string;
  /** Means per run. */
  readonly begun: number;
  readonly broken: number;
  readonly ends: readonly { readonly word: string; readonly count: number }[];
}

/** The largest share, and its subject. */
export interface WorstShare {
  readonly subject: string;
  readonly share: number;
}

/** Meters of a subject; a queue also has those of its consumers. */
export function meteredOf(variant: VariantResult, subject: string): MeteredResult | null {
  const pools = poolMeters(variant);
  if (Object.hasOwn(pools, subject)) return pools[subject]!;
  const own = Object.hasOwn(variant.metered, subject) ? variant.metered[subject]! : null;
  if (own?.kind !== 'queue' || subject.includes('.')) return own;
  const parts = sortedKeys(variant.metered)
    .filter((name) => name.startsWith(`${subject}.`))
    .map((name) => variant.metered[name]!);
  const meters = parts.reduce<Record<string, MeterResult>>(
    (all, part) => {
      for (const name of Object.keys(part.meters)) {
        const sum = together(all[name], part.meters[name]!);
        if (sum !== null) all[name] = sum;
      }
      return all;
    },
    { ...own.meters },
  );
  return { ...own, meters };
}

/** Names of all subjects of a family that any variant has, `component` or `component.part`, those in focus first. */
export function subjectsOf({ result }: Shown, family: Family): readonly string[] {
  const known = SUBJECTS.get(result) ?? new Map<Family, readonly string[]>();
  SUBJECTS.set(result, known);
  const own = known.get(family) ?? subjectsIn(result, family);
  known.set(family, own);
  return own;
}

/** By result, because every figure of a family asks. */
const SUBJECTS = new WeakMap<Result, Map<Family, readonly string[]>>();

function subjectsIn(result: Result, family: Family): readonly string[] {
  const hidden = new Set(result.report.hide);
  const names = new Set<string>();
  for (const variant of result.variants) {
    const all = { ...variant.metered, ...poolMeters(variant) };
    for (const name of sortedKeys(all)) {
      const [component, part] = name.split('.');
      if (name.split('->').some((end) => hidden.has(end)) || hidden.has(component!)) continue;
      if (family.holds(all[name]!, part !== undefined)) names.add(name);
    }
  }
  const rank = focusRank(result);
  return [...names].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** The consumer, queue, read model or outbox of a variant that is furthest behind; null if there is none. */
export function behindOf(
  view: Shown,
  variant: VariantResult,
  among: (subject: string) => boolean = () => true,
): Behind | null {
  let worst: Behind | null = null;
  for (const { subject, own, noun, lag, age } of lagging(view, variant)) {
    // A message that a handler takes at once has waited for no time.
    if (!among(subject) || (lag.max <= 1 && Math.max(...lag.steps) < 1)) continue;
    const { drained, fault } = longestDrain(own);
    const oldest = own.waitedHere ?? age?.max ?? 0;
    const found = { subject, noun, most: lag.max, oldest, drained, fault };
    if (worst === null || isWorse(found, worst)) worst = found;
  }
  return worst;
}

/** Largest backlog of each replication, over all subjects that can have one. */
export function backlogEstimate(view: Shown, variant: VariantResult): Estimate {
  const all = lagging(view, variant).map(({ lag }) => lag);
  if (all.length === 0) return NOTHING;
  const { replications } = view.result;
  const each = Array.from({ length: replications }, (_, i) =>
    Math.max(...all.map((lag) => lag.each[i] ?? 0)),
  );
  return { value: Math.max(...each), ci95: null, each };
}

/** Seconds until the longest backlog after any fault is drained; null value = never, or no subject can have one. */
export function drainEstimate(view: Shown, variant: VariantResult): Estimate & { never: number } {
  const all = lagging(view, variant).flatMap(({ own }) => Object.values(own.drain ?? {}));
  if (all.length === 0) return { ...NOTHING, never: 0 };
  const each = Array.from({ length: view.result.replications }, (_, i) => {
    const values = all.map((drain) => drain.each[i] ?? null);
    return values.some((value) => value === null) ? null : Math.max(...values.map(Number));
  });
  const known = each.filter((value) => value !== null);
  const never = each.length - known.length;
  const mostly = never * 2 >= each.length;
  const mean = sumOf(known) / Math.max(1, known.length);
  return { value: mostly ? null : mean, ci95: null, each, never };
}

/** The sagas of a variant with the most inconsistent ends; null if none begin. */
export function unsettledOf(view: Shown, variant: VariantResult): Unsettled | null {
  let worst: Unsettled | null = null;
  for (const { subject, own } of ofFamily(view, variant, 'sagas')) {
    const begun = countIn(own, 'accepted');
    if (begun === 0) continue;
    const ends = BROKEN.map((word) => ({ word, count: countIn(own, word) }));
    const broken = sumOf(ends.map(({ count }) => count));
    if (worst === null || broken / begun > worst.broken / worst.begun)
      worst = { subject, begun, broken, ends };
  }
  return worst;
}

/** Share of the sagas of a variant that are stuck, inconsistent or lost, of all its kinds together. */
export function unsettledEstimate(view: Shown, variant: VariantResult): Estimate {
  return shareOf(ofFamily(view, variant, 'sagas'), BROKEN, 'accepted');
}

/** The same by the step in which they begin; null where none does. Empty without sagas. */
export function brokenSteps(view: Shown, variant: VariantResult): readonly (number | null)[] {
  const all = ofFamily(view, variant, 'sagas').map(({ own }) => own);
  const counted = (meters: readonly string[]): number[] =>
    sums(
      all.flatMap((own) =>
        meters
          .flatMap((meter) => [meterOf(own, meter, 'counter')?.steps ?? []])
          .filter((steps) => steps.length > 0),
      ),
    );
  const broken = counted(BROKEN);
  return counted(['accepted']).map((begun, step) =>
    begun > 0 ? (broken[step] ?? 0) / begun : null,
  );
}

/** Share of the sagas of a variant that are undone, of all its kinds together: orders that users placed and do not get. */
export function cancelledEstimate(view: Shown, variant: VariantResult): Estimate {
  return shareOf(ofFamily(view, variant, 'sagas'), ['compensated'], 'accepted');
}

/** The largest number of items that still wait for one subject in the last step of the timeline. */
export function waitingEstimate(view: Shown, variant: VariantResult): Estimate {
  const all = lagging(view, variant).map(({ lag }) => lag.steps[lag.steps.length - 1] ?? 0);
  return all.length === 0 ? NOTHING : { value: Math.round(Math.max(...all)), ci95: null, each: [] };
}

/**
 * Whether a backlog outlives the run: never drained after a fault, or many wait, at least half of the most ever or in a
 * backlog of which the account says that it has not ended.
 */
export function isLeftWaiting(view: Shown, variant: VariantResult): boolean {
  if (drainEstimate(view, variant).never > 0) return true;
  const { value } = waitingEstimate(view, variant);
  const most = backlogEstimate(view, variant).value;
  const isOpen = variant.cascade.events.some(
    ({ kind, ends }) => kind === 'notRecovered' && ends === 'backlog',
  );
  return value !== null && most !== null && value >= MANY_WAIT && (isOpen || value * 2 >= most);
}

/** Items that wait at the end because they are under way are not a backlog. */
const MANY_WAIT = 100;

/** The read model or the replicas of a variant with the largest share of stale reads. */
export function stalestOf(view: Shown, variant: VariantResult): WorstShare | null {
  const all = stalePairs(view, variant).flatMap(({ subject, own }) => {
    const reads = countIn(own, 'reads');
    return reads === 0 ? [] : [{ subject, share: countIn(own, 'staleReads') / reads }];
  });
  return all.reduce<WorstShare | null>(
    (worst, one) => (worst === null || one.share > worst.share ? one : worst),
    null,
  );
}

/** Share of stale reads among all reads that can be stale. */
export function staleEstimate(view: Shown, variant: VariantResult): Estimate {
  return shareOf(stalePairs(view, variant), ['staleReads'], 'reads');
}

/** Share of the lookups in caches whose value had been written since it was loaded. */
export function oldEstimate(view: Shown, variant: VariantResult): Estimate {
  return shareOf(ofFamily(view, variant, 'caches'), ['staleReads'], 'reads');
}

/** Share of the lookups that find their value, of all caches together. */
export function hitEstimate(view: Shown, variant: VariantResult): Estimate {
  return shareOf(ofFamily(view, variant, 'caches'), ['hits'], 'reads');
}

/** Dead letters that stay in a variant, mean per run; null if none can. */
export function deadEstimate(variant: VariantResult): Estimate {
  const all = sortedKeys(variant.metered).flatMap((subject) => {
    const own = variant.metered[subject]!.deadLetters;
    return own === undefined ? [] : [own];
  });
  return meanOfSums(all);
}

/** A count of a subject, and others of the same subject by their meters. */
export interface Counted {
  readonly subject: string;
  readonly count: number;
  readonly of: (meter: string) => number;
}

/** A count of each subject of a family, the largest first; means per run. */
export function countsOf(
  view: Shown,
  variant: VariantResult,
  family: FamilyId,
  meter: string,
): readonly Counted[] {
  return ofFamily(view, variant, family)
    .map(({ subject, own }) => ({
      subject,
      count: countIn(own, meter),
      of: (other: string) => countIn(own, other),
    }))
    .sort((a, b) => b.count - a.count);
}

/** A count over all subjects of a family, mean per run; null if the family has none. */
export function countEstimate(
  view: Shown,
  variant: VariantResult,
  family: FamilyId,
  meter: string,
): Estimate {
  const all = ofFamily(view, variant, family)
    .map(({ own }) => eachOf(own, meter))
    .filter((each) => each.length > 0);
  return meanOfSums(all);
}

/** A subject of a variant with its meters. */
interface Metered {
  readonly subject: string;
  readonly own: MeteredResult;
}

function ofFamily(view: Shown, variant: VariantResult, id: FamilyId): readonly Metered[] {
  const family = FAMILIES.find((each) => each.id === id)!;
  return subjectsOf(view, family).flatMap((subject) => {
    const own = meteredOf(variant, subject);
    return own === null ? [] : [{ subject, own }];
  });
}

/** A subject that has a backlog. */
interface Lagging extends Pick<Behind, 'subject' | 'noun'> {
  readonly own: MeteredResult;
  readonly lag: GaugeResult;
  readonly age: GaugeResult | null;
}

type GaugeResult = Extract<MeterResult, { readonly form: 'gauge' }>;

function lagging(view: Shown, variant: VariantResult): readonly Lagging[] {
  const named = (family: FamilyId, noun: Behind['noun'], age: string): Lagging[] =>
    ofFamily(view, variant, family).flatMap(({ subject, own }) => {
      const found = family === 'outboxes' ? meterOf(own, 'outbox.rows', 'gauge') : waitingOf(own);
      // Resting dead letters and messages that are delayed on purpose are not backlogs.
      if (found === null || own.deadLetters !== undefined || own.holdsBack) return [];
      return [{ subject, own, noun, lag: found, age: meterOf(own, age, 'gauge') }];
    });
  const outboxes = named('outboxes', 'row', 'outbox.age');
  return [
    ...named('messages', 'message', 'age'),
    ...named('projections', 'event', 'age'),
    ...outboxes.map((one) => ({ ...one, subject: `${one.subject}.outbox` })),
  ];
}

/** A variant, of which the figures of its parts are read. */
export type MeteredParts = Pick<VariantResult, 'metered'>;

/** The word for one item that waits for a subject of a variant. */
export function waitingNoun({ metered }: MeteredParts, subject: string): WaitingNoun {
  if (subject.endsWith('.outbox')) return 'row';
  const own = Object.hasOwn(metered, subject) ? metered[subject]! : null;
  const family = FAMILIES.find(({ id }) => id === 'projections')!;
  return own !== null && family.holds(own, subject.includes('.')) ? 'event' : 'message';
}

/** Number of messages, events and rows that wait, by subject and step. */
export function laggingOf(view: Shown, variant: VariantResult): readonly (readonly number[])[] {
  return lagging(view, variant).map(({ lag }) => lag.steps);
}

/** Whether a variant has outboxes. */
export function hasOutbox(variant: VariantResult): boolean {
  return Object.values(variant.metered).some(({ meters }) => 'outbox.rows' in meters);
}

function stalePairs(view: Shown, variant: VariantResult): readonly Metered[] {
  const families = ['projections', 'replicas', 'refreshes'] as const;
  return families.flatMap((id) => ofFamily(view, variant, id));
}

function longestDrain({ drain }: MeteredResult): Pick<Behind, 'drained' | 'fault'> {
  let longest: Pick<Behind, 'drained' | 'fault'> = { drained: null, fault: null };
  for (const fault of sortedKeys(drain ?? {})) {
    const seconds = drain![fault]!.value ?? Infinity;
    if (longest.drained === null || seconds > longest.drained)
      longest = { drained: seconds, fault };
  }
  return longest;
}

/** A subject that never catches up is worse than one that does; otherwise the one with the older message is. */
function isWorse(a: Behind, b: Behind): boolean {
  const never = Number(a.drained === Infinity) - Number(b.drained === Infinity);
  return never > 0 || (never === 0 && a.oldest > b.oldest);
}

function eachOf(own: MeteredResult, meter: string): readonly number[] {
  return meterOf(own, meter, 'counter')?.each ?? [];
}

function sums(lists: readonly (readonly number[])[]): number[] {
  return (lists[0] ?? []).map((_, i) => sumOf(lists.map((list) => list[i] ?? 0)));
}

/** The mean of the sums of some counts by replication; null without any. */
function meanOfSums(lists: readonly (readonly number[])[]): Estimate {
  if (lists.length === 0) return NOTHING;
  const each = sums(lists);
  return { value: sumOf(each) / each.length, ci95: null, each };
}

/** Some counts of all subjects over another one: over all replications, and for each. */
function shareOf(all: readonly Metered[], parts: readonly string[], whole: string): Estimate {
  const of = sums(all.map(({ own }) => eachOf(own, whole)));
  const total = sumOf(of);
  if (total === 0) return NOTHING;
  const lists = all.flatMap(({ own }) => parts.map((part) => eachOf(own, part)));
  const counts = of.map((_, i) => sumOf(lists.map((list) => list[i] ?? 0)));
  const each = of.map((count, i) => (count > 0 ? counts[i]! / count : null));
  return { value: sumOf(counts) / total, ci95: null, each };
}

/** Adds two counters. Other meters cannot be added, so they are kept only if there is one. */
function together(one: MeterResult | undefined, other: MeterResult): MeterResult | null {
  if (one === undefined) return other;
  if (one.form !== 'counter' || other.form !== 'counter') return null;
  return {
    form: 'counter',
    total: one.total + other.total,
    each: one.each.map((count, i) => count + (other.each[i] ?? 0)),
    steps: one.steps.map((count, i) => count + (other.steps[i] ?? 0)),
  };
}

const NOTHING: Estimate = { value: null, ci95: null, each: [] };
