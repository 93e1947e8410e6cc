import { engine } from '../../../kernel/engine.js';
import { unit, type StreamKey } from '../../../kernel/rng.js';
import type { Ns } from '../../../kernel/time.js';
import { HINTED, type Outcome } from '../../../contracts/outcome.js';
import type { Run } from '../../data/run.js';
import { levels } from '../../data/figures/levels.js';
import { RETURN, strands } from '../../data/strands/strands.js';

export interface InjectionsParts extends Run {
  readonly partInjections: (Injections | null)[];
  readonly instanceInjections: (Injections | null)[];
  readonly tasks: { takesErrors(owner: number): boolean };
}

/** A token bucket without reservations: a request takes a token or is refused. */
export interface Tokens {
  /** Time until the next token is available, 0 if there is one. Changes nothing. */
  waitNs(now: Ns): Ns;
  /** Takes an available token. */
  take(now: Ns): void;
}

/** Limits and errors that active faults impose on a part or an instance. */
export interface Injections {
  readonly throttles: readonly Throttle[];
  readonly ceilings: readonly Ceiling[];
  readonly errors: readonly Injection[];
}

/** The limit or the error that one edit of a fault imposes. */
export type Injected =
  { readonly throttle: Throttle } | { readonly ceiling: Ceiling } | { readonly error: Injection };

/** >= 0: a component, whose instances share their limits; below 0: a part. */
export type InjectionSubject = number;

/** The largest number of requests in a process, in progress and queued; further ones are refused. */
export interface Ceiling {
  readonly most: number;
  readonly refusal: Outcome;
}

/** A limit that a fault imposes on a component or a part: one for all instances that it hits. */
export interface Throttle {
  readonly tokens: Tokens;
  readonly refusal: number;
  /** Unit of the Retry-After of its refusals; 0 if they carry none. */
  readonly grainNs: Ns;
}

/** A share of requests fails. */
export interface Injection {
  readonly share: number;
  readonly afterWork: boolean;
  /** Bits of DISK: only requests that use the disk in one of these ways fail; 0 = all requests. */
  readonly disk: number;
  readonly outcome: number;
  readonly key: StreamKey;
}

/** Indices of the draws of injected errors, separate from those of the links. */
const INJECTION_INDEX = 200;

/**
 * The outcome that faults inject when a request arrives. Throttles come first because they see every request, then the
 * ceilings of processes, then errors. An outcome before the work is returned, to be answered at once. An error after the work is recorded in the
 * strand and replaces its final outcome. 0 = none before the work.
 */
export function injectedOutcome(world: InjectionsParts, strand: number): Outcome {
  const ofPart = world.partInjections[strands.part[strand]];
  const ofInstance = world.instanceInjections[strands.instance[strand]];
  if (ofPart === null && ofInstance === null) return 0;
  const isTask = strands.returns[strand] === RETURN.task;
  if (isTask && !world.tasks.takesErrors(strands.from[strand])) return 0;
  return (
    throttled(strand, ofPart, ofInstance) ||
    crowded(world, strand, ofInstance) ||
    inject(world, strand, ofPart) ||
    inject(world, strand, ofInstance)
  );
}

/** A request passes all throttles or takes a token of none. The throttle with the longest wait refuses it. */
function throttled(
  strand: number,
  ofPart: Injections | null,
  ofInstance: Injections | null,
): Outcome {
  let waitNs: Ns = 0;
  let last: Throttle | null = null;
  for (const throttle of limitsOf(ofPart, ofInstance)) {
    const ownNs = throttle.tokens.waitNs(engine.now);
    if (ownNs <= waitNs) continue;
    waitNs = ownNs;
    last = throttle;
  }
  if (last === null) {
    for (const { tokens } of limitsOf(ofPart, ofInstance)) tokens.take(engine.now);
    return 0;
  }
  const { refusal, grainNs } = last;
  if (grainNs === 0) return refusal;
  strands.hint[strand] = Math.ceil(waitNs / grainNs) * grainNs;
  return refusal | HINTED;
}

function limitsOf(ofPart: Injections | null, ofInstance: Injections | null): readonly Throttle[] {
  if (ofPart === null) return ofInstance === null ? [] : ofInstance.throttles;
  return ofInstance === null ? ofPart.throttles : [...ofPart.throttles, ...ofInstance.throttles];
}

/** A request that finds as many others in its process as may be there is refused. */
function crowded(
  { instances }: InjectionsParts,
  strand: number,
  ofInstance: Injections | null,
): Outcome {
  if (ofInstance === null || ofInstance.ceilings.length === 0) return 0;
  const { concurrencyGauge, queue } = instances[strands.instance[strand]];
  const inside = levels.value(concurrencyGauge) + queue.length;
  for (const { most, refusal } of ofInstance.ceilings) if (inside >= most) return refusal;
  return 0;
}

function inject({ plan }: InjectionsParts, strand: number, injections: Injections | null): Outcome {
  if (injections === null) return 0;
  const { disk } = plan.parts[strands.part[strand]];
  for (const error of injections.errors) {
    if (error.disk !== 0 && (error.disk & disk) === 0) continue;
    if (!isHit(strand, error)) continue;
    if (!error.afterWork) return error.outcome;
    strands.injected[strand] = error.outcome;
  }
  return 0;
}

function isHit(strand: number, { key, share }: Injection): boolean {
  const { lineageA, lineageB } = strands;
  return unit(key.a, key.b, lineageA[strand], lineageB[strand], INJECTION_INDEX) < share;
}
