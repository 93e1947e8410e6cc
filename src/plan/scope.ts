import { CALL_MODE } from '../contracts/plan/program.js';
import type { Outbox } from '../contracts/scenario/outbox.js';
import type { Label } from './assembler.js';
import type { StepNames } from './identity.js';
import type { LaidPart } from './layout.js';

export type Failure =
  /** It ends the strand. */
  | { readonly kind: 'end' }
  /** The failure is ignored: the program continues at the label, directly after the step. */
  | { readonly kind: 'ignore'; readonly after: Label }
  | { readonly kind: 'jump'; readonly to: Label }
  /** As `jump`, and the act at the label gets the outcome. */
  | { readonly kind: 'keep'; readonly to: Label };

/** Meaning of `respond` in this scope. */
export type Answer =
  /** It responds to the request. */
  | { readonly kind: 'request' }
  /** It ends a `self` call; the program continues at the label. */
  | { readonly kind: 'self'; readonly after: Label }
  /** It ends the steps of a fallback and is their response. */
  | { readonly kind: 'instead' }
  /** The strand cannot respond. */
  | { readonly kind: 'never' };

/** A `load` that a later append can refer to. */
export interface LoadPlace {
  readonly slot: number;
  /** Register that counts the restarts from this load; -1 = there are none. */
  readonly register: number;
  /** First instruction of the load, once it is written. */
  place: number;
}

const NO_LOADS: ReadonlyMap<string, LoadPlace> = new Map();

/** The context in which a step is written. */
export interface Scope {
  readonly part: LaidPart;
  readonly names: StepNames;
  /** Path of the part, for messages. */
  readonly where: string;
  /** Number of enclosing loops, which is the next free register. */
  readonly loops: number;
  readonly failure: Failure;
  readonly answer: Answer;
  /** Writes the work of middleware on a successful response. */
  readonly closing: () => void;
  /** Mode of a strand that ends with the failure of a call: END relays the outcome, PASS keeps it unchanged. */
  readonly uncaught: 0 | 3;
  /** Table of statuses for uncaught failures; -1 = none. */
  readonly answers: number;
  /** By store and key: the streams that this strand has loaded. */
  readonly loads: ReadonlyMap<string, LoadPlace>;
  /** Databases of the enclosing transactions, innermost last. */
  readonly transactions: readonly string[];
  /** By database of an enclosing transaction with shards: the key whose value selects the shard. */
  readonly shardKeys: ReadonlyMap<string, string>;
  /** Keys that enclosing steps have locked. */
  readonly locks: readonly string[];
  /** Calls for which it is a fallback, outermost first, as provisional edges. */
  readonly instead: readonly number[];
}

const NONE: readonly string[] = [];

/** Scope of steps inside a compound step: an ignored failure jumps to the end of the compound step. */
export function inside(scope: Scope): Scope {
  const { failure } = scope;
  if (failure.kind !== 'ignore') return scope;
  return { ...scope, failure: { kind: 'jump', to: failure.after } };
}

/** Scope of a separate strand: a branch or background work. */
export function strand(scope: Scope): Scope {
  const own = { failure: { kind: 'end' }, answer: { kind: 'never' }, answers: -1 } as const;
  const alone = { transactions: NONE, locks: scope.locks, loads: NO_LOADS };
  return { ...scope, ...own, ...alone };
}

/**
 * Scope of the steps of a fallback: a separate strand whose failures become those of the call. `names` are the same for
 * all calls that use it.
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

/** CALL_MODE of the scope, and the label to jump to. */
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
