import { CALL_MODE } from '../spec/plan/program.js';
import type { Outbox } from '../spec/scenario/messaging.js';
import type { Label } from './assembler.js';
import type { StepNames } from './identity.js';
import type { LaidPart } from './layout.js';

/** Where a failure goes. */
export type Failure =
  /** It ends the strand. */
  | { readonly kind: 'end' }
  /** It is ignored: the program goes on right behind the step, where the label is. */
  | { readonly kind: 'ignore'; readonly after: Label }
  | { readonly kind: 'jump'; readonly to: Label }
  /** As jump, and the instruction there is handed the outcome. */
  | { readonly kind: 'keep'; readonly to: Label };

/** What `respond` does here. */
export type Answer =
  /** It answers the request. */
  | { readonly kind: 'request' }
  /** It ends a `self` call, behind which the label is. */
  | { readonly kind: 'self'; readonly after: Label }
  /** It ends the steps of a fallback, whose answer it is. */
  | { readonly kind: 'instead' }
  /** The strand is not the one that answers. */
  | { readonly kind: 'never' };

/** A `load` to which an append behind it may refer. */
export interface LoadPlace {
  readonly slot: number;
  /** Register that counts how often the program has come back to it; -1 = it never does. */
  readonly register: number;
  /** First instruction of the load, once it is written. */
  place: number;
}

const NO_LOADS: ReadonlyMap<string, LoadPlace> = new Map();

/** The surroundings of a step. */
export interface Scope {
  /** The part that calls. */
  readonly part: LaidPart;
  readonly names: StepNames;
  /** Path of the part, for messages. */
  readonly where: string;
  /** Loops around this step: the number of the next free register. */
  readonly loops: number;
  readonly failure: Failure;
  readonly answer: Answer;
  /** Writes what middleware does with a successful answer. */
  readonly closing: () => void;
  /** What ends a strand with the failure of a call: END relays it, PASS hands it on as it is. */
  readonly uncaught: 0 | 3;
  /** Table of the statuses with which an uncaught failure is answered instead, -1 = none. */
  readonly answers: number;
  /** The streams that this strand has loaded before, by store and key. */
  readonly loads: ReadonlyMap<string, LoadPlace>;
  /** Databases over whose transactions its queries go, innermost last. */
  readonly transactions: readonly string[];
  /** Of those with shards: the key by whose value each is at one. */
  readonly shardKeys: ReadonlyMap<string, string>;
  /** Keys that it has locked already. */
  readonly locks: readonly string[];
  /** The calls in whose place it runs, one inside the other: their provisional edges. */
  readonly instead: readonly number[];
}

const NONE: readonly string[] = [];

/** The scope of steps inside a compound one: they cannot just go on when they fail. */
export function inside(scope: Scope): Scope {
  const { failure } = scope;
  if (failure.kind !== 'ignore') return scope;
  return { ...scope, failure: { kind: 'jump', to: failure.after } };
}

/** The scope of a strand of its own: a branch or background work. */
export function strand(scope: Scope): Scope {
  const own = { failure: { kind: 'end' }, answer: { kind: 'never' }, answers: -1 } as const;
  const alone = { transactions: NONE, locks: scope.locks, loads: NO_LOADS };
  return { ...scope, ...own, ...alone };
}

/**
 * The scope of the steps of a fallback: a strand of its own, whose failures become those of the call. `names` are the
 * same wherever the call is.
 */
export function ofFallback(scope: Scope, names: StepNames, instead: readonly number[]): Scope {
  return {
    ...strand(scope),
    names,
    loops: 0,
    locks: NONE,
    answer: { kind: 'instead' },
    uncaught: CALL_MODE.PASS,
    instead,
  };
}

/** CALL_MODE of this scope, and the label to jump to. */
export function modeOf(scope: Scope): { readonly mode: number; readonly target: Label | null } {
  switch (scope.failure.kind) {
    case 'end':
      if (scope.answers >= 0) return { mode: CALL_MODE.ANSWER, target: null };
      return { mode: scope.uncaught, target: null };
    case 'ignore':
      return { mode: CALL_MODE.OPTIONAL, target: null };
    case 'keep':
      return { mode: CALL_MODE.KEEP, target: scope.failure.to };
    case 'jump':
      return { mode: CALL_MODE.JUMP, target: scope.failure.to };
  }
}

/** The outbox of the service whose endpoint contains the step. */
export function outboxOf({ part }: Scope): Outbox | null {
  const { source } = part.component;
  return source.kind === 'service' ? source.host.outbox : null;
}
