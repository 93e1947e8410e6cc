import type { CauseFact, CauseKind, CauseRef, Resource } from '../../contracts/result/cause.js';
import type {
  CounterfactualIntervention,
  InterventionRole,
} from '../../contracts/result/counterfactual.js';
import { DEGRADATIONS } from '../../contracts/result/degradations.js';
import type { Story } from '../measure/story.js';

/** More room, or less load throughout, helps against nearly all causes. */
const WEAK: ReadonlySet<CauseKind> = new Set<CauseKind>(['capacity', 'load']);
/** Without such a change most of the harm is gone, or users recover. */
const DECISIVE: ReadonlySet<InterventionRole> = new Set<InterventionRole>(['cause', 'sustainer']);
const LOADS: ReadonlySet<CauseKind> = new Set<CauseKind>(['load']);
/** The measured start of a rise may come this much before the planned one. Seconds. */
const EARLY = 1;

/** An intervention, and what further runs have shown of it. */
type ProvenChange = CauseRef & Pick<CounterfactualIntervention, 'cause' | 'at' | 'words' | 'role'>;

/** What further runs show besides single changes. */
interface Seen {
  /** Users show all that goes wrong. */
  readonly isSeen: boolean;
  /** The share of the harm that is there without any fault; null without harm to requests. */
  readonly rest: number | null;
}

/** With a smaller share of the harm that is there without any fault, a condition alone is no cause. */
const SOME = 0.05;

/**
 * The causes that are no faults, as further runs show them: those that change nothing go, and those without which there
 * is no harm either, since it needs a fault; those that do most are causes, and those that the account has missed are
 * added.
 */
export function provenConditions(
  causes: readonly CauseFact[],
  interventions: readonly ProvenChange[],
  events: Story['events'],
  { isSeen, rest }: Seen,
): readonly CauseFact[] {
  const isByFaults = isSeen && rest !== null && rest < SOME;
  const kept = causes.flatMap((cause): readonly CauseFact[] => {
    const role = interventionOf(cause, interventions)?.role;
    if (role === 'none' && isSeen) return [];
    const isAlone = cause.fault === undefined && cause.role === 'cause' && cause.share !== null;
    // A rise of the load may be needed beside the fault.
    if (isByFaults && isAlone && cause.unit !== 'times' && role !== 'cause') return [];
    return [role === 'cause' ? { ...cause, role } : cause];
  });
  const found = [...kept];
  // A rise of the load says more than a load that is too high throughout.
  const rises = interventions.filter(({ at }) => at !== undefined);
  for (const one of [...rises, ...interventions.filter(({ at }) => at === undefined)]) {
    if (one.role !== 'cause') continue;
    const isWeak = WEAK.has(one.kind) && one.at === undefined;
    // A cause without which most of the harm remains explains nothing away, nor does one that no run has shown, unless
    // it is a load, of which a ceiling is a part.
    const isEnough = (cause: CauseFact): boolean =>
      [one, cause].some(({ kind }) => LOADS.has(kind)) ||
      DECISIVE.has(interventionOf(cause, interventions)?.role ?? 'none');
    const isKnown = found.some(
      (cause) =>
        cause.kind === one.kind ||
        (isWeak && cause.role === 'cause' && cause.fault === undefined && isEnough(cause)),
    );
    if (!isKnown) found.push(factOf(one, events, rest));
  }
  return found;
}

/** The intervention that takes a cause away; of several rises of a load the last one before its effect. */
export function interventionOf<Change extends ProvenChange>(
  cause: CauseFact,
  interventions: readonly Change[],
): Change | undefined {
  if (cause.fault !== undefined) return undefined;
  const isRise = cause.unit === 'times';
  const same = interventions.filter(
    ({ kind, subject, resource, at }) =>
      kind === cause.kind &&
      subject === cause.subject &&
      resource === cause.resource &&
      (isRise ? at !== undefined && at <= cause.at + EARLY : at === undefined),
  );
  return same.reduce<Change | undefined>(
    (last, one) => (last === undefined || (one.at ?? 0) > (last.at ?? 0) ? one : last),
    undefined,
  );
}

function factOf(
  { kind, subject, resource, cause, at, words }: ProvenChange,
  events: Story['events'],
  rest: number | null,
): CauseFact {
  const first = events.find((event) => DEGRADATIONS.includes(event.kind));
  return {
    kind,
    subject,
    ...(resource === undefined ? {} : { resource }),
    role: 'cause',
    at: at ?? first?.at ?? 0,
    until: null,
    text: cause ?? CAUSE_TEXTS[kind](subject, resource),
    value: null,
    unit: at === undefined ? null : 'times',
    mechanism: null,
    evidence: at === undefined ? `averted ${words}` : '',
    share: rest,
  };
}

const SHORT: Readonly<Record<Resource, string>> = {
  workers: 'too few workers',
  cores: 'too few cores',
  connections: 'too few connections',
  queue: 'too short a queue',
  memory: 'too little memory',
  bandwidth: 'too little bandwidth',
  consumers: 'too few consumers',
  segments: 'too few segments',
  concurrency: 'too few executions at once',
  relay: 'too few rows in each poll of its outbox',
};

/** `front->mid` in words. */
function pairOf(edge: string): string {
  return edge.replace('->', ' to ');
}

/** The words of a cause that has no figure, by its kind. */
export const CAUSE_TEXTS: Readonly<
  Record<CauseKind, (subject: string, resource?: Resource) => string>
> = {
  fault: (subject) => subject,
  rollout: (subject) => `the new version of ${subject}`,
  load: (subject) => `the load of ${subject} is too high`,
  capacity: (subject, resource = 'workers') => `${subject} has ${SHORT[resource]}`,
  collections: (subject) => `the garbage collections of ${subject} stop it`,
  coldStarts: (subject) => `new instances of ${subject} are slow at first`,
  locks: (subject) => `requests of ${subject} wait for a lock`,
  leak: (subject) => `${subject} leaks`,
  poison: (subject) => `${subject} has a message that its consumer cannot process`,
  hotKeys: (subject) => `one partition of ${subject} gets most of its messages`,
  limit: (subject) => `${subject} refuses requests above its rate limit`,
  scaling: (subject) => `the autoscaler of ${subject} is too slow for the load`,
  start: (subject) => `${subject} starts with too few instances for the load`,
  errors: (subject) => `${subject} fails requests itself`,
  retries: (subject) => `the retries of ${pairOf(subject)}`,
  hedges: (subject) => `the hedges of ${pairOf(subject)}`,
  cacheFill: (subject) => `the misses of ${subject} overload what fills it`,
  probes: (subject) => `the probes of ${subject} take instances away`,
  setting: (subject) => `the present value of ${subject}`,
  rebalances: (subject) => `the rebalances of ${subject} stop its consumers`,
  redeliveries: (subject) => `the redeliveries of ${subject}`,
  breakers: (subject) => `the breaker of ${pairOf(subject)} refuses calls`,
  outliers: (subject) => `the outlier detection of ${pairOf(subject)} excludes instances`,
  timeouts: (subject) => `calls of ${pairOf(subject)} end at their timeout`,
  fallbacks: (subject) => `the fallback of ${pairOf(subject)} adds work`,
};
