import type { z } from 'zod';
import type { Distribution, Samplers } from '../kernel/distribution.js';
import type { StreamKey } from '../kernel/rng.js';
import type { Lane } from '../kernel/lanes.js';
import type { Ns } from '../kernel/time.js';
import type { Outcome, OutcomeName } from './outcome.js';
import type { PolicyName, PolicyTraits } from './policy-traits.js';

/**
 * The run-time half of one policy. One object stands in the chains of every call that shares its
 * state. A frame is a call under way, a layer is the place of this policy in that call's chain.
 *
 * The machinery guarantees: each PASS is matched by exactly one leave or cancel; a refusing layer is
 * never left; timers of a layer die when the layer is left, cancelled, granted or refused.
 */
export interface PolicyState {
  /** PASS, PARK (the policy will resume or reject), or an outcome that refuses the call. */
  enter(frame: number, layer: number): number;
  /** The inside has ended: the outcome to hand outward, or HOLD (the policy will reenter or finish). */
  leave(frame: number, layer: number, outcome: Outcome): number;
  /** The call was given up from outside. Give back what enter took; `parked` = it was waiting in here. */
  cancel(frame: number, layer: number, parked: boolean): void;
  timer?(frame: number, layer: number): void;
  /** Whether a call that waits in here is refused at the end of its wait, whatever comes. */
  isDoomed?(frame: number, layer: number): boolean;
  /** A forked sibling of this frame has ended. */
  child?(frame: number, layer: number, child: number, outcome: Outcome): void;
  /** The caller instance that owns this state has restarted: forget everything. held() is 0 by then. */
  reset?(): void;
  /** Permits, waiters and forks held now. Must be 0 when nothing is in flight. */
  held(): number;
  /**
   * True when a new state in its place would decide the same from now on, whatever comes; so no call
   * is inside. Where there is one for each value of a key, those without it are kept for ever.
   */
  isIdle?(now: Ns): boolean;
  /** Limits on the connections of the calls it stands in front of. */
  readonly limits?: ConnectionLimits;
  /** Where decisions are taken from a local copy: true when that about this call needs the store itself. */
  asks?(frame: number): boolean;
}

/** Limits of a policy that the pools of its calls heed; those keep the counts where `hasPools`. */
export interface ConnectionLimits {
  readonly maxConnections: number;
  /** Attempts that wait for a connection, those included that one is being opened for. */
  readonly maxPending: number;
  /** Attempts on a connection. */
  readonly maxRequests: number;
  hasPools: boolean;
  /** What exceeds them is only counted. */
  isDry: boolean;
  connections: number;
  pending: number;
  requests: number;
}

/** Counters of an edge that policies feed; the index is the place in EDGE_COUNTERS. */
export const EDGE_COUNTERS = [
  'retries',
  'budgetDenied',
  'hedges',
  'breakerRejected',
  'bulkheadRejected',
  'rateLimited',
  'fallbacks',
  'poolTimeouts',
  'wouldReject',
  'throttleRejected',
  'coalesced',
  'hinted',
  'connects',
  'poolOverflows',
  'goodbyes',
  'raced',
  'hedgesDropped',
  'leaks',
] as const;
export type EdgeCounter = (typeof EDGE_COUNTERS)[number];
export const EDGE_COUNTER = Object.freeze(
  Object.fromEntries(EDGE_COUNTERS.map((name, index) => [name, index])),
) as Readonly<Record<EdgeCounter, number>>;

/** What policies whose state may be in a store say to whom they refuse, and where that is counted. */
export const LOCAL_REFUSALS: Readonly<
  Record<string, { readonly outcome: OutcomeName; readonly counter: EdgeCounter }>
> = Object.freeze({
  circuitBreaker: { outcome: 'rejectedBreaker', counter: 'breakerRejected' },
  bulkhead: { outcome: 'rejectedBulkhead', counter: 'bulkheadRejected' },
  concurrencyLimit: { outcome: 'rejectedBulkhead', counter: 'bulkheadRejected' },
  rateLimit: { outcome: 'rejectedRateLimit', counter: 'rateLimited' },
  throttle: { outcome: 'rejectedRateLimit', counter: 'throttleRejected' },
});

/** What a policy may do to a frame. All times are integer ns. */
export interface CallContext {
  readonly now: Ns;
  /** While cancel() runs: the reason for which the call was ended from outside, see killBelow. */
  readonly cancelledAs: Outcome;
  /** After PARK: go on inward, through the instant ring; voids the layer's timers. */
  resume(frame: number, layer: number): void;
  /** After PARK: refuse with this outcome. */
  reject(frame: number, layer: number, outcome: Outcome): void;
  /** As reject, through the instant ring: for ends of other calls that are seen from inside a layer. */
  settle(frame: number, layer: number, outcome: Outcome): void;
  /** After HOLD: enter the layers inside again after the delay (phase 3) as the next attempt. */
  reenter(frame: number, layer: number, delayNs: Ns): void;
  /**
   * From now on the attempts of this call keep away from the instances of the earlier ones, as far as
   * five picks allow. Called before each reenter().
   */
  avoidTried(frame: number): void;
  /** After HOLD, or from timer(): leave this layer outward with the outcome. */
  finish(frame: number, layer: number, outcome: Outcome): void;
  /**
   * Cancel everything inside this layer (outer to inner), the attempt on the wire included; it is
   * booked as `outcome`, and so are the layers told (`cancelledAs`): timeout, deadlineExceeded, or cancelled (a lost hedge).
   */
  killBelow(frame: number, layer: number, outcome: Outcome, tellCallee: boolean): void;
  /**
   * The nth sibling (from 1) of this frame, which starts below this layer; its end comes to child().
   * `elsewhere`: its attempts avoid the callee instances that attempts of this call have used.
   */
  fork(frame: number, layer: number, nth: number, elsewhere: boolean): number;
  killChild(child: number): void;
  /**
   * From now on the servers of a frame know of those of another: that which begins an attempt tells the
   * other, which drops what it has not begun as `cancelled`. A frame is tied to itself while the
   * other is still to come, and to -1 no more. Only for kinds that are `tied`.
   */
  tie(frame: number, other: number): void;
  /**
   * The call that the bundle names as its fallback, made for this frame under a bundle of its own, or
   * the steps that the caller runs as that; their end comes to child(), and killChild() gives them up.
   */
  instead(frame: number, layer: number): number;
  /**
   * Asks the store of a layer, by the number of that layer in the bundle: a call of its own, whose end
   * comes to child(), and killChild() gives it up.
   */
  ask(frame: number, layer: number, question: number): number;
  /** Arms a constant-delay timer: timer(frame, layer) is called unless the layer is left before. */
  arm(lane: Lane, frame: number, layer: number): void;
  /** The same for a delay that is not constant, through the heap (phase 2). */
  after(delayNs: Ns, frame: number, layer: number): void;
  /** One integer of each layer per frame; survives reenter. It is NOT cleared on entry. */
  word(frame: number, layer: number): number;
  setWord(frame: number, layer: number, value: number): void;
  /** Lineage words of the call, for draws: unit(key.a, key.b, lineageA, lineageB, index). */
  lineageA(frame: number): number;
  lineageB(frame: number): number;
  /** True once the call has had more than one attempt under way at once. */
  hedged(frame: number): boolean;
  /** Tries made so far in this call, 1 for the first. */
  attemptNumber(frame: number): number;
  /** Absolute time at which the call must have ended; Infinity without a deadline. */
  deadline(frame: number): Ns;
  setDeadline(frame: number, at: Ns): void;
  /** True when repeating the call cannot do harm: the callee endpoint is idempotent or read-only. */
  idempotent(frame: number): boolean;
  /**
   * When the callee wants to be asked again, in ns from now, or NEVER_AGAIN. Only for the frame and
   * during the leave() or child() whose outcome isHinted.
   */
  hint(frame: number): Ns;
  /** Hands on a hint with an outcome that was another frame's, as a hedge's. */
  setHint(frame: number, hint: Ns): void;
  /** Adds one to a counter of the frame's edge, see EDGE_COUNTER. */
  count(frame: number, counter: number): void;
}

/** A timer of a policy itself, bound to no call. */
export interface Alarm {
  /** Runs the alarm at this time (phase 2), not before now; replaces what was set before. */
  set(at: Ns): void;
  clear(): void;
}

/** One instance of a callee, as the calls that share a policy's state see it. */
export interface Target {
  /** Whether balancers of these callers may pick it; they may at first. */
  setOpen(isOpen: boolean): void;
}

/** What create() is given. */
export interface PolicySetup {
  readonly ctx: CallContext;
  readonly samplers: Samplers;
  /** Registers a distribution; draw with samplers.draw(id, key.a, key.b, lineageA, lineageB, index). */
  sampler(distribution: Distribution): number;
  /** Value of the key by which the state is split for a call; null where it is not. */
  readonly keyOf: ((frame: number) => number) | null;
  /** The key of a random stream, named by the edge and this policy, and by `meaning`. */
  stream(meaning: string): StreamKey;
  /** The lane of a constant delay, whose timers come to timer(). */
  lane(delayNs: Ns): Lane;
  /** The instance that this state is about where it is `per: target`, else null. reset() has to
   * open it. */
  readonly target: Target | null;
  /** The limiter of this process over a store of several, where the kind has `nodes`; else null. */
  readonly node: LimiterState | null;
  /** A timer of the policy itself; reset() has to clear it. */
  alarm(run: () => void): Alarm;
  /**
   * Registers a state machine to be journalled, such as a breaker. `set` notes a transition to one of
   * `states` (its index); the machine starts in state 0.
   */
  machine(states: readonly string[]): { set(state: number): void };
}

/** A limiter that stands in a server's middleware: no frames, only requests of a key. */
export interface LimiterState {
  /** 0 = go on, above 0 = wait so many ns, -1 = refused. `key` is 0 where no key is given. */
  take(now: Ns, key: number): Ns;
  /** Where decisions are taken from a local copy: true when this one needs the store itself. */
  asks?(now: Ns, key: number): boolean;
  /** After a refusal: time until a request of this key could be let through. */
  retryNs(now: Ns, key: number): Ns;
  reset(): void;
}

/** Whose state it is by the library's own words, and what a store that fails means to it. */
export interface Sharing {
  readonly scope: 'instance' | 'caller';
  readonly onError: 'allow' | 'reject';
}

/** The key of the address of who calls; no declared key has a name like this. */
export const ADDRESS_KEY = 'peer address';

/** A limit on the requests under way in a server: no frames, only requests. */
export interface GateState {
  /** How many are under way with this one, or 0 when it is refused. */
  enter(now: Ns): number;
  /** One that was let in at `beganAt` as the `inflight`th has its answer. Lineage of it, for draws. */
  leave(
    now: Ns,
    beganAt: Ns,
    inflight: number,
    outcome: Outcome,
    lineageA: number,
    lineageB: number,
  ): void;
  /** One was given up before it had an answer: it says nothing about the load. */
  cancel(): void;
  reset(now: Ns): void;
  held(): number;
  /** True when a new one in its place would decide the same from now on; nobody is inside then. */
  isIdle(): boolean;
}

/** One named kind of a policy, such as `gobreaker` of `circuitBreaker`: schema, behaviour, documentation. */
export interface PolicyKind<P extends PolicyName = PolicyName, S extends z.ZodType = z.ZodType> {
  /** The policy it is a kind of: the key in a bundle, such as `circuitBreaker`. */
  readonly policy: P;
  /** Name of the kind, such as `gobreaker`; the default kind of a policy may be left out in YAML. */
  readonly kind: string;
  readonly isDefault: boolean;
  readonly summary: string;
  /** Public sources the behaviour was taken from. */
  readonly sources: readonly string[];
  /** `call`: usually outside retry, once per call; `attempt`: usually inside, once per try. */
  readonly level: 'call' | 'attempt';
  /** Strict object, in long form, WITHOUT the field `kind`; every field described. */
  readonly schema: S;
  /** A YAML bundle (the value of one entry of `policies`) in which it visibly acts. */
  readonly example: string;
  /** What lint and reports need to know about it as it is configured. */
  traits(config: z.output<S>): PolicyTraits[P];
  /** 'none': holds no state of its own beyond the frame, so one object serves every caller. */
  readonly state: 'none' | 'scoped';
  /** It ties attempts to each other. */
  readonly tied?: true;
  /** Its state holds answers, which only calls of one endpoint may share: `per` is `endpoint`. */
  readonly perEndpoint?: true;
  /** It is about one instance called, whatever the user writes: `per: target`. */
  readonly perTarget?: true;
  /** With every instance shut by this kind callers pick among all of them. */
  readonly failsOpen?: true;
  /** With every instance shut callers wait so long for one and are refused then, not at once. */
  shutWait?(config: z.output<S>): Ns;
  /**
   * Where the state may be split by the value of a key: `inside` the state itself, which is given
   * `keyOf`, or into `states` that know nothing of each other. `keyOf` is null for all others.
   */
  readonly keyed?: 'inside' | 'states';
  /** False where, as it is configured, no call leaves anything behind for the next: nothing to share, nothing to split. */
  remembers?(config: z.output<S>): boolean;
  /** Where the library has its own word for it: the key that splits the state, by what is written. */
  splitBy?(config: z.output<S>, key: string | null): string | null;
  /** True where all it does is to refuse calls or let them wait: `dryRun` then only counts that. */
  readonly dryRun?: true;
  create(config: z.output<S>, setup: PolicySetup): PolicyState;
  /** Where the kind may also stand in a middleware chain. */
  limiter?(config: z.output<S>): LimiterState;
  /** Fields of a limiter that say how long a call may wait for its permit, or how many calls may. */
  readonly waits?: readonly string[];
  /** Fields that only a bundle writes; `create` is given them. */
  readonly callFields?: Readonly<Record<string, z.ZodType>>;
  /** Fields that only mean something in a middleware chain; `limiter` and `nodes` are given them. */
  readonly serverFields?: Readonly<Record<string, z.ZodType>>;
  /**
   * Limiters of several processes over one store, one for each process; else those that share a state
   * are one object. null where this configuration shares in no way of its own.
   */
  nodes?(config: z.output<S>): (() => LimiterState) | null;
  /** What the library's own words mean for its state, null where they say nothing of a shared one. */
  sharing?(config: z.output<S>): Sharing | null;
  /** True for a limiter whose refusals carry no Retry-After unless asked for. */
  readonly silent?: true;
  /**
   * Legal by itself, contradictory together: messages with the field they belong to. `key` is the one
   * that is written, or null.
   */
  check?(
    config: z.output<S>,
    bundle: ReadonlyMap<string, unknown>,
    key?: string | null,
  ): readonly PolicyProblem[];
  /** Where the kind may also limit what is under way in a server. `stream` gives the key of its draws. */
  gate?(config: z.output<S>, stream: (meaning: string) => StreamKey): GateState;
  /**
   * What it says about another policy of its bundle, or its `connections`: the settings of that one,
   * given those it has and the fields of it that the user wrote.
   */
  completes?(
    config: z.output<S>,
    policy: string,
    other: unknown,
    written: readonly string[],
  ): unknown;
}

export interface PolicyProblem {
  readonly field: string;
  readonly message: string;
}
