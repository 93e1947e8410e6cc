import { invariant } from '../../kernel/invariant.js';
import { EndedAttempts } from './audit-calls.js';
import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import type { Ns } from '../../kernel/time.js';
import { AMBIGUOUS, OUTCOME, withStatus, type Outcome } from '../../contracts/outcome.js';
import { CANCELLATION, type Instance } from '../data/instances/instance.js';
import { FROZEN } from '../data/instances/process.js';
import { injectedOutcome } from '../resources/serving/injections.js';
import type { ServerParts } from './server-parts.js';
import type { ServerPort } from '../data/ports.js';
import { LongestWaits } from '../resources/connections/longest-waits.js';
import { GATED, HELD, LEASED, SECTION, STATEMENT } from '../data/strands/slot-bits.js';
import { ANSWERED, RETURN, STATE, strands } from '../data/strands/strands.js';
import { notifyEnded, notifyStopped } from '../data/strands/strand-watcher.js';
import { levels } from '../data/figures/levels.js';
import { answerOf } from './degraded-answer.js';
import { sink } from '../data/figures/sink.js';

const OVERLOADED = withStatus(OUTCOME.rejectedOverload, 503);

/**
 * The callee's side of every attempt: arrival, queue, worker, normal end, and every early end. A caller that leaves has
 * no effect here until the notification arrives (`cancelNotified`), and then only as the component's `cancellation`
 * says: the lifetimes of caller and work are separate.
 */
export class Server implements ServerPort {
  readonly ended = new EndedAttempts();
  private readonly waits = new LongestWaits(this.world, (strand) => this.expire(strand));
  private readonly dropOp: number = engine.define('drop', (strand, stamp) =>
    this.dropped(strand, stamp),
  );

  constructor(private readonly world: ServerParts) {}

  arrive(strand: number): void {
    invariant(strands.arrived[strand] < 0, 'a request arrives once');
    const { instances } = this.world;
    const instance = instances[strands.instance[strand]];
    strands.arrived[strand] = engine.now;
    strands.cell[strand] = sink.cell;
    instance.arrivals++;
    // The deadline travels as the remaining time, as in grpc-timeout: the network delay does not count.
    strands.deadline[strand] += engine.now - strands.sent[strand];
    if (instance.frozen === FROZEN.pause && !instance.down) {
      instance.held.push(strand, strands.stamp[strand]);
      return;
    }
    this.receive(strand, instance);
  }

  receive(strand: number, instance: Instance): void {
    if (strands.injected[strand] !== 0) {
      // The network refused it, so its part never saw it.
      if (strands.injected[strand] === OUTCOME.refused) strands.cell[strand] = -1;
      this.answer(strand, strands.injected[strand]);
    } else if (instance.shut && (instance.down || !this.isAgreed(strand))) {
      if (instance.silent && instance.down) this.lose(strand);
      else this.answer(strand, OUTCOME.refused);
    } else if (
      strands.cancelNotified[strand] !== 0 &&
      instance.cancellation !== CANCELLATION.ignore
    ) {
      this.discard(strand);
    } else if (strands.deadline[strand] <= engine.now) {
      this.answer(strand, OUTCOME.deadlineExceeded);
    } else {
      const injected = injectedOutcome(this.world, strand);
      if (injected !== 0) this.answer(strand, injected);
      else if (instance.door === null) this.admit(strand, instance);
      else this.world.admission.ask(strand, instance, instance.door);
    }
  }

  /** Returns true for a request on an established connection, which an ending process still serves. */
  private isAgreed(strand: number): boolean {
    return (
      strands.returns[strand] !== RETURN.task && this.world.edges[strands.edge[strand]].connected
    );
  }

  startRoot(strand: number): void {
    strands.begun[strand] = engine.now;
    levels.add(this.world.instances[strands.instance[strand]].concurrencyGauge, 1);
    this.world.interpreter.resume(strand);
  }

  finishJob(strand: number, outcome: Outcome): void {
    const { world } = this;
    invariant(strands.child[strand] < 0, 'a job ends after its branches');
    const worked = outcome & ~AMBIGUOUS;
    let result = answerOf(world, strand, worked);
    // The callee stores its own result, not an injected error that replaces it.
    this.world.effects.keep(strand, result);
    const own = result;
    if (strands.injected[strand] !== 0) result = strands.injected[strand];
    const returns = strands.returns[strand];
    strands.stamp[strand]++;
    if (returns === RETURN.root) {
      levels.add(world.instances[strands.instance[strand]].concurrencyGauge, -1);
      world.loads.requestEnded(strand, result);
      return;
    }
    if (returns === RETURN.connection) {
      this.endHandshake(strand, true);
      return;
    }
    if (strands.trace[strand] !== 0) {
      world.tracer.serves(strand, servedAs(strand, own), engine.now);
    }
    this.quit(strand, result);
    strands.ended[strand] = engine.now;
    if (world.coalescing !== null) world.coalescing.answered(strand, result);
    if (world.watchers.length > 0) notifyEnded(world.watchers, strand, result);
    engine.note((strands.instance[strand] << 5) | (result & 31), strands.lineageA[strand]);
    this.world.effects.book(strand, worked);
    const instance = world.instances[strands.instance[strand]];
    if (returns === RETURN.none) {
      this.world.workers.leave(strand, instance);
      this.freeJob(strand, -1);
    } else if (returns === RETURN.task) {
      this.endTask(strand, result);
    } else if (strands.answered[strand] !== ANSWERED.no) {
      this.world.workers.leave(strand, instance);
      this.endAfterAnswer(strand);
    } else if (strands.callerLeftAt[strand] >= 0) {
      this.measure(strand, result, true);
      this.world.effects.waste(strand);
      this.world.workers.leave(strand, instance);
      this.freeJob(strand, -1);
    } else {
      this.answer(strand, result);
      this.world.workers.leave(strand, instance);
    }
  }

  answerFirst(strand: number, outcome: Outcome): void {
    const { wire, coalescing } = this.world;
    if (strands.parent[strand] >= 0 || strands.returns[strand] !== RETURN.frame) return;
    if (strands.callerLeftAt[strand] >= 0) return;
    const result = answerOf(this.world, strand, outcome);
    if (coalescing !== null) coalescing.answered(strand, result);
    strands.answered[strand] = ANSWERED.onTheWire;
    strands.answer[strand] = result;
    this.world.effects.keep(strand, result);
    this.measure(strand, result, true);
    wire.reply(strand);
  }

  answerDelivered(strand: number, now: Ns): void {
    if (strands.answered[strand] === ANSWERED.onTheWire) {
      strands.answered[strand] = ANSWERED.delivered;
      if (strands.trace[strand] !== 0) this.world.tracer.answered(strand, now);
    } else {
      this.freeJob(strand, now);
    }
  }

  lateAnswer(strand: number): void {
    if (strands.answered[strand] === ANSWERED.onTheWire) {
      strands.answered[strand] = ANSWERED.lost;
    } else {
      this.world.effects.waste(strand);
      this.freeJob(strand, -1);
    }
  }

  answerLost(strand: number): void {
    if (strands.answered[strand] === ANSWERED.onTheWire) {
      strands.answered[strand] = ANSWERED.lost;
      return;
    }
    this.world.effects.waste(strand);
    strands.state[strand] = STATE.LOST;
  }

  cancelNotified(strand: number): void {
    const { instances } = this.world;
    const state = strands.state[strand];
    if (state === STATE.REPLYING || state === STATE.LOST) return;
    this.markCancelNotified(strand);
    const instance = instances[strands.instance[strand]];
    if (instance.cancellation !== CANCELLATION.immediate) return;
    if (state === STATE.TRANSIT || strands.answered[strand] !== ANSWERED.no) return;
    this.stopJob(strand, OUTCOME.cancelled);
  }

  stopJob(strand: number, outcome: Outcome): void {
    const { world } = this;
    const instance = world.instances[strands.instance[strand]];
    this.stop(strand, true);
    if (instance.down) for (const watcher of world.watchers) watcher.died?.(strand);
    if (world.executions !== null) world.executions.stopped(strand);
    this.quit(strand, outcome);
    strands.ended[strand] = engine.now;
    if (strands.begun[strand] >= 0) {
      sink.busy(strands.part[strand], strands.begun[strand], engine.now);
      if (strands.answered[strand] === ANSWERED.no) world.effects.waste(strand);
    }
    if (strands.returns[strand] === RETURN.connection) {
      this.endHandshake(strand, false);
      return;
    }
    this.world.workers.leave(strand, instance);
    const returns = strands.returns[strand];
    if (returns === RETURN.none || returns === RETURN.apart) this.freeJob(strand, -1);
    else if (returns === RETURN.task) this.endTask(strand, outcome);
    else if (strands.answered[strand] !== ANSWERED.no) this.endAfterAnswer(strand);
    else if (instance.down && instance.silent) this.lose(strand);
    else this.answer(strand, outcome);
  }

  stop(strand: number, notify: boolean): void {
    const { world } = this;
    const instance = world.instances[strands.instance[strand]];
    strands.stamp[strand]++;
    if (world.coalescing !== null) world.coalescing.stopped(strand);
    if (world.watchers.length > 0) notifyStopped(world.watchers, strand);
    switch (strands.state[strand]) {
      case STATE.CPU:
        instance.cores.leave(strand);
        break;
      case STATE.CALLING:
        world.calls.drop(strands.call[strand], notify);
        break;
      case STATE.JOINING:
        this.stopBranches(strand, notify);
        break;
      case STATE.ACTING:
        world.acts[strands.call[strand]].left?.(strand);
        break;
      case STATE.QUEUED:
        invariant(instance.queue.remove(strand), 'a request that is stopped leaves the queue');
        levels.add(instance.queueGauge, -1);
        instance.memory?.note();
        break;
      case STATE.RESUMING:
        invariant(instance.resuming.remove(strand), 'a strand that is stopped waits for no worker');
        break;
      default:
        break;
    }
    strands.state[strand] = STATE.READY;
    if ((strands.slot[strand] & SECTION) !== 0) world.sections!.stopped(strand);
  }

  stopBranches(parent: number, notify: boolean): void {
    const { instances } = this.world;
    let branch = strands.child[parent];
    strands.child[parent] = -1;
    while (branch >= 0) {
      const next = strands.sibling[branch];
      this.stop(branch, notify);
      const instance = instances[strands.instance[branch]];
      if (instance.yields) this.world.workers.releaseWorker(branch, instance);
      this.freeStrand(branch);
      branch = next;
    }
  }

  freeJob(strand: number, answeredNs: Ns): void {
    const { tracer } = this.world;
    if (strands.trace[strand] !== 0) tracer.row(strand, answeredNs);
    this.freeStrand(strand);
  }

  freeStrand(strand: number): void {
    invariant(
      (strands.slot[strand] & HELD) === 0,
      'a strand gives back all that it holds before it ends',
    );
    this.ended.count(strand);
    strands.stamp[strand]++;
    strands.life[strand]++;
    strands.slots.give(strand);
    // Its session may end now: the statement is no longer in it.
    if (strands.callerLeftAt[strand] >= 0) this.world.backends.ended(strand);
  }

  /** The job of a task is over: it is measured like an answered request, and its owner is notified. */
  private endTask(strand: number, outcome: Outcome): void {
    const { workers, instances, tasks } = this.world;
    this.measure(strand, outcome, true);
    strands.answer[strand] = outcome;
    const owner = strands.from[strand];
    const record = strands.link[strand];
    tasks.leaves(strand);
    workers.leave(strand, instances[strands.instance[strand]]);
    this.freeJob(strand, engine.now);
    tasks.ended(owner, record, outcome);
  }

  /** The server's part of a TLS handshake is done, or its process has died; a vanished host sends nothing. */
  private endHandshake(strand: number, isDone: boolean): void {
    const { instances, workers, connections } = this.world;
    const instance = instances[strands.instance[strand]];
    const connection = strands.from[strand];
    const stamp = strands.call[strand];
    workers.leave(strand, instance);
    this.workEnded(strand);
    this.freeStrand(strand);
    if (!isDone && instance.silent) return;
    connections.handshakes.worked(connection, stamp, isDone);
  }

  admit(strand: number, instance: Instance): void {
    const { interpreter } = this.world;
    const free = instance.busy < instance.limit && instance.resuming.length === 0;
    if (free && instance.queue.length === 0) {
      if (instance.codel !== null) instance.codel.passed();
      this.world.workers.begin(strand, instance);
      interpreter.resume(strand);
    } else if (instance.queue.length < instance.capacity) {
      this.enqueue(strand, instance);
    } else {
      const other = instance.queue.yieldTo(strand);
      if (other < 0) {
        this.quit(strand, OVERLOADED);
        this.refuse(strand, instance, OVERLOADED);
        return;
      }
      levels.add(instance.queueGauge, -1);
      this.enqueue(strand, instance);
      this.drop(other);
    }
  }

  private enqueue(strand: number, instance: Instance): void {
    const lane = this.waits.laneOf(instance);
    strands.state[strand] = STATE.QUEUED;
    instance.queue.push(strand);
    levels.add(instance.queueGauge, 1);
    instance.memory?.note();
    if (lane !== null) engine.arm(lane, strand, strands.stamp[strand]);
  }

  drop(strand: number): void {
    strands.state[strand] = STATE.READY;
    engine.soon(PHASE.COMPLETION, this.dropOp, strand, ++strands.stamp[strand], 0);
  }

  refuse(strand: number, instance: Instance, outcome: Outcome): void {
    const { interpreter } = this.world;
    const program = instance.process.rejectProgram;
    if (program < 0) {
      this.answer(strand, outcome);
      return;
    }
    // For this outcome the program already answers that the server is overloaded.
    if (outcome !== OVERLOADED) strands.injected[strand] = outcome;
    // A refusal that costs CPU runs beside the workers; it is no execution, so `begun` stays unset.
    strands.pc[strand] = program;
    interpreter.resume(strand);
  }

  untie(strand: number): boolean {
    const { instances } = this.world;
    const cancelled = OUTCOME.cancelled;
    const isToCome = strands.inTransit(strand) && strands.injected[strand] === 0;
    if (isToCome) strands.injected[strand] = cancelled;
    if (strands.state[strand] !== STATE.QUEUED) return isToCome;
    const instance = instances[strands.instance[strand]];
    invariant(instance.queue.remove(strand), 'a request that loses its tie leaves the queue');
    levels.add(instance.queueGauge, -1);
    strands.stamp[strand]++;
    this.quit(strand, cancelled);
    this.answer(strand, cancelled);
    return true;
  }

  private expire(strand: number): void {
    const { instances } = this.world;
    if (strands.state[strand] !== STATE.QUEUED) return;
    const instance = instances[strands.instance[strand]];
    invariant(instance.queue.remove(strand), 'a request that waited too long leaves the queue');
    levels.add(instance.queueGauge, -1);
    instance.memory?.note();
    strands.stamp[strand]++;
    this.quit(strand, OVERLOADED);
    if (strands.callerLeftAt[strand] >= 0) this.discard(strand);
    else this.answer(strand, OVERLOADED);
  }

  private dropped(strand: number, stamp: number): void {
    const { instances } = this.world;
    if (strands.stamp[strand] !== stamp) return;
    this.quit(strand, OVERLOADED);
    if (strands.callerLeftAt[strand] >= 0) this.discard(strand);
    else this.refuse(strand, instances[strands.instance[strand]], OVERLOADED);
  }

  /** A request leaves all concurrency limits. */
  private quit(strand: number, outcome: Outcome): void {
    const { gates, sections } = this.world;
    const slot = strands.slot[strand];
    if ((slot & GATED) !== 0) gates.leave(strand, outcome);
    if ((slot & STATEMENT) !== 0) sections!.transactions.left(strand);
    if ((slot & LEASED) !== 0) this.returnLease(strand);
    this.workEnded(strand);
  }

  /** Some work of an instance is done; if the instance is ending, this may have been its last. */
  private workEnded(strand: number): void {
    const { outages, instances } = this.world;
    const { terminations } = outages;
    if (terminations.isAwaited) terminations.look(instances[strands.instance[strand]]);
  }

  private returnLease(strand: number): void {
    const { instances, leaseOwners } = this.world;
    leaseOwners.get(instances[strands.instance[strand]].component)!.left(strand);
  }

  wanted(strand: number, instance: Instance): boolean {
    if (strands.cancelNotified[strand] !== 0 && instance.cancellation !== CANCELLATION.ignore) {
      this.quit(strand, OUTCOME.cancelled);
      this.discard(strand);
      return false;
    }
    if (strands.deadline[strand] <= engine.now) {
      this.quit(strand, OUTCOME.deadlineExceeded);
      if (strands.callerLeftAt[strand] >= 0) this.discard(strand);
      else this.answer(strand, OUTCOME.deadlineExceeded);
      return false;
    }
    return true;
  }

  /** Measures the answer of a job and sends it. */
  private answer(strand: number, outcome: Outcome): void {
    const { wire } = this.world;
    invariant(strands.state[strand] !== STATE.REPLYING, 'a request is answered once');
    if (strands.returns[strand] === RETURN.task) {
      this.endTask(strand, outcome);
      return;
    }
    strands.state[strand] = STATE.REPLYING;
    this.workEnded(strand);
    this.measure(strand, outcome, true);
    if (strands.callerLeftAt[strand] >= 0) {
      this.freeJob(strand, -1);
      return;
    }
    strands.answer[strand] = outcome;
    wire.reply(strand);
  }

  /** A cancelled request is dropped before any work was done. Its caller has left, or waits for the answer. */
  private discard(strand: number): void {
    const outcome = OUTCOME.cancelled;
    const isAwaited = strands.returns[strand] === RETURN.frame && strands.callerLeftAt[strand] < 0;
    if (isAwaited) return this.answer(strand, outcome);
    this.workEnded(strand);
    this.measure(strand, outcome, false);
    this.freeJob(strand, -1);
  }

  lose(strand: number): void {
    this.workEnded(strand);
    if (strands.callerLeftAt[strand] >= 0) this.freeJob(strand, -1);
    else strands.state[strand] = STATE.LOST;
  }

  /** Work that continued after its answer has ended. */
  private endAfterAnswer(strand: number): void {
    switch (strands.answered[strand]) {
      case ANSWERED.onTheWire:
        // The delivery frees it.
        strands.answered[strand] = ANSWERED.no;
        strands.state[strand] = STATE.REPLYING;
        break;
      case ANSWERED.lost:
        this.world.effects.waste(strand);
        this.lose(strand);
        break;
      default:
        this.freeJob(strand, -1);
    }
  }

  /** Counts an answer, also for its version if it belongs to a request. `good`: the answer may still be used. */
  private measure(strand: number, outcome: Outcome, good: boolean): void {
    const latency = engine.now - strands.arrived[strand];
    const cell = strands.cell[strand];
    const part = strands.part[strand];
    sink.answer(part, cell, outcome, latency, good);
    if (strands.trace[strand] !== 0) this.world.tracer.serves(strand, outcome, engine.now);
    const { tally, rowShift } = this.world.instances[strands.instance[strand]];
    if (rowShift > 0) sink.answer(part + rowShift, cell, outcome, latency, good);
    if (strands.returns[strand] === RETURN.frame) tally?.answered(outcome, latency, cell);
  }

  private markCancelNotified(strand: number): void {
    strands.cancelNotified[strand] = 1;
    for (let k = strands.child[strand]; k >= 0; k = strands.sibling[k]) this.markCancelNotified(k);
  }
}

/**
 * What a server records for finished work: its own result, or an error that a fault makes it answer. It does not know
 * that the connection has broken.
 */
function servedAs(strand: number, own: Outcome): Outcome {
  const injected = strands.injected[strand];
  const isOnTheWay = injected === OUTCOME.reset || injected === OUTCOME.cancelled;
  return injected === 0 || isOnTheWay ? own : injected;
}
