import type { Arrivals } from '../../contracts/scenario/arrivals.js';
import type { Stages } from '../../contracts/scenario/stages.js';
import type { Plan, PlanLoad } from '../../contracts/plan/plan.js';
import { formatCount, formatNumber, formatSeconds } from '../../text/figures.js';
import { scaled } from '../../patterns/mechanisms/scaled.js';
import { heldAt, risesOf, type Rise } from './held-load.js';
import type { Intervention, InterventionKind } from './kind.js';
import { fullEarly, UNLIKELY, worsensAfter } from './signs.js';

type Instants = Extract<Arrivals, { readonly kind: 'at' }>;

/** Shares of the load that are tried in turn where it is too high from the start. */
const SHARES: readonly { readonly share: number; readonly words: string }[] = [
  { share: 0.5, words: 'half' },
  { share: 0.25, words: 'a quarter of' },
  { share: 0.125, words: 'an eighth of' },
];

/** A load of so few instants is that of a job, such as a report or a migration, not of users. */
const FEW = 20;

/** A planned rise of a load does not happen, requests at written instants do not come, or the whole load is lower. */
export const load: InterventionKind = {
  kind: 'load',
  of: (plan) =>
    plan.loads.flatMap((own, id) => {
      const subject = plan.components[own.component]!.name;
      const { arrivals } = own;
      const started = startedOf(own, plan);
      if (started !== null) return [notStarted(subject, id, started)];
      const rises = risesOf(arrivals).map((rise) => held(subject, id, own, rise));
      const less = lower(subject, id, arrivals, 0);
      return less === null ? rises : [...rises, less];
    }),
  worth: (variant, { at, subject }, plan) => {
    if (at === undefined) return fullEarly(variant, plan, subject) ? 0.9 : 0;
    return worsensAfter(variant, plan, subject, at) ? 0.95 : UNLIKELY;
  },
};

function held(subject: string, id: number, { arrivals }: PlanLoad, rise: Rise): Intervention {
  const unit = arrivals.kind === 'closed' ? ' users' : '/s';
  const level = `${formatNumber(rise.from)}${unit}`;
  const at = rise.atNs / 1e9;
  return {
    kind: 'load',
    subject,
    part: 'trigger',
    at,
    cause: `the load of ${subject} rises from ${level} to ${formatNumber(rise.to)}${unit}`,
    words: `with ${subject} held at ${level}${at > 0 ? ` from ${formatSeconds(at)} on` : ''}`,
    apply: ({ plan }) => withArrivals(plan, id, heldAt(arrivals, rise)),
  };
}

/** The instants of work that is started a few times, beside a load of users; null for other loads. */
export function startedOf({ arrivals }: PlanLoad, { loads }: Plan): Instants | null {
  return isStarted(arrivals) && loads.some((other) => !isStarted(other.arrivals)) ? arrivals : null;
}

function isStarted(arrivals: Arrivals): arrivals is Instants {
  return arrivals.kind === 'at' && arrivals.timesNs.length <= FEW;
}

/** `the request of deploy`, or `the first of 3 requests of deploy`, to be followed by its time. */
export function startedText(subject: string, { timesNs }: Instants): string {
  const count = timesNs.length;
  return count === 1
    ? `the request of ${subject}`
    : `the first of ${formatCount(count)} requests of ${subject}`;
}

function notStarted(subject: string, id: number, arrivals: Instants): Intervention {
  const at = arrivals.timesNs[0]! / 1e9;
  return {
    kind: 'load',
    subject,
    part: 'trigger',
    at,
    cause: startedText(subject, arrivals),
    words: `without the requests of ${subject}`,
    apply: ({ plan }) => withArrivals(plan, id, { ...arrivals, timesNs: [], requests: null }),
  };
}

/** A share of the load for the whole run; null for loads whose size no factor changes. */
function lower(subject: string, id: number, arrivals: Arrivals, step: number): Intervention | null {
  const own = SHARES[step];
  const fewer = own === undefined ? null : times(arrivals, own.share);
  if (own === undefined || fewer === null) return null;
  const stronger = lower(subject, id, arrivals, step + 1);
  return {
    kind: 'load',
    subject,
    part: 'condition',
    words: `with ${own.words} the load of ${subject}`,
    apply: ({ plan }) => withArrivals(plan, id, fewer),
    ...(stronger === null ? {} : { stronger }),
  };
}

function withArrivals(plan: Plan, id: number, arrivals: Arrivals): Plan {
  return {
    ...plan,
    loads: plan.loads.map((own, index) => (index === id ? { ...own, arrivals } : own)),
  };
}

function times(arrivals: Arrivals, share: number): Arrivals | null {
  switch (arrivals.kind) {
    case 'poisson':
    case 'constant':
      return { ...arrivals, rate: arrivals.rate * share };
    case 'stages':
      return { ...arrivals, ...stagesTimes(arrivals, share) };
    case 'burst':
      return { ...arrivals, base: arrivals.base * share, peak: arrivals.peak * share };
    case 'sinusoid':
      return { ...arrivals, mean: arrivals.mean * share, amplitude: arrivals.amplitude * share };
    case 'renewal':
      return { ...arrivals, gap: scaled(arrivals.gap, 1 / share) };
    case 'closed': {
      const users = Math.floor(arrivals.users * share);
      const { ramp } = arrivals;
      if (users < 1) return null;
      return { ...arrivals, users, ramp: ramp === null ? null : stagesTimes(ramp, share) };
    }
    // Recorded instants have no rate.
    case 'at':
      return null;
  }
}

function stagesTimes({ start, stages }: Stages, share: number): Stages {
  return {
    start: start * share,
    stages: stages.map(({ durationNs, target }) => ({ durationNs, target: target * share })),
  };
}
