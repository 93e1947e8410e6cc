import { isFeedback } from '../../analysis/story/feedback.js';
import type { VariantResult } from '../../contracts/result/result.js';
import type { CascadeEvent } from '../../contracts/result/cascade.js';
import { DEGRADATIONS } from '../../contracts/result/degradations.js';
import { sustainedBy } from '../../contracts/result/sustained.js';
import { isLate } from '../view/event-looks.js';
import { lanesOf, type Lane } from '../view/lanes.js';
import { formatInstant, formatSeconds } from '../../text/figures.js';
import { plural, verb } from '../../text/words.js';
import { listed } from '../base/format.js';
import { degradedIntervals, depthsOf, loopWords, type View } from '../view/view.js';
import { leftWords } from '../view/waiting.js';
import { degradedSubjects, everDegraded } from './words.js';

/** Title of the propagation figure. */
export function propagationFinding(view: View, variant: VariantResult): string {
  const { influences, loops } = variant.cascade;
  const upward = influences.filter((i) => !isFeedback(i.mechanism));
  const up = beforeNextFault(view, variant, upward);
  if (influences.length === 0) {
    const degraded = lanesOf(view, variant).filter(({ intervals }) => intervals.length > 0);
    if (degraded.length === 0) return 'Nothing degrades';
    if (degraded.length > 3) return `The degradation does not spread${leftWords(variant)}`;
    const [unseen] = unseenParts(variant);
    const but = unseen === undefined ? '' : `, but ${unseen}`;
    return `Only ${listed(degraded.map(({ subject }) => subject))} ${worstVerb(degraded)}; it does not spread${but}${leftWords(variant)}`;
  }
  const hedged = influences.some((i) => i.mechanism === 'hedgeLoad');
  const retried = influences.some((i) => i.mechanism === 'retryLoad');
  const repeats = hedged ? (retried ? 'retries and hedges' : 'hedges') : 'retries';
  const depth = depthsOf(view);
  const reached = [...new Set(up.map((i) => i.to))].sort(
    (a, b) => (depth.get(b) ?? 0) - (depth.get(a) ?? 0),
  );
  const spreads =
    reached.length === 0
      ? `The load grows by ${repeats} alone`
      : `The ${isSlow(variant, reached) ? 'slowdown' : 'failure'} reaches ${listed(reached.slice(0, 4))} within ${formatSeconds(spreadSeconds(view, variant))}`;
  const loop = loops.find(({ mechanism }) => isFeedback(mechanism));
  if (loop === undefined) return spreads;
  const words = loopWords(view, loop.through);
  return sustainedBy(variant.cascade, variant.counterfactuals?.metastability ?? null) === null
    ? `${spreads}; ${repeats} add load on ${words}`
    : `${spreads}; ${repeats} close the loop ${words}`;
}

/** Whether all of these are reached by lateness alone, and none by calls that fail or by instances that go down. */
function isSlow({ cascade: { events } }: VariantResult, reached: readonly string[]): boolean {
  return events
    .filter(({ kind, subject }) => DEGRADATIONS.includes(kind) && reached.includes(subject))
    .every(isLate);
}

/** What these lanes do where it is the same: `goes down`; else `degrade`. */
function worstVerb(lanes: readonly Lane[]): string {
  const states = lanes.map(({ intervals }) => intervals.map(({ state }) => state));
  const [one, many] =
    WORST.find(([state]) => states.every((own) => own.includes(state)))?.[1] ?? DEGRADE;
  return lanes.length === 1 ? one : many;
}

const DEGRADE = ['degrades', 'degrade'] as const;
const WORST = [
  ['down', ['goes down', 'go down']],
  ['failing', ['fails', 'fail']],
] as const;

/** Time from the fault, or from the first effect, to the last one that it reaches; at least a step. Seconds. */
export function spreadSeconds(view: View, variant: VariantResult): number {
  const upward = variant.cascade.influences.filter(({ mechanism }) => !isFeedback(mechanism));
  const up = beforeNextFault(view, variant, upward);
  const start = view.headline?.spans[0]?.from ?? variant.cascade.influences[0]?.at ?? 0;
  return Math.max(
    view.result.run.step,
    up.reduce((at, one) => Math.max(at, one.at), start) - start,
  );
}

/** The influences before the next fault: those after it may be its own. All of them if none is before it. */
function beforeNextFault(
  { headline }: View,
  { cascade }: VariantResult,
  influences: VariantResult['cascade']['influences'],
): VariantResult['cascade']['influences'] {
  const start = headline?.spans[0]?.from ?? Infinity;
  const innocent = new Set(cascade.innocent.map(({ fault }) => fault));
  const next = cascade.events.find(
    ({ kind, subject, at }) => kind === 'fault' && at > start && !innocent.has(subject),
  );
  const early = next === undefined ? influences : influences.filter(({ at }) => at < next.at);
  return early.length > 0 ? early : influences;
}

/** Title of the cascade in time order: how many components degraded, and whether that is over. */
export function cascadeFinding(view: View, variant: VariantResult): string {
  const degraded = degradedSubjects(view, variant);
  const users = view.requests.filter(
    (request) => (variant.cascade.states[request] ?? []).length > 0,
  );
  if (degraded.length === 0 && users.length === 0) {
    const unseen = unseenTitle(variant);
    if (unseen !== null) return unseen;
    if (variant.cascade.events.length === 0) return 'Nothing broke';
    const full = variant.cascade.events.find((event) => event.kind === 'saturated');
    if (variant.faults.length > 0) return 'The fault affects no other component';
    return full === undefined
      ? 'Nothing broke'
      : `${full.subject} runs out at ${formatInstant(full.at)}, and nothing degrades`;
  }
  const components = everDegraded(view, variant);
  const parts = [
    components.length > 0 ? plural(components.length, 'component') : '',
    users.length > 0 ? `${plural(users.length, 'kind')} of request` : '',
  ];
  const who = parts.filter((part) => part !== '').join(' and ');
  const verb = components.length + users.length === 1 ? 'degrades' : 'degrade';
  const end = view.result.run.duration;
  const subjects = [...components, ...users];
  const last = subjects.reduce(
    (at, subject) => degradedIntervals(variant, subject).reduce((t, s) => Math.max(t, s.until), at),
    0,
  );
  if (last >= end - 1e-9)
    return `${who} ${verb}; not all are healthy again before the end of the run${leftWords(variant)}`;
  const left = variant.cascade.events.filter(
    ({ kind, ends }) => kind === 'notRecovered' && ends === 'backlog',
  );
  const behind = [...new Set(left.map(({ subject }) => subject))];
  const but =
    behind.length === 0
      ? ''
      : `, but ${listed(behind)} ${behind.length === 1 ? 'does' : 'do'} not catch up`;
  return `${who} ${verb}; all healthy again by ${formatInstant(last)}${but}`;
}

/** Title if no component and no request degrades: effects that no request shows. */
function unseenTitle(variant: VariantResult): string | null {
  const parts = unseenParts(variant);
  return parts.length === 0 ? null : `No request fails, but ${listed(parts)}${leftWords(variant)}`;
}

/** Effects that no request shows: `sagas of place-order do not end well`. */
function unseenParts(variant: VariantResult): readonly string[] {
  const of = (
    kind: CascadeEvent['kind'],
    words: (who: string, count: number) => string,
  ): string => {
    const events = variant.cascade.events.filter((event) => event.kind === kind);
    const subjects = new Set(events.map(({ subject }) => subject));
    return subjects.size === 0 ? '' : words(listed([...subjects]), subjects.size);
  };
  return [
    of('unsettled', (who) => `sagas of ${who} do not end well`),
    of('cancelled', (who) => `more sagas of ${who} are undone`),
    of('backlog', (who, n) => `${who} ${verb(n, 'fall')} behind`),
    of('lost', (who, n) => `${who} ${verb(n, 'lose')} messages`),
    of('lostCommits', (who, n) => `${who} ${verb(n, 'lose')} commits`),
    of('repeated', (who, n) => `${who} ${verb(n, 'repeat')} effects`),
    of('deadLettered', (who, n) => `${who} ${verb(n, 'give')} messages up`),
    of('doneTwice', (who, n) => `${who} ${verb(n, 'repeat')} work`),
    of('stale', (who, n) => `${who} ${verb(n, 'answer')} with old values`),
    of('poolFull', (who) => `connections run out on ${who}`),
  ].filter((part) => part !== '');
}
