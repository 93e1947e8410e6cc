import { invariant } from '../../kernel/invariant.js';
import { INSTANT_LIMIT, engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import type { Ns } from '../../kernel/time.js';
import { derive, lineage } from '../../kernel/rng.js';
import {
  AMBIGUOUS,
  HINTED,
  OUTCOME,
  PENDING,
  isHinted,
  isSuccess,
  kindIndex,
  outcomeOfStatus,
  relayed,
  type Outcome,
} from '../../contracts/outcome.js';
import { CALL_MODE, OP } from '../../contracts/plan/program.js';
import type { Knee } from '../../contracts/scenario/resources.js';
import { Draws } from './draws.js';
import { turnWaits } from './turned-waits.js';
import { Guards, type GuardsParts } from './guards.js';
import { CANCELLATION, type Instance } from '../data/instances/instance.js';
import { FROZEN } from '../data/instances/process.js';
import { Instead, type InsteadParts } from './instead.js';
import type { InterpreterPort } from '../data/ports.js';
import { Joins, inherit, type JoinsParts } from './joins.js';
import { SECTION } from '../data/strands/slot-bits.js';
import { REGISTERS, RETURN, STATE, strands } from '../data/strands/strands.js';
import { operatesFor } from '../data/strands/operations.js';
import { Turns } from './turns.js';
import { chainOf, edgeOf } from '../data/edges/edge.js';
import { sink } from '../data/figures/sink.js';

type InterpreterParts = InsteadParts & JoinsParts & GuardsParts;

/**
 * Runs endpoint programs: a strand executes instructions until one takes time. Instructions without time cost no event.
 * Everything that resumes a strand goes through resume, which holds it while its instance is frozen.
 */
export class Interpreter implements InterpreterPort {
  private readonly code: Int32Array = this.world.plan.program.code;
  private readonly tables: readonly Float64Array[] = this.world.plan.program.tables;
  private readonly draws = new Draws(this.world);
  readonly instead = new Instead(this.world);
  private readonly joins = new Joins(this.world, this, this.draws);
  private readonly guards = new Guards(this.world, this);
  private readonly turns = new Turns(this.world, this.draws);
  private readonly wakeOp: number = engine.define('wake', (strand, stamp) => {
    if (strands.stamp[strand] !== stamp) return;
    strands.stamp[strand]++;
    this.resume(strand);
  });

  constructor(private readonly world: InterpreterParts) {}

  resume(strand: number): void {
    const instance = this.world.instances[strands.instance[strand]];
    const joining = strands.state[strand] === STATE.JOINING;
    if (instance.frozen !== FROZEN.no) {
      if (!joining) strands.state[strand] = STATE.READY;
      instance.stalled.push(strand, strands.stamp[strand]);
      return;
    }
    if (joining) return this.joins.joined(strand);
    const outcome = strands.outcome[strand];
    if (outcome !== 0) {
      strands.outcome[strand] = 0;
      if (!this.settled(strand, outcome)) return;
    }
    this.run(strand);
  }

  workDone(strand: number): void {
    invariant(strands.state[strand] === STATE.CPU, 'work ends that was being done');
    const { instances, workers } = this.world;
    const instance = instances[strands.instance[strand]];
    if (instance.yields) workers.releaseWorker(strand, instance);
    this.resume(strand);
  }

  /** Runs a strand until an instruction takes time or ends it. */
  run(strand: number): void {
    const { code, world } = this;
    let rounds = 0;
    for (;;) {
      if (strands.cancelNotified[strand] !== 0 && this.stopsAtStep(strand)) return;
      const pc = strands.pc[strand];
      const at = pc << 2;
      const a = code[at + 1];
      switch (code[at]) {
        case OP.WORK:
          if (this.work(strand, pc, a, 1)) break;
          return;
        case OP.WAIT:
          this.wait(strand, pc, a);
          return;
        case OP.CALL: {
          strands.pc[strand] = pc + 1;
          const outcome = this.call(strand, pc, a);
          if (outcome === PENDING || !this.settled(strand, outcome)) return;
          break;
        }
        case OP.ACT: {
          strands.pc[strand] = pc + 1;
          const outcome = world.acts[a].begin(strand, pc);
          if (outcome === PENDING) {
            this.act(strand, a);
            return;
          }
          if (!this.settled(strand, outcome)) return;
          break;
        }
        case OP.FORK:
          if (this.joins.fork(strand, pc)) break;
          return;
        case OP.END:
          this.end(strand, OUTCOME.ok);
          return;
        case OP.CHOOSE:
          strands.pc[strand] = this.turns.choose(strand, pc);
          break;
        case OP.CHOOSE_BY:
          strands.pc[strand] = this.turns.chooseBy(strand, pc, code[at + 2]);
          break;
        case OP.SET:
          strands.pc[strand] = this.turns.set(strand, pc) ? pc + 1 : code[at + 3];
          break;
        case OP.LOOP: {
          const left = --strands.registers[strand * REGISTERS + a];
          strands.pc[strand] = left > 0 ? code[at + 2] : pc + 1;
          // Rounds without time create no events, so the engine cannot count them.
          if (++rounds > INSTANT_LIMIT) return this.goesRound(strand);
          break;
        }
        case OP.JUMP:
          strands.pc[strand] = a;
          break;
        case OP.DONE:
          if (isHinted(a)) strands.hint[strand] = this.tables[code[at + 2]][0];
          this.end(strand, a);
          return;
        case OP.SKIP:
          strands.pc[strand] =
            this.draws.unit(strand, pc) < this.tables[a][0] ? pc + 1 : code[at + 2];
          break;
        case OP.WHEN:
          strands.pc[strand] =
            this.tables[a][strands.request[strand]] !== 0 ? pc + 1 : code[at + 2];
          break;
        case OP.RESPOND:
          strands.pc[strand] = pc + 1;
          world.server.answerFirst(strand, a);
          break;
        case OP.BACKGROUND:
          strands.pc[strand] = code[at + 2];
          this.background(strand, pc, a);
          break;
        default:
          // The instructions before the steps; they are rare, so they are kept out of this switch.
          if (this.guards.run(strand, pc)) break;
          return;
      }
    }
  }

  /** Stops the run: a loop without time has made as many rounds as the engine may handle events at one instant. */
  private goesRound(strand: number): void {
    const { plan } = this.world;
    const { component, name } = plan.parts[strands.part[strand]];
    const detail = `a loop of ${plan.components[component].name}.${name}`;
    this.world.stop ??= { reason: 'instant', detail };
    engine.halt();
  }

  work(strand: number, pc: number, sampler: number, times: number): boolean {
    const { instances, workers } = this.world;
    const instance = instances[strands.instance[strand]];
    if (instance.yields && !workers.takeWorker(strand, instance)) return false;
    let time = this.draws.sample(strand, pc, sampler);
    if (times !== 1) time = Math.round(time * times);
    if (instance.cold !== null) time = this.inTheCold(instance, time);
    if (instance.knee !== null) time = crowded(instance, instance.knee, time);
    strands.pc[strand] = pc + 1;
    if (time === 0) {
      if (instance.yields) workers.releaseWorker(strand, instance);
      return true;
    }
    strands.state[strand] = STATE.CPU;
    instance.cores.add(strand, time);
    return false;
  }

  /** Duration of a step in a process that is still warming up. */
  private inTheCold(instance: Instance, time: Ns): Ns {
    const { now } = engine;
    const cold = instance.cold!;
    if (!cold.isOver(now)) return cold.stretched(time, now);
    instance.cold = null;
    return time;
  }

  private wait(strand: number, pc: number, sampler: number): void {
    const { instances } = this.world;
    const instance = instances[strands.instance[strand]];
    let time = this.draws.sample(strand, pc, sampler);
    if (instance.cold !== null) time = this.inTheCold(instance, time);
    if (instance.knee !== null) time = crowded(instance, instance.knee, time);
    if (instance.disk !== null) time = this.draws.onDisk(strand, pc, instance.disk, time);
    if (instance.speed !== 1) time = Math.round(time / instance.speed);
    strands.pc[strand] = pc + 1;
    strands.state[strand] = STATE.SLEEP;
    this.yieldWorker(strand, instance);
    this.sleep(strand, engine.now + time);
    strands.wakes[strand] = engine.now + time;
  }

  /** Waits in progress continue at another speed: the rest of each is stretched by the factor. */
  stretchWaits(instance: Instance, factor: number): void {
    for (let strand = 0; strand < strands.slots.touched; strand++) {
      if (!strands.alive(strand) || strands.instance[strand] !== instance.id) continue;
      if (strands.state[strand] !== STATE.SLEEP || strands.wakes[strand] < engine.now) continue;
      const wakes = engine.now + Math.round((strands.wakes[strand] - engine.now) * factor);
      strands.stamp[strand]++;
      strands.wakes[strand] = wakes;
      this.sleep(strand, wakes);
    }
  }

  /** The draws have turned: what forgets how long it has lasted gets a new end. */
  turned(): void {
    turnWaits(this.world, this.code, this.draws, (strand, wakes) => this.sleep(strand, wakes));
  }

  sleep(strand: number, wakes: number): void {
    const stamp = strands.stamp[strand];
    engine.at(wakes, PHASE.COMPLETION, this.wakeOp, strand, stamp, 0);
  }

  /** The strand waits for the end of an act. */
  private act(strand: number, id: number): void {
    const { instances } = this.world;
    strands.state[strand] = STATE.ACTING;
    strands.call[strand] = id;
    this.yieldWorker(strand, instances[strands.instance[strand]]);
  }

  acted(strand: number, outcome: Outcome): void {
    invariant(strands.state[strand] === STATE.ACTING, 'an act ends that has begun');
    strands.state[strand] = STATE.READY;
    strands.stamp[strand]++;
    strands.outcome[strand] = outcome;
    this.world.acts[strands.call[strand]].ended?.(strand, outcome);
    this.resume(strand);
  }

  call(strand: number, pc: number, edgeId: number): Outcome {
    const { world } = this;
    const { calls } = world;
    const instance = world.instances[strands.instance[strand]];
    const edge = edgeOf(world.edges, world.edges[edgeId], instance);
    strands.state[strand] = STATE.CALLING;
    this.yieldWorker(strand, instance);
    sink.call(edge.stat);
    const outcome = calls.call(
      edge.id,
      instance.id,
      chainOf(edge, instance.index),
      edge.depth,
      strand,
      strands.stamp[strand],
      sink.cell,
      strands.deadline[strand],
      strands.lineageA[strand],
      strands.lineageB[strand],
      this.draws.tag(strand, pc),
    );
    if (outcome === PENDING) strands.call[strand] = calls.lastFrame;
    return outcome;
  }

  settled(strand: number, outcome: Outcome): boolean {
    if (isSuccess(outcome)) {
      if ((outcome & 31) === OUTCOME.degraded) strands.degraded[strand] = outcome;
      return true;
    }
    const at = (strands.pc[strand] - 1) << 2;
    const seen = isHinted(outcome) ? this.passedOn(strand, outcome) : outcome;
    return this.failed(strand, seen, this.code[at + 2], this.code[at + 3]);
  }

  /** A gateway passes on the retry hint of an answer; a service answers without it. */
  private passedOn(strand: number, outcome: Outcome): Outcome {
    const { instances, plan } = this.world;
    const { component } = instances[strands.instance[strand]];
    return plan.components[component].kind === 'gateway' ? outcome : outcome & ~HINTED;
  }

  /** Applies the failure mode of a failed step; returns false if the strand has ended. */
  failed(strand: number, outcome: Outcome, mode: number, target: number): boolean {
    if (mode === CALL_MODE.OPTIONAL) return true;
    if (mode === CALL_MODE.JUMP) {
      strands.pc[strand] = target;
      return true;
    }
    if (mode === CALL_MODE.REPLY) {
      strands.answer[strand] = outcome;
      return true;
    }
    if (mode === CALL_MODE.KEEP) {
      strands.pc[strand] = target;
      strands.outcome[strand] = outcome;
      return true;
    }
    if (mode === CALL_MODE.TAKEN) {
      this.world.callData!.outcome[strand] = outcome;
      strands.pc[strand] = target;
      return true;
    }
    if (mode === CALL_MODE.CHECK) return this.guards.unchecked(strand, outcome, target);
    if (mode === CALL_MODE.ANSWER) this.end(strand, this.answered(target, outcome));
    else this.end(strand, mode === CALL_MODE.PASS ? outcome & ~AMBIGUOUS : relayed(outcome));
    return false;
  }

  /** The gateway product's answer for a call that failed. */
  private answered(table: number, outcome: Outcome): Outcome {
    const status = this.tables[table][kindIndex(outcome)];
    return status === 0 ? relayed(outcome) : outcomeOfStatus(status);
  }

  end(strand: number, outcome: Outcome): void {
    const { sections, server } = this.world;
    if (strands.parent[strand] < 0) {
      server.finishJob(strand, outcome);
      return;
    }
    if ((strands.slot[strand] & SECTION) !== 0 && !sections!.ended(strand, outcome)) return;
    if (this.instead.runs(strand)) this.instead.ended(strand, outcome);
    else this.joins.endBranch(strand, outcome);
  }

  /** Starts a detached strand at `start`, with its own lineage. */
  private background(strand: number, pc: number, start: number): void {
    const { instances, sizes } = this.world;
    const instance = instances[strands.instance[strand]];
    const tag = this.draws.tag(strand, pc);
    derive(strands.lineageA[strand], strands.lineageB[strand], tag);
    const own = strands.open(instance.id, lineage.a, lineage.b);
    inherit(own, strand);
    operatesFor(own, strand, tag);
    strands.returns[own] = RETURN.none;
    strands.deadline[own] = Infinity;
    strands.cancelNotified[own] = 0;
    // Its calls belong to the request; in a trace their parent is the execution that started it.
    strands.traceRoot[own] = -Math.abs(strands.traceRoot[strand]);
    strands.traceParent[own] = strands.traceOf(strand);
    if (sizes !== null) sizes.copied(own, strand);
    strands.cell[own] = -1;
    strands.pc[own] = start;
    strands.state[own] = STATE.READY;
    if (this.world.workers.beginBackground(own, instance)) this.run(own);
  }

  wake(strand: number): void {
    engine.soon(engine.phase, this.wakeOp, strand, strands.stamp[strand], 0);
  }

  answer(strand: number, outcome: Outcome): void {
    strands.stamp[strand]++;
    this.end(strand, outcome);
  }

  yieldWorker(strand: number, instance: Instance): void {
    if (instance.yields) this.world.workers.releaseWorker(strand, instance);
  }

  /** With cancellation `atSteps`, a strand whose caller has left stops between two steps. */
  private stopsAtStep(strand: number): boolean {
    const { instances, server } = this.world;
    const instance = instances[strands.instance[strand]];
    if (instance.cancellation !== CANCELLATION.atSteps || strands.parent[strand] >= 0) return false;
    if (strands.answered[strand] !== 0) return false;
    strands.state[strand] = STATE.READY;
    server.stopJob(strand, OUTCOME.cancelled);
    return true;
  }
}

/** Duration of a step at a server with this many statements in progress. */
function crowded({ busy }: Instance, { connections, alpha }: Knee, time: Ns): Ns {
  return busy <= connections ? time : Math.round(time * (1 + alpha * (busy - connections)));
}
