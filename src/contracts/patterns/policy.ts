import type { z } from 'zod';
import type { Distribution, Samplers } from '../../kernel/distribution.js';
import type { StreamKey } from '../../kernel/rng.js';
import type { Lane } from '../../kernel/lanes.js';
import type { Ns } from '../../kernel/time.js';
import type { Outcome, OutcomeName } from '../outcome.js';
import type { Leaving } from './client.js';
import type { PolicyName, PolicyTraits } from './policy-traits.js';

/**
 * Run-time state of one policy. One object is in the chains of all calls that share its state. A frame is a
 * call in flight; a layer is the position of this policy in the chain of that call.
 *
 * The call machinery guarantees: each PASS is matched by exactly one leave or cancel; a layer that refuses is
 * never left; timers of a layer are cancelled when the layer is left, cancelled, resumed or refused.
 */
export interface PolicyState {
  /** Returns PASS, PARK (the policy will resume or reject), or an outcome that refuses the call. */
  enter(frame: number, layer: number): number;
  /**
   * The inner part of the chain has ended. Returns the outcome to pass outward, or HOLD (the policy will
   * reenter or finish).
   */
  leave(frame: number, layer: number, outcome: Outcome): number;
  /**
   * The call was cancelled from outside: release everything that enter took. `parked`: it was waiting in this
   * layer.
   */
  cancel(frame: number, layer: number, parked: boolean): void;
  timer?(frame: number, layer: number): void;
  /** Whether a parked call will be refused at the end of its wait in any case. */
  isDoomed?(frame: number, layer: number): boolean;
  /** A forked sibling of this frame has ended. */
  child?(frame: number, layer: number, child: number, outcome: Outcome): void;
  /** The caller instance that owns this state has restarted: discard all state. held() is 0 at this time. */
  reset?(): void;
  /** Permits, waiters and forks held now. Must be 0 when no call is in flight. */
  held(): number;
  /**
   * True if a new state would make the same decisions from now on; then no call is inside. With one state per
   * key value, idle states are discarded; states without this method are kept for ever.
   */
  isIdle?(now: Ns): boolean;
  /** Connection limits of the calls that pass this layer. */
  readonly limits?: ConnectionLimits;
  /** With decisions from a local copy: true if the decision about this call needs the store. */
  asks?(frame: number): boolean;
}

/** Connection limits of a policy that connection pools enforce. With `hasPools` the pools update the counts. */
export interface ConnectionLimits {
  readonly maxConnections: number;
  /** Attempts that wait for a connection, including those for which one is being opened. */
  readonly maxPending: number;
  /** Attempts in flight on a connection. */
  readonly maxRequests: number;
  hasPools: boolean;
  /** Excess is only counted, not refused. */
  isDry: boolean;
  connections: number;
  pending: number;
  requests: number;
}

/** Counters of an edge that policies increment; the index is the position in EDGE_COUNTERS. */
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
  'proxyRetries',
] as const;
export type EdgeCounter = (typeof EDGE_COUNTERS)[number];
export const EDGE_COUNTER = Object.freeze(
  Object.fromEntries(EDGE_COUNTERS.map((name, index) => [name, index])),
) as Readonly<Record<EdgeCounter, number>>;

/** Outcome and counter of the refusals of policies whose state can be in a store. */
export const LOCAL_REFUSALS: Readonly<
  Record<string, { readonly outcome: OutcomeName; readonly counter: EdgeCounter }>
> = Object.freeze({
  circuitBreaker: { outcome: 'rejectedBreaker', counter: 'breakerRejected' },
  bulkhead: { outcome: 'rejectedBulkhead', counter: 'bulkheadRejected' },
  concurrencyLimit: { outcome: 'rejectedBulkhead', counter: 'bulkheadRejected' },
  rateLimit: { outcome: 'rejectedRateLimit', counter: 'rateLimited' },
  throttle: { outcome: 'rejectedRateLimit', counter: 'throttleRejected' },
});

/** Operations that a policy can perform on a frame. All times are integer ns. */
export interface CallContext {
  readonly now: Ns;
  /** During cancel(): why the call was cancelled from outside, see killBelow. */
  readonly cancelledAs: Outcome;
  /** After PARK: continue inward, through the instant ring; voids the timers of the layer. */
  resume(frame: number, layer: number): void;
  /** After PARK: refuse with this outcome. */
  reject(frame: number, layer: number, outcome: Outcome): void;
  /** As reject, but through the instant ring: for ends of other calls that a layer observes. */
  settle(frame: number, layer: number, outcome: Outcome): void;
  /** After HOLD: enter the inner layers again after the delay (phase 3), as the next attempt. */
  reenter(frame: number, layer: number, delayNs: Ns): void;
  /**
   * From now on, attempts of this call avoid the instances of earlier attempts, within five picks. Called
   * before each reenter().
   */
  avoidTried(frame: number): void;
  /** After HOLD, or from timer(): leave this layer outward with the outcome. */
  finish(frame: number, layer: number, outcome: Outcome): void;
  /**
   * Cancels everything inside this layer (outer to inner), including the attempt on the wire, and records it
   * as `outcome`. The inner layers see the outcome in `cancelledAs`: timeout, deadlineExceeded, or cancelled
   * (a lost hedge).
   */
  killBelow(frame: number, layer: number, outcome: Outcome, notifyCallee: boolean): void;
  /**
   * Forks the nth sibling (from 1) of this frame, which starts below this layer; child() receives its end.
   * `elsewhere`: its attempts avoid the callee instances that attempts of this call have used.
   */
  fork(frame: number, layer: number, nth: number, elsewhere: boolean): number;
  killChild(child: number): void;
  /**
   * Starts what is inside this layer as work that the caller can leave; child() receives its end. To be followed
   * by PARK. Returns -1 if this call cannot be left. Only for kinds with `detaches`.
   */
  startApart(frame: number, layer: number): number;
  /**
   * The caller leaves what startApart() has started: it keeps all that it holds until its work ends. Its outcome
   * goes nowhere. The client ends the work `socketNs` after its start, if it lasts so long. Also for cancel().
   */
  leaveApart(child: number, socketNs: Ns): void;
  /**
   * Asks what startApart() has started to end: an attempt in flight gets a cancellation, and what waits ends at once.
   * child() receives its end, unless the caller has left it.
   */
  stopApart(child: number): void;
  /**
   * Ties the attempts of two frames: the server that begins one notifies the server of the other, which drops
   * it as `cancelled` unless it has begun. A frame is tied to itself until the other frame exists, and to -1
   * to untie it. Only for kinds that are `tied`.
   */
  tie(frame: number, other: number): void;
  /**
   * Starts the fallback of the bundle for this frame: a call under a bundle of its own, or steps that the
   * caller runs. child() receives its end; killChild() cancels it.
   */
  instead(frame: number, layer: number): number;
  /**
   * Queries the store of a layer, given by its number in the bundle, with a separate call. child() receives
   * its end; killChild() cancels it.
   */
  ask(frame: number, layer: number, question: number): number;
  /** Arms a constant-delay timer: timer(frame, layer) is called unless the layer is left first. */
  arm(lane: Lane, frame: number, layer: number): void;
  /** As arm, for a variable delay, through the heap (phase 2). */
  after(delayNs: Ns, frame: number, layer: number): void;
  /** One integer per layer and frame; survives reenter. It is NOT cleared on entry. */
  word(frame: number, layer: number): number;
  setWord(frame: number, layer: number, value: number): void;
  /** Lineage words of the call, for draws: unit(key.a, key.b, lineageA, lineageB, index). */
  lineageA(frame: number): number;
  lineageB(frame: number): number;
  /** True once the call has had more than one attempt in flight at the same time. */
  hedged(frame: number): boolean;
  /** Number of tries of this call so far; 1 for the first. */
  attemptNumber(frame: number): number;
  /** Absolute time at which the call must have ended; Infinity = no deadline. */
  deadline(frame: number): Ns;
  setDeadline(frame: number, at: Ns): void;
  /** The called endpoint. */
  endpoint(frame: number): CalledEndpoint;
  /**
   * Time in ns from now after which the callee allows a retry, or NEVER_AGAIN. Valid only for the frame of a
   * leave() or child() whose outcome isHinted, and only during that call.
   */
  hint(frame: number): Ns;
  /** Sets the hint of an outcome that came from another frame, such as a hedge. */
  setHint(frame: number, hint: Ns): void;
  /** Adds one to a counter of the frame's edge, see EDGE_COUNTER. */
  count(frame: number, counter: number): void;
}

/** Properties of a called endpoint. */
export interface CalledEndpoint {
  /** True if repeating the call does no harm: the endpoint is idempotent or read-only, or the call has a key. */
  readonly idempotent: boolean;
  /** HTTP method, in upper case. */
  readonly method: string;
}

/** A timer of a policy that is not bound to a call. */
export interface Alarm {
  /** Schedules the alarm at this time (phase 2), or now if the time is past; replaces an earlier time. */
  set(at: Ns): void;
  clear(): void;
}

/** One callee instance, as seen by the calls that share the state of a policy. */
export interface Target {
  /** Allows or forbids the balancers of these callers to pick it. It starts open. */
  setOpen(isOpen: boolean): void;
}

/** Inputs of create(). */
export interface PolicySetup {
  readonly ctx: CallContext;
  readonly samplers: Samplers;
  /** Registers a distribution; draw with samplers.draw(id, key.a, key.b, lineageA, lineageB, index). */
  sampler(distribution: Distribution): number;
  /** Value of the key that splits the state, for a call; null if the state is not split by a key. */
  readonly keyOf: ((frame: number) => number) | null;
  /** Key of a random stream, named by the edge, this policy and `meaning`. */
  stream(meaning: string): StreamKey;
  /** Lane of a constant delay; its timers call timer(). */
  lane(delayNs: Ns): Lane;
  /** The instance that a `per: target` state belongs to, else null. reset() must open it. */
  readonly target: Target | null;
  /** This process's limiter over a store that several processes share, if the kind has `nodes`; else null. */
  readonly node: LimiterState | null;
  /** Creates a timer of the policy; reset() must clear it. */
  alarm(run: () => void): Alarm;
  /**
   * Registers a state machine for the journal, such as a breaker. `set` records a transition to the state
   * with this index in `states`; the machine starts in state 0.
   */
  machine(states: readonly string[]): { set(state: number): void };
}

/** A limiter in a server's middleware: it handles requests by key and has no frames. */
export interface LimiterState {
  /** Returns 0 = continue, above 0 = wait this many ns, -1 = refused. `key` is 0 without a key. */
  take(now: Ns, key: number): Ns;
  /** With decisions from a local copy: true if this decision needs the store. */
  asks?(now: Ns, key: number): boolean;
  /** After a refusal: time until a request of this key can be admitted. */
  retryNs(now: Ns, key: number): Ns;
  reset(): void;
}

/** Scope of the state in the library's own terms, and how calls are treated if the store fails. */
interface Sharing {
  readonly scope: 'instance' | 'caller';
  readonly onError: 'allow' | 'reject';
}

/** Key of the caller's address. No declared key has this name. */
export const ADDRESS_KEY = 'peer address';

/** A concurrency limit of a server: it handles requests and has no frames. */
export interface GateState {
  /** Returns the number of requests in flight including this one, or 0 if it is refused. */
  enter(now: Ns): number;
  /** A request admitted at `beganAt` as number `inflight` has its response. Its lineage is for draws. */
  leave(
    now: Ns,
    beganAt: Ns,
    inflight: number,
    outcome: Outcome,
    lineageA: number,
    lineageB: number,
  ): void;
  /** A request was cancelled before its response: it gives no information about the load. */
  cancel(): void;
  reset(now: Ns): void;
  held(): number;
  /** True if a new state would make the same decisions from now on; then no request is inside. */
  isIdle(): boolean;
}

/** A kind of a policy, such as `gobreaker` of `circuitBreaker`: its schema, behaviour and documentation. */
export interface PolicyKind<P extends PolicyName = PolicyName, S extends z.ZodType = z.ZodType> {
  /** Policy of the kind: the key in a bundle, such as `circuitBreaker`. */
  readonly policy: P;
  /** Name of the kind, such as `gobreaker`. YAML can omit the default kind of a policy. */
  readonly kind: string;
  readonly isDefault: boolean;
  readonly summary: string;
  /** Public sources for the behaviour. */
  readonly sources: readonly string[];
  /** `call`: usually outside retry, once per call; `attempt`: usually inside, once per try. */
  readonly level: 'call' | 'attempt';
  /** Strict object, in long form, WITHOUT the field `kind`; every field has a description. */
  readonly schema: S;
  /** A YAML bundle (the value of one entry of `policies`) in which the kind has a visible effect. */
  readonly example: string;
  /** Properties of the configured policy that lint and reports need. */
  traits(config: z.output<S>): PolicyTraits[P];
  /** 'none': no state beyond the frame, so one object serves every caller. */
  readonly state: 'none' | 'scoped';
  /** Time limit of all that is inside of it; null = none. */
  limits?(config: z.output<S>): Ns | null;
  /** Whether what is inside runs apart, so that a caller can leave it without ending it; absent = it does not. */
  detaches?(config: z.output<S>): boolean;
  /** Whether it begins only when an attempt has its connection: then it is inside the pool. Absent = no. */
  insideConnection?(config: z.output<S>): boolean;
  /** It repeats what is inside of it. */
  readonly repeats?: true;
  /** It ties attempts to each other (tied requests). */
  readonly tied?: true;
  /** Its state holds responses, which only calls to one endpoint can share: `per` is always `endpoint`. */
  readonly perEndpoint?: true;
  /** Its state is about one callee instance: `per` is always `target`. */
  readonly perTarget?: true;
  /** If this kind has shut every instance, callers pick among all of them. */
  readonly failsOpen?: true;
  /**
   * If every instance is shut, callers wait this long for one before they are refused. Without this method
   * they are refused at once.
   */
  shutWait?(config: z.output<S>): Ns;
  /**
   * How a key can split the state: `inside` one state, which gets `keyOf`, or into independent `states`, for
   * which `keyOf` is null. Absent if no key can split it.
   */
  readonly keyed?: 'inside' | 'states';
  /** False if no call affects a later one as configured: then there is no state to share or split. */
  remembers?(config: z.output<S>): boolean;
  /** Key that splits the state, for libraries that have their own setting for it, given the key written. */
  splitBy?(config: z.output<S>, key: string | null): string | null;
  /** True if it only refuses or delays calls; then `dryRun` counts what it would refuse. */
  readonly dryRun?: true;
  create(config: z.output<S>, setup: PolicySetup): PolicyState;
  /** Creates the limiter of a kind that can also be used in a middleware chain. */
  limiter?(config: z.output<S>): LimiterState;
  /** Fields of a limiter that set how long a call waits for a permit, or how many calls wait. */
  readonly waits?: readonly string[];
  /** Fields that are valid only in a bundle; `create` gets them. */
  readonly callFields?: Readonly<Record<string, z.ZodType>>;
  /** Fields that are valid only in a middleware chain; `limiter` and `nodes` get them. */
  readonly serverFields?: Readonly<Record<string, z.ZodType>>;
  /**
   * Creates one limiter per process over a shared store; without it, processes that share a state use one
   * object. null if this configuration has no such sharing of its own.
   */
  nodes?(config: z.output<S>): (() => LimiterState) | null;
  /** Scope of the state by the library's own settings; null if they do not share it. */
  sharing?(config: z.output<S>): Sharing | null;
  /** True for a limiter whose windows are aligned to the wall clock of its process. */
  readonly readsClock?: true;
  /** True for a limiter whose refusals have no Retry-After unless configured. */
  readonly silent?: true;
  /**
   * Reports combinations of valid settings that contradict each other, with the field that each problem
   * belongs to. `key` is the key written, or null.
   */
  check?(
    config: z.output<S>,
    bundle: ReadonlyMap<string, unknown>,
    key?: string | null,
  ): readonly PolicyProblem[];
  /**
   * Creates the concurrency limit of a kind that can also limit the requests of a server. `stream` gives the
   * key of its draws.
   */
  gate?(config: z.output<S>, stream: (meaning: string) => StreamKey): GateState;
  /** Applies the defaults of the product whose `order` the bundle has; returns the settings. */
  byOrder?(config: z.output<S>, order: string): z.output<S>;
  /** Applies what the client of the bundle does with work that its caller leaves; returns the settings. */
  byClient?(config: z.output<S>, leaves: Leaving): z.output<S>;
  /**
   * Settings that only mark where a caller leaves what is inside, in a bundle without this policy. One policy of
   * the registry has them.
   */
  leavesOnly?(leaves: Leaving): z.output<S> | null;
  /**
   * Completes another policy of its bundle, or its `connections`: returns the settings of that one, given its
   * current settings and the fields of it that the user wrote.
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
