import type { Ns } from '../../kernel/time.js';
import type { Held, HeldEdit, Knob, KnobEdit, TargetWords } from '../../model/faults/knob.js';
import type {
  Injected,
  Injections,
  InjectionSubject,
  Throttle,
  Tokens,
} from '../../model/resources/serving/injections.js';
import { OUTCOME, outcomeOfStatus, withStatus, type Outcome } from '../../contracts/outcome.js';
import { formatNumber, formatShare } from '../../text/figures.js';
import { OF_PROCESSES } from './usual.js';

export interface Errors {
  /** HTTP status of the errors; null = the connection or its stream is reset instead. */
  readonly status: number | null;
}

interface Limit {
  /** HTTP status of the refusals. */
  readonly status: number;
  /** Unit to which Retry-After is rounded; 0 = refusals carry none. */
  readonly grainNs: Ns;
  /** A new supply of tokens, in its state at the start of the fault. */
  tokens(): Tokens;
}

/** Applies the responses that faults inject for an instance or a part. */
export const injecting: Pick<Knob, 'instance' | 'part'> = {
  instance({ world }, { id, component }, held) {
    world.instanceInjections[id] = injectionsOf(held, component);
  },
  part({ world }, part, held) {
    world.partInjections[part] = injectionsOf(held, -1 - part);
  },
};

export const IDLE_AT_KAFKA =
  'its nodes do not answer single requests: use crash, hang, pause or slow';

/** Share of requests that fail on arrival, before any work; each fault draws its own. */
export const errorBefore: Knob<Errors> = {
  // It does not outlast its fault: callers may try failed requests again until they succeed.
  ...OF_PROCESSES,
  name: 'errorBefore',
  combine: 'each',
  neutral: 0,
  bounds: ({ value }) => ({ failed: value, slower: 1 / (1 - value), lateNs: 0 }),
  need: () => null,
  words: errorWords,
  idleAtKafka: IDLE_AT_KAFKA,
  injects: (one) => failing(one, false, 0),
  ...injecting,
};

/** Share of requests that fail after the work was done. */
export const errorAfter: Knob<Errors> = {
  ...errorBefore,
  name: 'errorAfter',
  injects: (one) => failing(one, true, 0),
};

/** Requests admitted per second; each fault has its own limit. */
export const throttled: Knob<Limit> = {
  ...OF_PROCESSES,
  bounds: () => null,
  name: 'throttled',
  combine: 'each',
  neutral: 0,
  need: () => null,
  words: ({ value }, { does, fault }) =>
    `${does('lets', 'let')} only ${formatNumber(value)}/s through${fault.target.length > 1 ? ' each' : ''}`,
  idleAtKafka: 'above a quota it makes its clients wait instead of refusing requests',
  injects: (one, subject) => ({ throttle: throttleOf(one, subject) }),
  ...injecting,
};

function errorWords({ value, more }: KnobEdit<Errors>, { does, isMany }: TargetWords): string {
  const amount = value < 1 ? ` ${formatShare(value)} of ${isMany ? 'their' : 'its'} requests` : '';
  if (more.status === null)
    return `${does('resets', 'reset')}${amount === '' ? ' all requests' : amount}`;
  return `${does('fails', 'fail')}${amount} with ${more.status}`;
}

/** The responses that the edits of all faults inject for a subject, in the order of the faults. */
function injectionsOf(held: Held, subject: InjectionSubject): Injections | null {
  const injected = held.all.flatMap((one) => one.edit.knob.injects?.(one, subject) ?? []);
  if (injected.length === 0) return null;
  return {
    throttles: injected.flatMap((one) => ('throttle' in one ? one.throttle : [])),
    ceilings: injected.flatMap((one) => ('ceiling' in one ? one.ceiling : [])),
    errors: injected.flatMap((one) => ('error' in one ? one.error : [])),
  };
}

/** The requests that an edit makes fail. `disk`: see Injection. */
export function failing(
  { edit, active }: HeldEdit<Errors>,
  afterWork: boolean,
  disk: number,
): Injected {
  const { status } = edit.more;
  return {
    error: {
      share: edit.value,
      afterWork,
      disk,
      outcome: status === null ? OUTCOME.reset : outcomeOfStatus(status),
      key: active.key,
    },
  };
}

/** The tokens stay with the fault, so they survive when other faults start or end. */
function throttleOf({ edit, active }: HeldEdit<Limit>, subject: number): Throttle {
  const { status, grainNs } = edit.more;
  let tokens = active.tokens.get(subject);
  if (tokens === undefined) {
    tokens = edit.more.tokens();
    active.tokens.set(subject, tokens);
  }
  return { tokens, refusal: throttledWith(status), grainNs };
}

/** A 4xx refusal counts as throttling, whatever its status (DynamoDB: 400). A 5xx refusal counts as its status says. */
function throttledWith(status: number): Outcome {
  return status < 500 ? withStatus(OUTCOME.throttled, status) : outcomeOfStatus(status);
}
