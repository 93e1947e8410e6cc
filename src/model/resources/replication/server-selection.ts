import { engine } from '../../../kernel/engine.js';
import { invariant } from '../../../kernel/invariant.js';
import type { Lane } from '../../../kernel/lanes.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Ns } from '../../../kernel/time.js';
import { HOLD, kindOf, OUTCOME, PARK, PASS, type Outcome } from '../../../contracts/outcome.js';
import type { PolicyState } from '../../../contracts/patterns/policy.js';
import type { PlanEdge } from '../../../contracts/plan/plan.js';
import type { ServerSelection as Spec } from '../../../contracts/plan/replication.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Run } from '../../data/run.js';
import { frames } from '../../data/strands/frames.js';
import type { Roles } from './roles.js';

/** A run, and by component the roles of the nodes of a database with replicas. */
export interface SelectingRun extends Run {
  readonly replicas: ReadonlyMap<number, { readonly roles: Roles }>;
}

/** An operation that waits for a node. */
interface Waiting {
  readonly layer: number;
  readonly until: Ns;
  /** Outcome of its first attempt; PARK = it has made none. */
  readonly failed: number;
}

/** Word of a frame: its operation is repeated. */
const REPEATED = 1;

/**
 * The part of a database driver that finds a node for each operation of one caller. While it knows none that takes the
 * operation, as during an election, the operation waits, all of them until the first moment at which there is one. An
 * operation whose node fails is repeated once, on the node that is found then; if none is found in time, the operation
 * ends with its first failure (mongodb/specifications source/server-selection/server-selection.md,
 * source/retryable-writes/retryable-writes.md).
 *
 * A driver sees that a process has ended and that a primary has stepped down, because the node closes its connection or
 * reports it (streamable hello). It does not see that a host has vanished or that a process hangs.
 */
export class ServerSelection implements PolicyState {
  private readonly spec: Spec;
  private readonly nodes: readonly Instance[];
  private readonly roles: Roles | null;
  private readonly limit: Lane | null;
  /** By frame, in the order in which they came. */
  private readonly waiting = new Map<number, Waiting>();

  constructor(
    private readonly world: SelectingRun,
    private readonly edge: PlanEdge,
    private readonly caller: Instance,
  ) {
    const { plan, calls, instances, replicas } = world;
    const { component } = plan.parts[edge.to];
    const { firstInstance, instances: count } = plan.components[component];
    this.spec = edge.selection!;
    this.nodes = instances.slice(firstInstance, firstInstance + count);
    this.roles = replicas.get(component)?.roles ?? null;
    const { timeoutNs } = this.spec;
    this.limit =
      timeoutNs === 0 ? null : engine.lane(timeoutNs, PHASE.TIMER, calls.timerOp, frames);
    const wake = (): void => this.wake();
    this.roles?.watchers.push(wake);
    for (const node of this.nodes) node.residents.push({ died: () => {}, started: wake });
  }

  enter(frame: number, layer: number): number {
    this.world.calls.setWord(frame, layer, 0);
    if (this.limit === null || this.hasNode()) return PASS;
    return this.wait(frame, layer, PARK);
  }

  leave(frame: number, layer: number, outcome: Outcome): number {
    const { calls } = this.world;
    if (!this.spec.repeats || calls.word(frame, layer) === REPEATED) return outcome;
    if (!this.isOfNode(frame, outcome)) return outcome;
    calls.setWord(frame, layer, REPEATED);
    if (this.limit !== null && !this.hasNode()) return this.wait(frame, layer, outcome);
    calls.reenter(frame, layer, 0);
    return HOLD;
  }

  cancel(frame: number): void {
    this.waiting.delete(frame);
  }

  /** The wait of an operation is over, unless it is another one's. */
  timer(frame: number, layer: number): void {
    const own = this.waiting.get(frame);
    if (own === undefined || engine.now < own.until) return;
    this.waiting.delete(frame);
    const { calls } = this.world;
    if (own.failed === PARK) calls.reject(frame, layer, OUTCOME.connectTimeout);
    else calls.finish(frame, layer, own.failed);
  }

  reset(): void {
    invariant(this.waiting.size === 0, 'no operation waits in a process that starts');
  }

  held(): number {
    return this.waiting.size;
  }

  /** Returns PARK or HOLD. */
  private wait(frame: number, layer: number, failed: number): number {
    this.waiting.set(frame, { layer, until: engine.now + this.spec.timeoutNs, failed });
    this.world.calls.arm(this.limit!, frame, layer);
    return failed === PARK ? PARK : HOLD;
  }

  private wake(): void {
    if (this.waiting.size === 0 || !this.hasNode()) return;
    const { calls } = this.world;
    const all = [...this.waiting];
    this.waiting.clear();
    for (const [frame, { layer, failed }] of all) {
      if (failed === PARK) calls.resume(frame, layer);
      else calls.reenter(frame, layer, 0);
    }
  }

  /** Whether the driver knows a node that takes the operation. */
  private hasNode(): boolean {
    const { nodes, roles, edge, caller } = this;
    if (roles === null) return isThere(nodes[0]);
    if (edge.route === null || edge.route.kind === 'primary') {
      const primary = roles.at(caller);
      return isThere(nodes[primary]) && roles.writes(primary);
    }
    const { kind } = edge.route;
    return nodes.some(
      (node, index) => isThere(node) && (kind !== 'replica' || index !== roles.known),
    );
  }

  /** Whether an attempt failed because of its node: it is gone, or takes no writes any more. */
  private isOfNode(frame: number, outcome: Outcome): boolean {
    const kind = kindOf(outcome);
    if (kind === OUTCOME.reset || kind === OUTCOME.refused) return true;
    const { roles } = this;
    return kind === OUTCOME.serverError && roles !== null && !this.takes(roles, frame);
  }

  private takes(roles: Roles, frame: number): boolean {
    return this.edge.route?.kind !== 'primary' || roles.writes(frames.place[frame]);
  }
}

function isThere({ shut, silent }: Instance): boolean {
  return !shut || silent;
}
