import { invariant } from '../../../kernel/invariant.js';
import { samplers } from '../../../kernel/distribution.js';
import { unit, type StreamKey } from '../../../kernel/rng.js';
import type { Ns } from '../../../kernel/time.js';
import { PARK, PASS, type Outcome } from '../../../contracts/outcome.js';
import type { CallContext, PolicyState } from '../../../contracts/patterns/policy.js';
import type { Layer } from '../../../contracts/scenario/policies.js';
import type { Plan } from '../../../contracts/plan/plan.js';
import { frames } from '../../data/strands/frames.js';
import type { Edge } from '../../data/edges/edge.js';
import { INHERITED } from './inherited.js';

/** A share of calls that ends before any policy of the proxy. */
export interface Abort {
  readonly share: number;
  readonly outcome: Outcome;
  readonly key: StreamKey;
}

/** A share of calls that waits before any policy of the proxy. */
export interface Hold {
  readonly share: number;
  /** Distribution of the wait in ns. */
  readonly sampler: number;
  /** It holds a call only if fewer calls of the same process are held now. */
  readonly maxActive: number;
  readonly key: StreamKey;
}

interface CallFaultsParts {
  readonly plan: Plan;
  readonly edges: readonly Edge[];
  readonly calls: CallContext;
}

/** Indices of the draws, separate from those of links and callees. */
const ABORT_INDEX = 400;
const HOLD_INDEX = 400;
const TIME_INDEX = 1 << 20;

/**
 * The fault filter in the proxy of a caller, in front of its router (fault_filter.cc, decodeHeaders): what it aborts
 * or holds back passes no retry, no limit and no balancer, and no timer of the route has begun. A call that it holds
 * may be aborted afterwards (postDelayInjection). One object serves all chains.
 */
export class CallFaults implements PolicyState {
  /** By id of the called part, of its component, and of the measured edge; null = no fault is active. */
  readonly aborts = this.perTarget<Abort>();
  readonly holds = this.perTarget<Hold>();
  /** Calls held now, by the id of the calling instance (the gauge active_faults of Envoy). */
  private readonly heldOf = new Int32Array(this.world.plan.instances.length);
  private waiting = 0;

  constructor(
    private readonly world: CallFaultsParts,
    /** Components that some fault aims at. */
    private readonly aimedAt: ReadonlySet<number>,
  ) {
    invariant(aimedAt.size > 0, 'faults of calls aim at a component');
  }

  private perTarget<T>(): PerTarget<T> {
    const { parts, components, statEdges } = this.world.plan;
    return {
      ofPart: parts.map(() => null),
      ofComponent: components.map(() => null),
      ofEdge: statEdges.map(() => null),
    };
  }

  /** Whether the chains of calls to a component have this layer. */
  isIn(component: number): boolean {
    return this.aimedAt.has(component);
  }

  enter(frame: number, layer: number): number {
    const edge = frames.edge[frame];
    const { toPart, toComponent } = this.world.edges[edge];
    const { stat } = this.world.plan.edges[edge];
    const { aborts, holds } = this;
    let verdict = aborted(frame, aborts.ofPart[toPart]);
    if (verdict === PASS) verdict = aborted(frame, aborts.ofComponent[toComponent]);
    if (verdict === PASS) verdict = aborted(frame, aborts.ofEdge[stat]);
    const held = this.heldOf[frames.caller[frame]];
    const waitNs =
      waitOf(frame, holds.ofPart[toPart], held) +
      waitOf(frame, holds.ofComponent[toComponent], held) +
      waitOf(frame, holds.ofEdge[stat], held);
    if (waitNs === 0) return verdict;
    const { calls } = this.world;
    calls.setWord(frame, layer, verdict);
    this.count(frame, 1);
    calls.after(waitNs, frame, layer);
    return PARK;
  }

  timer(frame: number, layer: number): void {
    const { calls } = this.world;
    const verdict = calls.word(frame, layer);
    this.count(frame, -1);
    if (verdict === PASS) calls.resume(frame, layer);
    else calls.reject(frame, layer, verdict);
  }

  leave(_frame: number, _layer: number, outcome: Outcome): number {
    return outcome;
  }

  cancel(frame: number, _layer: number, parked: boolean): void {
    if (parked) this.count(frame, -1);
  }

  /** Calls that wait for the end of their delay. */
  held(): number {
    return this.waiting;
  }

  private count(frame: number, by: 1 | -1): void {
    const caller = frames.caller[frame];
    this.heldOf[caller] += by;
    this.waiting += by;
    invariant(this.heldOf[caller] >= 0, 'a call that the fault filter holds leaves it once');
  }
}

interface PerTarget<T> {
  readonly ofPart: (readonly T[] | null)[];
  readonly ofComponent: (readonly T[] | null)[];
  readonly ofEdge: (readonly T[] | null)[];
}

/** The outcome of the first fault that hits a try, or PASS. Each try of an application has a draw of its own. */
function aborted(frame: number, aborts: readonly Abort[] | null): number {
  if (aborts === null) return PASS;
  const { lineageA, lineageB, attempt } = frames;
  const index = ABORT_INDEX + attempt[frame];
  for (const { share, outcome, key } of aborts) {
    if (unit(key.a, key.b, lineageA[frame], lineageB[frame], index) < share) return outcome;
  }
  return PASS;
}

/** Time in ns for which faults hold a try, the sum of all that hit it. `held`: calls of its process held now. */
function waitOf(frame: number, holds: readonly Hold[] | null, held: number): Ns {
  if (holds === null) return 0;
  const a = frames.lineageA[frame];
  const b = frames.lineageB[frame];
  const nth = frames.attempt[frame];
  let waitNs = 0;
  for (const { share, sampler, maxActive, key } of holds) {
    if (held >= maxActive || unit(key.a, key.b, a, b, HOLD_INDEX + nth) >= share) continue;
    waitNs += samplers.draw(sampler, key.a, key.b, a, b, TIME_INDEX + nth);
  }
  return waitNs;
}

/** Outermost policies that no proxy has. */
const OF_APPLICATIONS: ReadonlySet<string> = new Set(['fallback', 'coalesce']);

/**
 * Its place in a chain: the first one of the proxy. Without a mesh all policies are those of the proxy, but for the
 * outermost ones that only applications have, and the deadline of the request that the caller serves.
 */
export function placeOfCallFaults(layers: readonly Layer[]): number {
  const proxy = layers.findIndex(({ isProxy }) => isProxy === true);
  if (proxy >= 0) return proxy;
  const first = layers.findIndex(
    (layer) => layer !== INHERITED && !OF_APPLICATIONS.has(layer.policy),
  );
  return first < 0 ? layers.length : first;
}
