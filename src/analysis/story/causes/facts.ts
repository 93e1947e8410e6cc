import { CAUSE_TEXTS } from '../proven-conditions.js';
import { rateSteps } from '../links.js';
import type { CauseFact } from '../../../contracts/result/cause.js';
import type { RunRecord } from '../../../contracts/record/record.js';
import { isFeedback } from '../feedback.js';
import { wordsOf } from '../fault-events.js';
import { secondsOf, type StepInfluence } from '../influence.js';
import type { PlanFault } from '../../../contracts/plan/plan.js';
import { breakersOf } from './breakers.js';
import { steadyCauses } from './steady.js';
import { suspectsOf } from './suspects.js';
import { named } from './candidate.js';
import type { Scene } from '../scene.js';
import { chronicOf } from './chronic.js';
import { withFollowers } from './enabling.js';
import { growthWords } from './growth-words.js';
import { harmsOf, type Harm } from './harm.js';
import { quotasOf } from './quota.js';
import { byCodeUnit } from '../../../text/order.js';

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
  const inferred = withFollowers(
    scene,
    found.map((harm) => factOf(scene, harm, shareOf(harm))),
  );
  const isNew = ({ subject }: CauseFact): boolean =>
    inferred.every((fact) => fact.kind !== 'limit' || fact.subject !== subject);
  const facts = [...inferred, ...quotasOf(scene, record, limitText).filter(isNew)];
  const loops = [
    ...influences.filter(({ mechanism }) => isFeedback(mechanism)).map(loopFact),
    ...breakersOf(scene, inferred),
  ];
  // Without a fault, a load that is too high from the start is the same cause as the ceiling that it meets.
  const isFaulted = scene.faultsNs.length > 0;
  const isOfLoad = ({ kind, unit }: CauseFact): boolean => kind === 'capacity' || unit === 'times';
  const others = facts.filter((fact) => !isOfLoad(fact));
  const overload =
    isFaulted || others.every(({ kind }) => kind === 'limit') ? chronicOf(scene, record) : null;
  // A limit of an overloaded component protects it, and one elsewhere explains why the component is full.
  const isElsewhere = !isFaulted && others.some(({ subject }) => subject !== overload?.full);
  const chronic = isElsewhere ? null : overload;
  const rest = chronic === null || isFaulted ? facts : [];
  return [...(chronic === null ? [] : [chronic.fact]), ...rest, ...loops].sort(
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
  if (growth !== undefined) return growthWords(subject, growth);
  if (ref.kind === 'capacity') {
    const until = Math.min(scene.steps.count, from + RATE_STEPS);
    const value = rateSteps(lane!.succeeded, scene.steps, from, until);
    return { text: evidence, value, unit: 'perSecond' };
  }
  const words = ref.kind === 'limit' ? limitText(subject) : CAUSE_TEXTS[ref.kind](subject);
  return { text: words, value: null, unit: null };
}

/** The words of a limit, also of one on calls. */
function limitText(subject: string): string {
  return subject.includes('->')
    ? `the limit on calls of ${subject} refuses some`
    : CAUSE_TEXTS.limit(subject);
}
