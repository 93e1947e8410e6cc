import { listed } from '../base/format.js';
import type { HealthState } from '../../contracts/result/cascade.js';
import type { VariantResult } from '../../contracts/result/result.js';

/** A backlog of the first run: in whichever state the processes are, their work waits. */
export interface Backlog {
  readonly subject: string;
  /** The component where it is, then those that handle it. */
  readonly places: readonly string[];
  readonly from: number;
  readonly until: number;
  /** `up to 18,321 messages wait, the oldest for 38.8 s`; if it is left at the end, `109,605 messages still wait at 900 s`. */
  readonly words: string;
  readonly isLeft: boolean;
}

const KNOWN = new WeakMap<VariantResult, readonly Backlog[]>();

/** The backlogs of a variant, in order of time. */
export function backlogsOf(variant: VariantResult): readonly Backlog[] {
  let found = KNOWN.get(variant);
  if (found === undefined) KNOWN.set(variant, (found = backlogs(variant)));
  return found;
}

/** Those at a component. */
export function backlogsAt(variant: VariantResult, name: string): readonly Backlog[] {
  return backlogsOf(variant).filter(({ places }) => places.includes(name));
}

function backlogs({ cascade, timeline }: VariantResult): readonly Backlog[] {
  return cascade.events.flatMap((event, i): readonly Backlog[] => {
    if (event.kind !== 'backlog') return [];
    const end = cascade.events
      .slice(i + 1)
      .find(({ subject, ends }) => subject === event.subject && ends === 'backlog');
    const isLeft = end?.kind === 'notRecovered';
    return [
      {
        subject: event.subject,
        // Documents of earlier versions do not name the components that handle it.
        places: event.places ?? [event.subject.split('.')[0]!],
        from: event.at,
        until: end?.at ?? timeline.step * timeline.steps,
        words: isLeft ? end.text : event.text,
        isLeft,
      },
    ];
  });
}

/** An interval of a state. */
interface Interval {
  readonly from: number;
  readonly until: number;
  readonly state: HealthState;
}

/** Intervals of degradation, with those in which a component is degraded only because work waits for it. */
export function withWaiting(
  variant: VariantResult,
  name: string,
  intervals: readonly Interval[],
): readonly Interval[] {
  const backlogsHere = backlogsAt(variant, name);
  if (backlogsHere.length === 0) return intervals;
  const all = [...intervals];
  for (const { from, until } of backlogsHere) {
    let at = from;
    const within = all.filter((own) => own.until > from && own.from < until);
    for (const own of within.sort((a, b) => a.from - b.from)) {
      if (own.from > at) all.push({ from: at, until: own.from, state: 'degraded' });
      at = Math.max(at, own.until);
    }
    if (at < until) all.push({ from: at, until, state: 'degraded' });
  }
  return all.sort((a, b) => a.from - b.from);
}

/** State of a subject in a step. A component is degraded while work waits for it. */
export function stateOf(variant: VariantResult, subject: string, step: number): HealthState {
  const own = variant.timeline.series[subject]?.state[step] ?? 'ok';
  if (own !== 'ok' || backlogsOf(variant).length === 0) return own;
  return backlogIn(variant, subject, step) === null ? own : 'degraded';
}

/** States of a subject by step; none without a series. */
export function statesOf(variant: VariantResult, subject: string): readonly HealthState[] {
  const own = variant.timeline.series[subject]?.state ?? [];
  if (backlogsAt(variant, subject).length === 0) return own;
  return own.map((_, step) => stateOf(variant, subject, step));
}

/** The backlog at a component in a step; null without one. */
export function backlogIn(variant: VariantResult, subject: string, step: number): Backlog | null {
  const from = step * variant.timeline.step;
  const until = from + variant.timeline.step;
  const isHere = (one: Backlog): boolean =>
    one.from < until && one.until > from && one.places.includes(subject);
  return backlogsOf(variant).find(isHere) ?? null;
}

/** `; 109,605 messages still wait at 900 s`, of the backlogs that are left at the end; empty without one. */
export function leftWords(variant: VariantResult): string {
  const left = backlogsOf(variant).filter(({ isLeft }) => isLeft);
  return left.length === 0 ? '' : `; ${listed(left.map(({ words }) => words))}`;
}
