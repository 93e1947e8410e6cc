import type { CauseFact, CauseKind } from '../../../spec/result/cause.js';
import type { RunRecord } from '../../../spec/record/record.js';
import { isFeedback } from '../feedback.js';
import { wordsOf } from '../fault-events.js';
import { secondsOf, type StepInfluence } from '../influence.js';
import type { Lane } from '../../measure/lanes.js';
import { sumSteps } from '../links.js';
import type { PlanFault } from '../../../spec/plan/plan.js';
import { breakersOf } from './breakers.js';
import { steadyCauses } from './steady.js';
import { suspectsOf } from './suspects.js';
import { named } from './candidate.js';
import { saturatedShare } from '../saturation.js';
import type { Scene } from '../scene.js';
import { formatRate } from '../../../text/figures.js';
import { ceilingOf, growthsBy, servedRate } from './conditions.js';
import { heldByLimit } from './held-by-limit.js';
import { refusalAt } from './refusals/index.js';
import { harmsOf, type Harm } from './harm.js';
import { quotasOf } from './quota.js';
import { byCodeUnit } from '../../measure/variant-data.js';

/** A cause with a smaller part of the harm is none. */
const SOME = 0.02;
/** A condition at one of several components is reported from this part on. */
const MOST = 0.25;
/** A later cause with a smaller part is none. */
const SOME_LATER = 0.05;

/** The causes of one run, in order of time. */
export function causesOf(
  scene: Scene,
  record: RunRecord,
  influences: readonly StepInfluence[],
): readonly CauseFact[] {
  const episodic = [...harmsOf(scene, record, influences).values()];
  const harms = episodic.length > 0 ? episodic : steadyCauses(scene, record);
  const all = harms.reduce((sum, { requests }) => sum + requests, 0);
  const shareOf = ({ requests }: Harm): number => (all > 0 ? requests / all : 0);
  const found = harms.filter((harm) => {
    if (harm.candidate.suspect !== null) return shareOf(harm) >= (harm.isFirst ? SOME : SOME_LATER);
    // The load that comes with a ceiling has no part of its own.
    const isLoad = harm.candidate.growth !== undefined;
    return isLoad || harm.requests === 0 || shareOf(harm) >= MOST;
  });
  const inferred = found.map((harm) => factOf(scene, harm, shareOf(harm)));
  const isNew = ({ subject }: CauseFact): boolean =>
    inferred.every((fact) => fact.kind !== 'limit' || fact.subject !== subject);
  const facts = [...inferred, ...quotasOf(scene, record, WORDS.limit).filter(isNew)];
  const loops = [
    ...influences.filter(({ mechanism }) => isFeedback(mechanism)).map(loopFact),
    ...breakersOf(scene, inferred),
  ];
  // Without a fault, a load that is too high from the start is the same cause as the ceiling that it meets.
  const isFaulted = scene.faultsNs.length > 0;
  const isOfLoad = ({ kind, unit }: CauseFact): boolean => kind === 'capacity' || unit === 'times';
  const others = facts.filter((fact) => !isOfLoad(fact));
  const chronic = isFaulted || others.length === 0 ? chronicOf(scene, record) : null;
  const rest = chronic === null || isFaulted ? facts : others;
  return [...(chronic === null ? [] : [chronic]), ...rest, ...loops].sort(
    (a, b) =>
      a.at - b.at ||
      (b.share ?? 1) - (a.share ?? 1) ||
      byCodeUnit(a.kind, b.kind) ||
      byCodeUnit(a.text, b.text),
  );
}

/** The causes, with the faults that are active as something goes wrong that no request shows. */
export function withUnseen(
  scene: Scene,
  causes: readonly CauseFact[],
  faults: ReadonlySet<PlanFault>,
): readonly CauseFact[] {
  const added = [...faults]
    .filter(({ id }) => causes.every(({ fault }) => fault !== id))
    .flatMap((fault) => suspectsOf(scene).find((one) => one.fault === fault) ?? [])
    .map((suspect): CauseFact => {
      const harm = {
        candidate: named(scene, suspect, null),
        requests: 0,
        isFirst: true,
        episodes: new Map(),
      };
      return { ...factOf(scene, harm, 0), share: null };
    });
  return [...causes, ...added].sort((a, b) => a.at - b.at);
}

function factOf(scene: Scene, { candidate, isFirst }: Harm, share: number): CauseFact {
  const { ref, suspect, evidence } = candidate;
  const role = isFirst ? 'cause' : 'amplifier';
  const common = { ...ref, role, evidence, share } as const;
  if (suspect !== null) {
    const { warmupNs, endNs } = scene.data.plan;
    const span = scene.spansOf(suspect.fault)[0];
    return {
      ...common,
      fault: suspect.fault.id,
      at: (span.fromNs - warmupNs) / 1e9,
      until: span.untilNs >= endNs ? null : (span.untilNs - warmupNs) / 1e9,
      text: wordsOf(scene.data, suspect.fault),
      value: null,
      unit: null,
      mechanism: suspect.fault.kind,
    };
  }
  return {
    ...common,
    at: startOf(scene, candidate),
    until: null,
    mechanism: null,
    ...conditionWords(scene, candidate),
  };
}

/** Retries or hedges that load a callee that has no capacity left. */
function loopFact({ from, to, at, mechanism, share, text }: StepInfluence): CauseFact {
  const kind = mechanism === 'hedgeLoad' ? 'hedges' : 'retries';
  return {
    kind,
    subject: `${from}->${to}`,
    role: 'amplifier',
    at,
    until: null,
    text: `the ${kind} of ${from} load ${to}`,
    value: share,
    unit: 'share',
    mechanism,
    evidence: text,
    share: null,
  };
}

/** A ceiling counts from when it is reached: users may notice later. */
function startOf(scene: Scene, { ref, lane, from }: Harm['candidate']): number {
  const full = ref.kind === 'capacity' && lane !== null ? scene.saturations.get(lane) : undefined;
  if (full === undefined || full.from > from) return secondsOf(scene, from);
  return Math.max(0, (full.atNs - scene.data.plan.warmupNs) / 1e9);
}

/** Steps over which the rate that a full component serves is counted. */
const RATE_STEPS = 10;

/** The words and the figure of a cause that is no fault. */
function conditionWords(
  scene: Scene,
  { ref, from, lane, evidence, growth, text }: Harm['candidate'],
): Pick<CauseFact, 'text' | 'value' | 'unit'> {
  const { subject } = ref;
  if (text !== undefined) return { text, value: null, unit: null };
  if (growth !== undefined) {
    const { before, after, isSudden } = growth;
    const verb = isSudden ? 'rises' : 'grows';
    const rates = `from ${formatRate(before)} to ${formatRate(after)}`;
    return {
      text: `the load of ${subject} ${verb} ${rates}`,
      value: after / before,
      unit: 'times',
    };
  }
  if (ref.kind === 'capacity') {
    const until = Math.min(scene.steps.count, from + RATE_STEPS);
    const value = servedRate(scene, lane!, from, until);
    return { text: evidence, value, unit: 'perSecond' };
  }
  return { text: WORDS[ref.kind](subject), value: null, unit: null };
}

/** A cause without a figure, by its kind. */
const WORDS: Readonly<Record<Exclude<CauseKind, 'capacity'>, (subject: string) => string>> = {
  collections: (subject) => `the garbage collections of ${subject} stop it`,
  cacheFill: (subject) => `the misses of ${subject} overload what fills it`,
  locks: (subject) => `requests of ${subject} wait for a lock`,
  limit: (subject) =>
    subject.includes('->')
      ? `the limit on calls of ${subject} refuses some`
      : `${subject} refuses requests above its rate limit`,
  scaling: (subject) => `the autoscaler of ${subject} is too slow for the load`,
  errors: (subject) => `${subject} fails requests itself`,
  fault: (subject) => `fault ${subject}`,
  rollout: (subject) => `rollout of ${subject}`,
  load: (subject) => `load of ${subject}`,
  leak: (subject) => `leak of ${subject}`,
  poison: (subject) => `poison message of ${subject}`,
  retries: (subject) => `retries of ${subject}`,
  hedges: (subject) => `hedges of ${subject}`,
  probes: (subject) => `probes of ${subject}`,
  rebalances: (subject) => `rebalances of ${subject}`,
  breakers: (subject) => `breaker of ${subject}`,
  outliers: (subject) => `outlier detection of ${subject}`,
  timeouts: (subject) => `timeout of ${subject}`,
  fallbacks: (subject) => `fallback of ${subject}`,
};

/** Smallest share of refused requests that is an overload from the start. */
const REFUSED = 0.01;
const FIRST_STEPS = 4;
/** Share of the steps in which it must be full. */
const ALWAYS = 0.9;

/**
 * Overload from the start, before any fault: the deepest component that is full all the time, and the share of failed
 * requests.
 */
function chronicOf(scene: Scene, record: RunRecord): CauseFact | null {
  const { baseline, data, lanes, steps, faultsNs } = scene;
  const until = faultsNs.length === 0 ? steps.count : baseline;
  if (until < FIRST_STEPS) return null;
  const harmed = lanes.filter(
    (lane) =>
      lane.workers === 0 &&
      data.requests.includes(lane.parts[0]) &&
      badShare(lane, 0, until) >= REFUSED &&
      // It may take until the middle of that time to fill a queue, but no longer.
      badShare(lane, 0, (until >> 1) + 1) >= REFUSED,
  );
  // The workload that sends most is named.
  harmed.sort((a, b) => sumSteps(b.arrivals, 0, until) - sumSteps(a.arrivals, 0, until));
  for (const user of harmed) {
    const full = deepestFull(scene, user, new Set(), until);
    if (full === null || grows(scene, user.component, until)) continue;
    // A limit that refuses by design, or holds the workers, is no lack of capacity.
    const place = { scene, record, lane: full, from: 0, until };
    if (
      refusalAt(place)?.ref.kind === 'limit' ||
      heldByLimit(place) !== null ||
      (2 * sumSteps(full.overRate, 0, until) >= sumSteps(full.shed, 0, until) &&
        sumSteps(full.shed, 0, until) > 0)
    )
      continue;
    const offered = formatRate(arrivedRate(scene, full, until));
    const served = formatRate(servedRate(scene, full, 0, until));
    return {
      kind: 'load',
      subject: data.plan.components[user.component].name,
      role: 'cause',
      at: 0,
      until: null,
      text: `from the start ${offered} meet ${served} that ${full.name} can serve`,
      value: badShare(user, 0, until),
      unit: 'share',
      mechanism: 'queueFull',
      evidence: ceilingOf(scene, full, 0, until)!.text,
      share: null,
    };
  }
  return null;
}

function badShare(lane: Lane, from: number, until: number): number {
  const arrivals = sumSteps(lane.arrivals, from, until);
  return arrivals > 0 ? 1 - sumSteps(lane.good, from, until) / arrivals : 0;
}

/** Whether a load grows within steps [0, until), so that it was feasible at first. */
function grows(scene: Scene, workload: number, until: number): boolean {
  return growthsBy(scene, until - 1).some((growth) => growth.workload === workload);
}

/** Requests per second that reach a component. */
function arrivedRate({ steps }: Scene, lane: Lane, until: number): number {
  let ns = 0;
  for (let step = 0; step < until; step++) ns += steps.lengthNs[step];
  return (sumSteps(lane.arrivals, 0, until) / ns) * 1e9;
}

function deepestFull(scene: Scene, lane: Lane, seen: Set<Lane>, until: number): Lane | null {
  if (seen.has(lane)) return null;
  seen.add(lane);
  for (const link of scene.links) {
    if (link.caller !== lane) continue;
    const below = deepestFull(scene, link.callee, seen, until);
    if (below !== null) return below;
  }
  const isFull = lane.workers > 0 && saturatedShare(lane, 0, until) >= ALWAYS;
  return isFull && ceilingOf(scene, lane, 0, until) !== null ? lane : null;
}
