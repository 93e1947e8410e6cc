import { invariant } from '../../../kernel/invariant.js';
import { unit, type StreamKey } from '../../../kernel/rng.js';
import { PASS, type Outcome } from '../../../contracts/outcome.js';
import type { PolicyState } from '../../../contracts/patterns/policy.js';
import type { Layer } from '../../../contracts/scenario/policies.js';
import type { Plan } from '../../../contracts/plan/plan.js';
import { frames } from '../../data/strands/frames.js';
import type { Edge } from '../../data/edges/edge.js';

/** A share of calls that ends before any policy of the proxy. */
export interface Abort {
  readonly share: number;
  readonly outcome: Outcome;
  readonly key: StreamKey;
}

interface CallAbortsParts {
  readonly plan: Plan;
  readonly edges: readonly Edge[];
}

/** Index of its draws, separate from those of links and callees. */
const ABORT_INDEX = 400;

/**
 * The fault filter in the proxy of a caller, in front of its router (fault_filter.cc, decodeHeaders): what it aborts
 * passes no retry, no limit and no balancer. One object serves all chains.
 */
export class CallAborts implements PolicyState {
  /** By id of the called part, and of its component; null = no fault is active. */
  readonly ofPart: (readonly Abort[] | null)[] = this.world.plan.parts.map(() => null);
  readonly ofComponent: (readonly Abort[] | null)[] = this.world.plan.components.map(() => null);

  constructor(
    private readonly world: CallAbortsParts,
    /** Components that some fault aims at. */
    private readonly aimedAt: ReadonlySet<number>,
  ) {
    invariant(aimedAt.size > 0, 'aborts of calls aim at a component');
  }

  /** Whether the chains of calls to a component have this layer. */
  isIn(component: number): boolean {
    return this.aimedAt.has(component);
  }

  enter(frame: number): number {
    const { toPart, toComponent } = this.world.edges[frames.edge[frame]];
    const own = aborted(frame, this.ofPart[toPart]);
    return own === PASS ? aborted(frame, this.ofComponent[toComponent]) : own;
  }

  leave(_frame: number, _layer: number, outcome: Outcome): number {
    return outcome;
  }

  cancel(): void {}

  held(): number {
    return 0;
  }
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

/** Outermost policies that no proxy has. */
const OF_APPLICATIONS: ReadonlySet<string> = new Set(['fallback', 'coalesce']);

/**
 * Its place in a chain: the first one of the proxy. Without a mesh all policies are those of the proxy, but for the
 * outermost ones that only applications have.
 */
export function placeOfAborts(layers: readonly Layer[]): number {
  const proxy = layers.findIndex(({ isProxy }) => isProxy === true);
  if (proxy >= 0) return proxy;
  const first = layers.findIndex(({ policy }) => !OF_APPLICATIONS.has(policy));
  return first < 0 ? layers.length : first;
}
