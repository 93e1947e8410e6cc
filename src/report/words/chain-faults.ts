import { DEGRADATIONS } from '../../contracts/result/degradations.js';
import { headOf } from '../../contracts/result/fault-text.js';
import type { FaultInfo, VariantResult } from '../../contracts/result/result.js';
import type { CascadeEvent } from '../../contracts/result/cascade.js';
import { episodesOf, isEnd } from '../view/episodes.js';
import { listed } from '../base/format.js';

/** The faults of a chain. */
export interface ChainStart {
  /** With which it begins: the first, then those that begin at the same instant. */
  readonly events: readonly CascadeEvent[];
  /** Further causes that begin before the others have ended. */
  readonly joining: readonly CascadeEvent[];
  readonly ids: ReadonlySet<string>;
}

/**
 * The beginning of a chain: the first fault that is a cause, as in the sentence of the account; else the headline fault,
 * or the first one that is to blame. Empty if no fault is to blame for the degradations: a chain that began with an
 * innocent fault would accuse it.
 */
export function startOfChain({ cascade }: VariantResult, headline: string | undefined): ChainStart {
  const { events } = cascade;
  const innocent = new Set(cascade.innocent.map(({ fault }) => fault));
  const faults = events.filter(({ kind }) => kind === 'fault');
  const blamed = faults.filter(({ subject }) => !innocent.has(subject));
  const isCalm = !events.some(({ kind }) => DEGRADATIONS.includes(kind));
  const candidates = blamed.length === 0 && isCalm ? faults : blamed;
  const causes = new Set(cascade.causes.map(({ fault }) => fault));
  const first =
    candidates.find(({ subject }) => causes.has(subject)) ??
    candidates.find(({ subject }) => subject === headline) ??
    candidates[0];
  const all = first === undefined ? [] : [first, ...sameInstant(first, candidates)];
  const joining = joiningFaults(
    all,
    candidates.filter(({ subject }) => causes.has(subject)),
    events,
  );
  return {
    events: all,
    joining,
    ids: new Set([...all, ...joining].map(({ subject }) => subject)),
  };
}

/** Those of some faults, in order of time, that begin after the first ones and before all of these and of their effects are over. */
function joiningFaults(
  first: readonly CascadeEvent[],
  faults: readonly CascadeEvent[],
  events: readonly CascadeEvent[],
): readonly CascadeEvent[] {
  const from = first[0]?.at ?? Infinity;
  const endOf = ({ subject, at }: CascadeEvent): number =>
    events.find((e) => e.kind === 'faultEnd' && e.subject === subject && e.at >= at)?.at ??
    Infinity;
  const episodes = episodesOf(events);
  let until = Math.max(...first.map(endOf));
  return faults.filter((fault) => {
    for (const { start, end } of episodes)
      if (start.at < fault.at && start.at >= from) until = Math.max(until, end?.at ?? Infinity);
    // What an instantaneous fault does is a step of its own.
    if (fault.at <= from || fault.at >= until || endOf(fault) === fault.at) return false;
    until = Math.max(until, endOf(fault));
    return true;
  });
}

function sameInstant(
  first: CascadeEvent,
  faults: readonly CascadeEvent[],
): readonly CascadeEvent[] {
  return faults.filter((event) => event !== first && event.at === first.at);
}

/** The end of the faults of a start: of the last one; undefined if one of them stays. */
export function endOfFaults(
  { ids }: ChainStart,
  since: readonly CascadeEvent[],
): CascadeEvent | undefined {
  const firstEnds = new Map<string, CascadeEvent>();
  for (const event of since) {
    const isFirst = event.kind === 'faultEnd' && !firstEnds.has(event.subject);
    if (isFirst) firstEnds.set(event.subject, event);
  }
  const ends = [...ids].map((id) => firstEnds.get(id));
  return ends.reduce(
    (last, end) => (last === undefined || end === undefined || end.at < last.at ? last : end),
    ends.includes(undefined) ? undefined : ends[0],
  );
}

/** A fault together with those that begin at the same instant, in words. */
export function faultsInWords(
  fault: CascadeEvent,
  { cascade }: VariantResult,
): { readonly subject: string; readonly text: string } {
  const innocent = new Set(cascade.innocent.map((one) => one.fault));
  const candidates = cascade.events.filter(
    ({ kind, subject }) => kind === 'fault' && !innocent.has(subject),
  );
  const others = sameInstant(fault, candidates);
  if (others.length === 0) return { subject: headOf(fault), text: fault.detail ?? '' };
  const all = new Set([fault, ...others]);
  const words = cascade.events.filter((event) => all.has(event)).map(headOf);
  const left = words.length - FEW;
  const few = left > 1 ? [...words.slice(0, FEW), `${left} more`] : words;
  return { subject: `${words.length} faults at once`, text: listed(few) };
}

/** Faults of one instant that are named. */
const FEW = 3;

/** The fault that caused an event, if the chain does not begin with it. */
export function otherFault(
  variant: VariantResult,
  { ids }: ChainStart,
  event: CascadeEvent | undefined,
): FaultInfo | undefined {
  if (event === undefined) return undefined;
  const cause = event.cause ?? instantaneous(variant, event)?.id;
  return variant.faults.find(({ id }) => id === cause && !ids.has(id));
}

/** The fault without duration, such as a flush, that loses messages of its target at that instant. */
export function instantaneous(
  { faults, cascade }: VariantResult,
  { kind, subject, at }: CascadeEvent,
): FaultInfo | undefined {
  if (kind !== 'lost') return undefined;
  const [component] = subject.split('.');
  return faults.find(
    ({ id, target }) =>
      target.some((name) => name === subject || name === component) &&
      cascade.events.some((e) => e.kind === 'fault' && e.subject === id && e.at === at) &&
      cascade.events.some((e) => e.kind === 'faultEnd' && e.subject === id && e.at === at),
  );
}

/**
 * The answer to whether a component is back only because its own fault ends: after a failover users recover long
 * before, and the chain ends with them.
 */
function backWithFault({ faults, cascade }: VariantResult): (end: CascadeEvent) => boolean {
  const faultEnds = cascade.events.filter(({ kind }) => kind === 'faultEnd');
  const ended = new Set(faultEnds.map(({ subject, at }) => `${at} ${subject}`));
  return ({ kind, subject, at }) =>
    kind === 'recovered' &&
    faults.some(({ id, target }) => target.includes(subject) && ended.has(`${at} ${id}`));
}

/** The last of some ends that is of the chain's own faults, preferably one that a fault does not bring with its end. */
export function lastEnd(
  variant: VariantResult,
  ends: readonly CascadeEvent[],
  isOther: (end: CascadeEvent) => boolean,
): CascadeEvent | undefined {
  const own = ends.filter((end) => isEnd(end) && !isOther(end));
  const isBackWithFault = backWithFault(variant);
  return own.findLast((end) => !isBackWithFault(end)) ?? own.at(-1) ?? ends.at(-1);
}
