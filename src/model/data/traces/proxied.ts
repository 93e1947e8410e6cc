import { engine } from '../../../kernel/engine.js';
import type { Ns } from '../../../kernel/time.js';
import { HOLD, PARK, PASS, type Outcome } from '../../../contracts/outcome.js';
import type { PolicyState } from '../../../contracts/patterns/policy.js';
import { FORM, LEFT } from '../../../contracts/record/trace-forms.js';
import type { Edge } from '../edges/edge.js';
import { frames } from '../strands/frames.js';
import { strands } from '../strands/strands.js';
import type { ExtraRows } from '../figures/extra-row.js';

/** The parts of a run that it reads. */
export interface ProxiedParts {
  readonly edges: readonly Edge[];
  readonly instances: readonly { readonly down: boolean }[];
}

/** A call that a proxy carries out for an application. */
interface Passed {
  readonly id: number;
  /** The frame of the call, by its lineage: slots are reused. */
  readonly lineageA: number;
  readonly lineageB: number;
  /** Number of the try of the application. */
  readonly attempt: number;
  readonly at: Ns;
  tries: number;
  isOpen: boolean;
}

/**
 * Calls of applications whose attempts a proxy makes, for traces: the application sees one request and one response,
 * whatever the proxy does. The outermost layer of the proxy shows where they begin and end.
 */
export class Proxied {
  /** By frame. */
  private readonly calls = new Map<number, Passed>();
  /** By state of a policy: the one that watches it. */
  private readonly states = new Map<PolicyState, PolicyState>();

  constructor(
    private readonly rows: ExtraRows,
    private readonly world: ProxiedParts,
  ) {}

  /** Watches the outermost layer of the proxy in a chain; Infinity = the chain has none. */
  watch(chain: PolicyState[], layer: number, calls: { readonly cancelledAs: Outcome }): void {
    if (layer !== Infinity) chain[layer] = this.watched(chain[layer], calls);
  }

  private watched(inner: PolicyState, calls: { readonly cancelledAs: Outcome }): PolicyState {
    const known = this.states.get(inner);
    if (known !== undefined) return known;
    const own: PolicyState = {
      ...optionalOf(inner),
      enter: (frame, layer) => {
        this.begins(frame);
        const verdict = inner.enter(frame, layer);
        if (verdict !== PASS && verdict !== PARK) this.ends(frame, verdict, false);
        return verdict;
      },
      leave: (frame, layer, outcome) => {
        const verdict = inner.leave(frame, layer, outcome);
        if (verdict !== HOLD) this.ends(frame, verdict, false);
        return verdict;
      },
      cancel: (frame, layer, parked) => {
        this.ends(frame, calls.cancelledAs, true);
        inner.cancel(frame, layer, parked);
      },
      held: () => inner.held(),
    };
    this.states.set(inner, own);
    return own;
  }

  /** A layer has ended a call that it held. */
  finished(frame: number, layer: number, outcome: Outcome): void {
    if (layer === this.world.edges[frames.edge[frame]].proxyLayer) this.ends(frame, outcome, false);
  }

  /** An attempt was sent: it is one of the tries for the call of its frame, or of the frame that was forked. */
  sent(strand: number, frame: number): void {
    const { proxyLayer } = this.world.edges[frames.edge[frame]];
    if (proxyLayer === Infinity) return;
    let own = frame;
    while (frames.base[own] > proxyLayer) own = frames.parent[own];
    const call = this.calls.get(own);
    if (call?.isOpen !== true) return;
    strands.via[strand] = call.id;
    strands.number[strand] = call.tries++;
  }

  private begins(frame: number): void {
    if (strands.traceRoot[frames.owner[frame]] === 0) return;
    const before = this.calls.get(frame);
    const lineageA = frames.lineageA[frame];
    const lineageB = frames.lineageB[frame];
    const isAgain = before?.lineageA === lineageA && before.lineageB === lineageB;
    this.calls.set(frame, {
      id: this.rows.nextId(),
      lineageA,
      lineageB,
      attempt: isAgain ? before.attempt + 1 : frames.base[frame] > 0 ? frames.attempt[frame] : 1,
      at: engine.now,
      tries: 0,
      isOpen: true,
    });
  }

  private ends(frame: number, outcome: Outcome, isLeft: boolean): void {
    const call = this.calls.get(frame);
    if (call?.isOpen !== true) return;
    call.isOpen = false;
    const { edges, instances } = this.world;
    const job = frames.job[frame];
    if (isLeft && job >= 0) strands.left[job] = LEFT.application;
    // A process that dies takes its unfinished spans with it.
    if (isLeft && instances[frames.caller[frame]].down) return;
    const edge = edges[frames.edge[frame]];
    this.rows.extra({
      form: FORM.call,
      id: call.id,
      job: frames.owner[frame],
      part: edge.toPart,
      stat: edge.stat,
      caller: frames.caller[frame],
      attempt: call.attempt,
      called: frames.start[frame],
      sent: call.at,
      answered: isLeft ? -1 : engine.now,
      callerLeftAt: isLeft ? engine.now : -1,
      outcome,
      number: call.tries,
    });
  }
}

/** The optional methods that a state has, bound to it. */
function optionalOf(inner: PolicyState): Partial<PolicyState> {
  return {
    ...(inner.timer && { timer: (frame, layer) => inner.timer!(frame, layer) }),
    ...(inner.isDoomed && { isDoomed: (frame, layer) => inner.isDoomed!(frame, layer) }),
    ...(inner.child && {
      child: (frame, layer, child, outcome) => inner.child!(frame, layer, child, outcome),
    }),
    ...(inner.reset && { reset: () => inner.reset!() }),
    ...(inner.isIdle && { isIdle: (now) => inner.isIdle!(now) }),
    ...(inner.limits && { limits: inner.limits }),
    ...(inner.asks && { asks: (frame) => inner.asks!(frame) }),
  } satisfies Partial<PolicyState>;
}
