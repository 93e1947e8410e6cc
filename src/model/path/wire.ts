import { invariant } from '../../kernel/invariant.js';
import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import { derive, lineage } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import { isHinted, OUTCOME, PASS, type Outcome } from '../../contracts/outcome.js';
import { EDGE_COUNTER, type CalledEndpoint } from '../../contracts/patterns/policy.js';
import { SESSION } from '../../contracts/scenario/sections.js';
import { callPath, MAX_CALL_DEPTH, MAX_LIVE } from '../data/strands/call-path.js';
import { chainOf, edgeOf, type Edge, type View } from '../data/edges/edge.js';
import { CANCELLATION, type Instance } from '../data/instances/instance.js';
import { FROZEN } from '../data/instances/process.js';
import { CUT, MESSAGE, VANISHED } from '../data/edges/link.js';
import { balancerAt, isUnknown, NOWHERE, type Picks } from '../resources/picking/picks.js';
import type { CallFaults } from '../resources/layers/call-faults.js';
import { GO } from '../resources/sections/transactions.js';
import { RETURN, STATE, strands } from '../data/strands/strands.js';
import { largestHolder } from '../data/holders.js';
import { frames, originalOf } from '../data/strands/frames.js';
import { operatesAsAttempt } from '../data/strands/operations.js';
import type { Apart } from './apart.js';
import { levels } from '../data/figures/levels.js';
import { sink } from '../data/figures/sink.js';
import type { InterpreterPort } from '../data/ports.js';
import type { ServedRun } from '../data/run.js';
import type { Registries } from '../resources/discovery/registries.js';
import type { Sizes } from '../resources/network/sizes.js';
import type { Sections } from '../resources/sections/sections.js';
import type { Ties } from '../resources/sharing/ties.js';
import type { ServerEnds } from '../resources/connections/server-ends.js';
import type { Passes } from '../resources/mesh/passes.js';
import type { ConnectionTable } from '../resources/connections/connection-table.js';

export interface WireParts extends ServedRun {
  /** Null if no message has a size. */
  readonly sizes: Sizes | null;
  /** Null if no step holds a connection or a lock, and no database locks rows. */
  readonly sections: Sections | null;
  /** Null if no fault ends calls in the proxies of callers. */
  readonly callFaults: CallFaults | null;
  /** Null if no time limit leaves what is inside of it. */
  readonly apart: Apart | null;
  /** Null if no policy ties attempts to each other. */
  readonly ties: Ties | null;
  /** Null if no server closes connections by its own limits. */
  readonly serverEnds: ServerEnds | null;
  readonly connections: ConnectionTable;
  readonly interpreter: InterpreterPort & {
    readonly instead: { begin(frame: number, layer: number): number; stop(strand: number): void };
  };
  readonly picks: Picks;
  /** Null if no component is registered. */
  readonly registries: Registries | null;
  /** Null without a service mesh. */
  readonly passes: Passes | null;
}

/**
 * Connects caller and callee: picks an instance by the caller's view, carries request, answer and cancellation over the
 * link, and detaches caller and attempt from each other on both sides at once.
 */
export class Wire {
  /** Attempts sent, including the warm-up. */
  attempts = 0;
  private readonly arriveOp: number = engine.define('arrive', (strand, stamp) =>
    this.arrive(strand, stamp),
  );
  private readonly replyOp: number = engine.define('reply', (strand) => this.deliver(strand));
  private readonly cancelOp: number = engine.define('cancel', (strand, life) => {
    if (strands.life[strand] === life) this.world.server.cancelNotified(strand);
  });

  constructor(private readonly world: WireParts) {}

  /** Sends one attempt of the frame and sets `frames.job`. Returns PASS, or an outcome if it cannot be sent. */
  send(frame: number): number {
    const { world } = this;
    const { instances, sizes } = world;
    const edge = world.edges[frames.edge[frame]];
    const caller = instances[frames.caller[frame]];
    const owner = frames.owner[frame];
    derive(frames.lineageA[frame], frames.lineageB[frame], frames.attempt[frame]);
    const a = lineage.a;
    const b = lineage.b;
    const inSession = edge.session !== SESSION.none;
    const verdict = inSession ? world.sections!.transactions.sends(frame, edge) : GO;
    if (verdict !== GO) return verdict;
    const view = edge.views[caller.index];
    if (!edge.picked && !this.pick(edge, frame, view, a, b)) {
      sink.count(edge.stat, EDGE_COUNTER.breakerRejected);
      return OUTCOME.rejectedBreaker;
    }
    const index = frames.place[frame];
    invariant(
      index >= 0 && frames.job[frame] < 0,
      'a call has one attempt at a time, to an instance that was picked',
    );
    const callee = instances[edge.first + index];
    const strand = strands.open(callee.id, a, b);
    strands.part[strand] = edge.toPart;
    strands.edge[strand] = edge.id;
    strands.returns[strand] = RETURN.frame;
    strands.from[strand] = frame;
    // Forks execute the same call: a second execution of it is a duplicate.
    const original = originalOf(frame);
    operatesAsAttempt(strand, frame, original);
    strands.callA[strand] = frames.lineageA[original];
    strands.callB[strand] = frames.lineageB[original];
    if (world.apart !== null) world.apart.sent(strand, original);
    strands.rootA[strand] = strands.rootA[owner];
    strands.rootB[strand] = strands.rootB[owner];
    strands.request[strand] = strands.request[owner];
    this.handOn(strand, owner, edge, caller);
    strands.level[strand] = strands.level[owner] + 1;
    strands.pc[strand] = edge.program;
    strands.attempt[strand] = frames.attempt[frame];
    strands.deadline[strand] = frames.deadline[frame];
    strands.sent[strand] = engine.now;
    strands.sentCell[strand] = sink.cell;
    strands.state[strand] = STATE.TRANSIT;
    this.trace(strand, frame, owner);
    if (inSession) world.sections!.transactions.carries(strand, frame, edge);
    frames.job[frame] = strand;
    if (world.ties !== null) world.ties.sent(strand);
    this.attempts++;
    sink.attempt(edge.stat);
    levels.add(view.gauge, 1);
    if (sizes !== null) sizes.sent(strand, edge, owner);
    if (world.callData !== null) world.callData.sent(strand, owner);
    if (isUnknown(edge, view, index)) strands.injected[strand] = OUTCOME.refused;
    else if (world.registries !== null && callee.down) world.registries.noteStale(edge.toComponent);
    this.guard(strand);
    if (edge.passes === 0) this.launch(strand, edge, caller, callee, 0);
    else world.passes!.send(strand, edge, caller, callee);
    return PASS;
  }

  /** Copies the key data and priority that a request passes on. */
  private handOn(strand: number, owner: number, edge: Edge, caller: Instance): void {
    const { world } = this;
    if (world.prioritised) {
      const own = world.plan.parts[edge.toPart].priority;
      strands.priority[strand] = own < 0 ? strands.priority[owner] : own;
    }
    if (world.keys.inSequence) strands.arrival[strand] = strands.arrival[owner];
    if (world.keys.byCaller) strands.caller[strand] = caller.id;
    if (world.executions !== null) strands.once[strand] = this.keyOf(edge, caller, owner);
  }

  /**
   * The caller abandons the attempt because of `outcome` (timeout, deadlineExceeded or cancelled). `notify`: the callee
   * gets a message about it.
   */
  abandon(_frame: number, job: number, outcome: Outcome, notify: boolean): void {
    invariant(strands.callerLeftAt[job] < 0, 'a caller leaves an attempt once');
    const { world } = this;
    const edge = world.edges[strands.edge[job]];
    if (world.serverEnds !== null) world.serverEnds.left(job);
    this.settle(job, edge, outcome);
    if (world.apart === null || !world.apart.wasCounted(job)) {
      sink.attemptEnded(edge.stat, strands.sentCell[job], outcome);
    }
    if (edge.session !== SESSION.none) world.sections!.transactions.abandoned(job);
    strands.answer[job] = outcome;
    strands.callerLeftAt[job] = engine.now;
    world.tracer.left(job);
    if (strands.state[job] === STATE.LOST) {
      world.server.freeJob(job, -1);
      return;
    }
    const callee = world.instances[strands.instance[job]];
    if (!notify || callee.cancellation === CANCELLATION.ignore) return;
    const link = strands.link[job];
    let delay = 0;
    if (link >= 0) {
      delay = world.links[link].delay(MESSAGE.cancel, strands.lineageA[job], strands.lineageB[job]);
      if (delay === VANISHED) return;
    }
    const at = engine.now + delay;
    engine.at(at, PHASE.COMPLETION, this.cancelOp, job, strands.life[job], 0);
  }

  /** Sends the answer of a job, which is in `strands.answer`. */
  reply(strand: number): void {
    const { world } = this;
    const { sizes } = world;
    if (world.serverEnds !== null && world.serverEnds.dropsResponse(strand)) {
      world.server.answerLost(strand);
      return;
    }
    const link = strands.link[strand];
    let at = engine.now;
    let first = at;
    if (link >= 0) {
      const way = world.links[link];
      const { lineageA, lineageB } = strands;
      if (way.dataLimits !== null) world.connections.limit(strand, way.dataLimits, sizes);
      const delay = way.delay(MESSAGE.answer, lineageA[strand], lineageB[strand]);
      if (delay === VANISHED || way.flows?.answers(strand, way, at + delay) === false) {
        world.server.answerLost(strand);
        return;
      }
      at += delay;
      if (sizes !== null && sizes.crossings !== null) {
        sizes.crossings.count(link, sizes.onTheWire(strand, strands.answer[strand]));
      }
      if (sizes !== null && way.answerBandwidth !== Infinity) {
        const to = frames.caller[strands.from[strand]];
        at += sizes.answering(strand, strands.answer[strand], way.answerBandwidth, to);
      }
      first = at;
      if (way.ordered) at = world.connections.answer(strand, at);
    }
    if (sizes !== null && sizes.lines.passed !== null) {
      sizes.lines.carry(strand, true, first, at, PHASE.COMPLETION);
    } else {
      engine.at(at, PHASE.COMPLETION, this.replyOp, strand, strands.life[strand], 0);
    }
  }

  /**
   * Sets target, chain and deadline of `child`, a separate call for `frame`. `question` -1: the call that replaces a
   * failed frame; otherwise: the query to the store of that layer of its bundle.
   */
  beside(frame: number, child: number, question: number): void {
    const { world } = this;
    const { instances } = world;
    const { fallback, asks } = world.edges[frames.edge[frame]];
    const caller = instances[frames.caller[frame]];
    const meant = world.edges[question < 0 ? fallback : asks![question]];
    const edge = edgeOf(world.edges, meant, caller);
    frames.edge[child] = edge.id;
    frames.chain[child] = chainOf(edge, caller.index);
    frames.depth[child] = edge.depth;
    frames.cell[child] = sink.cell;
    // A fallback call keeps the deadline of its caller, but not the time limit of the failed call; a store query ends
    // with its call.
    frames.deadline[child] = strands.deadline[frames.owner[frame]];
    sink.call(edge.stat);
  }

  /** Starts the steps that a caller runs instead of a failed frame; returns -1 if it makes a call instead. */
  stepsInstead(frame: number, layer: number): number {
    const { edges, interpreter } = this.world;
    if (edges[frames.edge[frame]].instead < 0) return -1;
    return interpreter.instead.begin(frame, layer);
  }

  stopSteps(strand: number): void {
    this.world.interpreter.instead.stop(strand);
  }

  /** A call has ended; measured before the owner continues. */
  callEnded(frame: number, outcome: Outcome): void {
    const { world } = this;
    const edge = world.edges[frames.edge[frame]];
    const latency = engine.now - frames.start[frame];
    sink.callEnded(edge.stat, frames.cell[frame], outcome, latency);
    engine.note((edge.id << 5) | (outcome & 31), frames.lineageA[frame]);
  }

  /** Passes a retry hint to the strand that made a call, before the outcome of that call. */
  hinted(strand: number, hint: Ns): void {
    strands.hint[strand] = hint;
  }

  /** Passes the outcome of a call that took time to the strand that made it. */
  callAnswered(strand: number, stamp: number, outcome: Outcome): void {
    const { interpreter } = this.world;
    invariant(strands.stamp[strand] === stamp, 'an answer goes to a strand that lives');
    strands.stamp[strand]++;
    strands.outcome[strand] = outcome;
    interpreter.resume(strand);
  }

  count(frame: number, counter: number): void {
    const edge = this.world.edges[frames.edge[frame]];
    sink.count(edge.stat, counter);
  }

  endpoint(frame: number): CalledEndpoint {
    return this.world.edges[frames.edge[frame]];
  }

  /** Counts a retry that a layer sends. */
  retried(frame: number, layer: number): void {
    const { stat, proxyLayer } = this.world.edges[frames.edge[frame]];
    sink.count(stat, EDGE_COUNTER.retries);
    if (layer >= proxyLayer) sink.count(stat, EDGE_COUNTER.proxyRetries);
  }

  /** Ties the attempts of a frame to those of another, see CallContext.tie. */
  tie(frame: number, other: number): void {
    this.world.ties!.tie(frame, other);
  }

  /** Opens the strand for what is inside a time limit; -1 if it cannot be left. */
  openApart(frame: number): number {
    return this.world.apart!.open(frame);
  }

  beginApart(frame: number, child: number): void {
    this.world.apart!.begin(frame, child);
  }

  /** Whether the end of what is inside a time limit needs nothing more; false = it waits, or would try again. */
  asksToStop(child: number): boolean {
    return this.world.apart!.stops.ask(child);
  }

  isStopping(frame: number): boolean {
    return this.world.apart !== null && this.world.apart.stops.has(frame);
  }

  /** What is inside a time limit has ended, while its caller waits. */
  rejoined(child: number, parent: number): void {
    this.world.apart!.rejoined(child, parent);
  }

  leaveApart(child: number, socketNs: Ns): void {
    this.world.apart!.leave(child, socketNs);
  }

  /** A fork or a call that was left ends; its outcome goes nowhere. */
  dropped(frame: number): void {
    const { apart } = this.world;
    if (apart !== null) apart.ended(frame);
  }

  /** The work of a call that was left has ended. */
  leftEnded(frame: number): void {
    this.world.apart!.ended(frame);
    this.world.server.freeStrand(frames.owner[frame]);
  }

  /** A call is about to be forked: its forks may have to avoid its place. */
  syncPlace(frame: number): void {
    const { apart } = this.world;
    if (apart !== null) apart.syncPlace(frame);
  }

  /** Returns true if the process of the caller is paused; the event then happens when it resumes. */
  stalls(frame: number, op: number, target: number, stamp: number): boolean {
    const { world } = this;
    const caller = world.instances[frames.caller[frame]];
    if (caller.frozen !== FROZEN.pause || caller.down) return false;
    caller.stalledCalls.push(op, target, stamp);
    return true;
  }

  /** A layer ends a call that it has held. */
  finished(frame: number, layer: number, outcome: Outcome): void {
    this.world.tracer.proxied?.finished(frame, layer, outcome);
  }

  /** Reports to outlier detection that an instance accepted a connection; a refused one does not count. */
  private noteConnected(edge: Edge, strand: number, caller: Instance, callee: Instance): void {
    const isRefused = strands.injected[strand] === OUTCOME.refused;
    if (!edge.connected && (isRefused || (callee.shut && !callee.silent))) return;
    edge.outliers![caller.index].connected(callee.index);
  }

  /** Picks the instance of an attempt; returns false if none is available. */
  private pick(edge: Edge, frame: number, view: View, a: number, b: number): boolean {
    const isOnly = edge.route === null && view.fleet.size === 1 && view.shutCount === 0;
    const index = isOnly ? 0 : this.world.picks.place(edge, frame, a, b);
    if (index === NOWHERE) return false;
    frames.place[frame] = index;
    view.began(index);
    return true;
  }

  private trace(strand: number, frame: number, owner: number): void {
    const { tracer } = this.world;
    const traceRoot = strands.traceRoot[owner];
    strands.traceRoot[strand] = traceRoot;
    if (traceRoot === 0) return;
    strands.trace[strand] = tracer.nextId();
    strands.traceParent[strand] = strands.traceOf(owner);
    strands.called[strand] = frames.start[frame];
    tracer.sent(strand, frame);
  }

  /** The idempotency key of an attempt: its own, or the one that a gateway passes on. */
  private keyOf(edge: Edge, caller: Instance, owner: number): number {
    const { plan } = this.world;
    if (edge.once >= 0) return edge.once;
    return plan.components[caller.component].kind === 'gateway' ? strands.once[owner] : -1;
  }

  /** The caller no longer counts the attempt as outstanding. */
  private settle(strand: number, edge: Edge, outcome: Outcome): void {
    const { world } = this;
    const callee = world.instances[strands.instance[strand]];
    const caller = world.instances[frames.caller[strands.from[strand]]];
    const view = edge.views[caller.index];
    levels.add(view.gauge, -1);
    const isOld = (edge.outliers !== null || edge.timed) && strands.sent[strand] < callee.metAt;
    if (edge.outliers !== null && !isOld) edge.outliers[caller.index].record(callee.index, outcome);
    if (edge.picked) return;
    view.ended(callee.index);
    if (edge.timed && !isOld) {
      const after = engine.now - strands.sent[strand];
      balancerAt(edge, caller.index, callee.index).ended!(callee.index, after, outcome);
    }
  }

  /** Puts an attempt on its link; `extra` is added to the delay. */
  launch(strand: number, edge: Edge, caller: Instance, callee: Instance, extra: Ns): void {
    this.carry(strand, edge, caller, callee, extra);
    if (edge.outliers !== null) this.noteConnected(edge, strand, caller, callee);
  }

  private carry(strand: number, edge: Edge, caller: Instance, callee: Instance, extra: Ns): void {
    const { sizes } = this.world;
    let delay = 0;
    strands.link[strand] = -1;
    if (caller.id !== callee.id) {
      const slot = (caller.zone + 1) * edge.stride + callee.zone + 1;
      const link = edge.links[slot]!;
      strands.link[strand] = link.id;
      delay = link.delay(MESSAGE.request, strands.lineageA[strand], strands.lineageB[strand]);
      if (delay === VANISHED) {
        strands.state[strand] = STATE.LOST;
        return;
      }
      if (sizes !== null && sizes.crossings !== null) {
        sizes.crossings.count(strands.link[strand], sizes.ofRequest(strand));
      }
      if (link.requestCut === CUT.reject) strands.injected[strand] = OUTCOME.refused;
      else if (sizes !== null && link.requestBandwidth !== Infinity) {
        delay += sizes.sending(strand, link.requestBandwidth, caller.id, callee.id);
      }
    }
    const first = engine.now + delay + extra;
    let at = first;
    if (edge.connected || edge.fades) {
      at = this.world.connections.request(strand, strands.from[strand], at);
      if (at === VANISHED) return;
    }
    // A commit frees its connection, which must be granted before timers of the same instant fire.
    const phase = edge.session === SESSION.holds ? PHASE.COMPLETION : PHASE.ARRIVAL;
    if (sizes !== null && sizes.lines.passed !== null) {
      sizes.lines.carry(strand, false, first, at, phase);
    } else {
      engine.at(at, phase, this.arriveOp, strand, strands.stamp[strand], 0);
    }
  }

  /** A request arrives, unless it was abandoned in the meantime. */
  arrive(strand: number, stamp: number): void {
    const { passes, edges } = this.world;
    if (strands.stamp[strand] !== stamp) return;
    invariant(strands.state[strand] === STATE.TRANSIT, 'a request arrives that is on its way');
    if (passes === null) this.reach(strand);
    else passes.arrive(strand, edges[strands.edge[strand]]);
  }

  /** A request has passed the proxies in front of its callee. */
  reach(strand: number): void {
    const { serverEnds, server } = this.world;
    if (serverEnds === null || !serverEnds.drops(strand)) server.arrive(strand);
  }

  /** The answer arrives at the caller, or at the place of a caller that has left. */
  deliver(strand: number): void {
    const { world } = this;
    if (strands.callerLeftAt[strand] >= 0) {
      world.server.lateAnswer(strand);
      return;
    }
    const frame = strands.from[strand];
    invariant(
      frames.job[frame] === strand,
      'an answer arrives for the attempt that its caller waits for',
    );
    if (this.stalls(frame, this.replyOp, strand, strands.life[strand])) return;
    const outcome = strands.answer[strand];
    if (isHinted(outcome)) world.calls.setHint(frame, strands.hint[strand]);
    const edge = world.edges[strands.edge[strand]];
    this.settle(strand, edge, outcome);
    if (world.sizes !== null) world.sizes.received(strand, edge, frames.owner[frame]);
    if (world.callData !== null) world.callData.received(strand, frames.owner[frame]);
    if (world.apart !== null && world.apart.isLeft(frame)) {
      world.apart.answered(strand, frame, edge);
    } else {
      sink.attemptEnded(edge.stat, strands.sentCell[strand], outcome);
      world.server.answerDelivered(strand, engine.now);
    }
    world.calls.answer(frame, outcome);
  }

  private guard(strand: number): void {
    const { world } = this;
    if (strands.level[strand] > MAX_CALL_DEPTH && world.stop === null) {
      world.stop = { reason: 'depth', detail: callPath(world.plan, strand) };
      engine.halt();
    }
    if (strands.slots.used > MAX_LIVE && world.stop === null) {
      world.stop = { reason: 'memory', detail: largestHolder(world) };
      engine.halt();
    }
  }
}
