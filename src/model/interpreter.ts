import { invariant } from '../kernel/invariant.js';
import { PHASE } from '../kernel/phase.js';
import { derive, lineage, unit } from '../kernel/rng.js';
import { AMBIGUOUS, OUTCOME, PENDING, isSuccess, relayed } from '../spec/outcome.js';
import type { Outcome } from '../spec/outcome.js';
import { CALL_MODE, FORK_TABLE, OP } from '../spec/plan.js';
import { CANCELLATION, FROZEN } from './instance.js';
import type { Instance } from './instance.js';
import { REGISTERS, RETURN, STATE } from './strands.js';
import type { World } from './world.js';

const BRANCH_TAG = 0x2000;

/** Rounds that are still to come, at most; a register holds no more. */
const MAX_ROUNDS = 0x7fffffff;

/**
 * Runs endpoint programs: strands go from instruction to instruction until something takes time.
 * Instructions that take none cost no event; everything that resumes comes through goOn, the gate of a
 * frozen instance.
 */
export class Interpreter {
  private readonly world: World;
  private readonly wakeOp: number;
  private readonly joinEndOp: number;
  private readonly code: Int32Array;
  private readonly tables: readonly Float64Array[];
  /** Whether any program of the plan loops; without loops the registers stay 0 and are not read. */
  private readonly loops: boolean;

  constructor(world: World) {
    this.world = world;
    this.code = world.plan.program.code;
    this.tables = world.plan.program.tables;
    this.loops = usesLoops(this.code);
    const { engine, strands } = world;
    this.wakeOp = engine.define('wake', (strand, stamp) => {
      if (strands.stamp[strand] !== stamp) return;
      strands.stamp[strand]++;
      this.goOn(strand);
    });
    this.joinEndOp = engine.define('best-effort', (strand, stamp) => {
      if (strands.stamp[strand] !== stamp) return;
      const instance = this.world.instances[strands.instance[strand]];
      // At the thaw it is found still joining, which tells goOn that its time was up.
      if (instance.frozen !== FROZEN.no) instance.stalled.push(strand, stamp);
      else this.joined(strand);
    });
  }

  /** A strand goes on: at once, or at the thaw of its instance. */
  goOn(strand: number): void {
    const { strands, instances } = this.world;
    const instance = instances[strands.instance[strand]];
    const joining = strands.state[strand] === STATE.JOINING;
    if (instance.frozen !== FROZEN.no) {
      if (!joining) strands.state[strand] = STATE.READY;
      instance.stalled.push(strand, strands.stamp[strand]);
      return;
    }
    if (joining) {
      this.joined(strand);
      return;
    }
    const outcome = strands.outcome[strand];
    if (outcome !== 0) {
      strands.outcome[strand] = 0;
      if (!this.settled(strand, outcome)) return;
    }
    this.run(strand);
  }

  /** A strand has had its work on the cores. */
  workDone(strand: number): void {
    const { strands, instances, server } = this.world;
    const instance = instances[strands.instance[strand]];
    if (instance.yields) server.releaseWorker(strand, instance);
    this.goOn(strand);
  }

  private run(strand: number): void {
    const { code, world } = this;
    const { strands } = world;
    for (;;) {
      if (strands.told[strand] !== 0 && this.stopsAtStep(strand)) return;
      const pc = strands.pc[strand];
      const at = pc << 2;
      const a = code[at + 1];
      switch (code[at]) {
        case OP.WORK:
          if (this.work(strand, pc, a)) break;
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
        case OP.FORK:
          if (this.fork(strand, pc)) break;
          return;
        case OP.END:
          this.end(strand, OUTCOME.ok);
          return;
        case OP.CHOOSE:
          strands.pc[strand] = this.choose(strand, pc);
          break;
        case OP.SET:
          strands.pc[strand] = this.set(strand, pc) ? pc + 1 : code[at + 3];
          break;
        case OP.LOOP: {
          const left = --strands.registers[strand * REGISTERS + a];
          strands.pc[strand] = left > 0 ? code[at + 2] : pc + 1;
          break;
        }
        case OP.JUMP:
          strands.pc[strand] = a;
          break;
        case OP.DONE:
          this.end(strand, a);
          return;
        case OP.SKIP:
          strands.pc[strand] =
            this.draw(strand, pc) < this.tables[a][0] ? pc + 1 : code[at + 2];
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
        case OP.LIMIT:
          strands.pc[strand] = pc + 1;
          if (this.limit(strand, a, code[at + 2])) break;
          return;
        default:
          invariant(false, 'unknown-instruction');
      }
    }
  }

  /** CPU: true when the work is nothing, false when the strand has to wait for it. */
  private work(strand: number, pc: number, sampler: number): boolean {
    const { strands, instances, server } = this.world;
    const instance = instances[strands.instance[strand]];
    if (instance.yields && !server.takeWorker(strand, instance)) return false;
    const time = this.sample(strand, pc, sampler);
    strands.pc[strand] = pc + 1;
    if (time === 0) {
      if (instance.yields) server.releaseWorker(strand, instance);
      return true;
    }
    strands.state[strand] = STATE.CPU;
    instance.cores.add(strand, time);
    return false;
  }

  private wait(strand: number, pc: number, sampler: number): void {
    const { strands, engine, instances } = this.world;
    const instance = instances[strands.instance[strand]];
    const time = Math.round(this.sample(strand, pc, sampler) / instance.speed);
    strands.pc[strand] = pc + 1;
    strands.state[strand] = STATE.SLEEP;
    this.yieldWorker(strand, instance);
    this.sleep(strand, engine.now + time);
    strands.wakes[strand] = engine.now + time;
  }

  /** Waits under way go on at another speed: what is left of them is stretched by the factor. */
  stretchWaits(instance: Instance, factor: number): void {
    const { strands, engine } = this.world;
    for (let strand = 0; strand < strands.slots.capacity; strand++) {
      if (!strands.alive(strand) || strands.instance[strand] !== instance.id) continue;
      if (strands.state[strand] !== STATE.SLEEP || strands.wakes[strand] < engine.now) continue;
      const wakes = engine.now + Math.round((strands.wakes[strand] - engine.now) * factor);
      strands.stamp[strand]++;
      strands.wakes[strand] = wakes;
      this.sleep(strand, wakes);
    }
  }

  private sleep(strand: number, wakes: number): void {
    const { strands, engine } = this.world;
    const stamp = strands.stamp[strand];
    engine.at(wakes, PHASE.COMPLETION, this.wakeOp, strand, stamp, 0);
  }

  private call(strand: number, pc: number, edgeId: number): Outcome {
    const { world } = this;
    const { strands, calls, sink } = world;
    const edge = world.edges[edgeId];
    const instance = world.instances[strands.instance[strand]];
    strands.state[strand] = STATE.CALLING;
    this.yieldWorker(strand, instance);
    sink.call(edge.stat);
    const outcome = calls.call(
      edgeId,
      instance.id,
      edge.chains[instance.index],
      edge.depth,
      strand,
      strands.stamp[strand],
      sink.cell,
      strands.deadline[strand],
      strands.lineageA[strand],
      strands.lineageB[strand],
      this.tag(strand, pc),
    );
    if (outcome === PENDING) strands.call[strand] = calls.lastFrame;
    return outcome;
  }

  /** Takes the outcome of the CALL before pc; false when the strand has ended by it. */
  private settled(strand: number, outcome: Outcome): boolean {
    const { strands } = this.world;
    if (isSuccess(outcome)) {
      if ((outcome & 31) === OUTCOME.degraded) strands.degraded[strand] = 1;
      return true;
    }
    const at = (strands.pc[strand] - 1) << 2;
    return this.failed(strand, outcome, this.code[at + 2], this.code[at + 3]);
  }

  /** What a failed step does, by its mode; false when the strand has ended by it. */
  private failed(strand: number, outcome: Outcome, mode: number, target: number): boolean {
    if (mode === CALL_MODE.OPTIONAL) return true;
    if (mode === CALL_MODE.JUMP) {
      this.world.strands.pc[strand] = target;
      return true;
    }
    this.end(strand, mode === CALL_MODE.PASS ? outcome & ~AMBIGUOUS : relayed(outcome));
    return false;
  }

  /** Ends the strand: a branch is joined, a job answered. */
  private end(strand: number, outcome: Outcome): void {
    if (this.world.strands.parent[strand] >= 0) this.endBranch(strand, outcome);
    else this.world.server.finishJob(strand, outcome);
  }

  // ---- parallel ----

  /** Starts the branches; true when the join is over already and the strand goes on. */
  private fork(strand: number, pc: number): boolean {
    const { strands, engine, instances, counts } = this.world;
    const table = this.tables[this.code[(pc << 2) + 3]];
    const kinds = table.length - FORK_TABLE.STARTS;
    const each = table[FORK_TABLE.EACH];
    const times = each < 0 ? 1 : this.drawCount(strand, pc, each, counts);
    const branches = kinds * times;
    strands.fork[strand] = pc;
    strands.branches[strand] = branches;
    strands.started[strand] = 0;
    strands.succeeded[strand] = 0;
    // One more than the branches while they are spawned, so that the parent is not woken in between.
    strands.joining[strand] = 1;
    strands.state[strand] = STATE.READY;
    const most = table[FORK_TABLE.MAX_CONCURRENT];
    const first = most < 0 || most > branches ? branches : most;
    for (let k = 0; k < first && !this.decided(strand, table); k++) this.startBranch(strand, table);
    strands.joining[strand]--;
    if (this.decided(strand, table) || strands.joining[strand] === 0) {
      return this.leaveJoin(strand, table);
    }
    strands.state[strand] = STATE.JOINING;
    const instance = instances[strands.instance[strand]];
    this.yieldWorker(strand, instance);
    const within = table[FORK_TABLE.WITHIN_NS];
    if (within >= 0) {
      const stamp = strands.stamp[strand];
      engine.at(engine.now + within, PHASE.TIMER, this.joinEndOp, strand, stamp, 0);
    }
    return false;
  }

  private startBranch(parent: number, table: Float64Array): void {
    const { strands, server } = this.world;
    const nth = strands.started[parent]++;
    derive(strands.lineageA[parent], strands.lineageB[parent], BRANCH_TAG + nth);
    const branch = server.newStrand(strands.instance[parent], lineage.a, lineage.b);
    this.inherit(branch, parent);
    strands.returns[branch] = strands.returns[parent];
    strands.parent[branch] = parent;
    strands.sibling[branch] = strands.child[parent];
    strands.child[parent] = branch;
    strands.joining[parent]++;
    const kinds = table.length - FORK_TABLE.STARTS;
    strands.pc[branch] = table[FORK_TABLE.STARTS + (nth % kinds)];
    strands.state[branch] = STATE.READY;
    this.run(branch);
  }

  private inherit(strand: number, parent: number): void {
    const { strands } = this.world;
    strands.part[strand] = strands.part[parent];
    strands.request[strand] = strands.request[parent];
    strands.rootA[strand] = strands.rootA[parent];
    strands.rootB[strand] = strands.rootB[parent];
    strands.level[strand] = strands.level[parent];
    strands.told[strand] = strands.told[parent];
    strands.deadline[strand] = strands.deadline[parent];
    strands.traceRoot[strand] = strands.traceRoot[parent];
    strands.callA[strand] = strands.callA[parent];
    strands.callB[strand] = strands.callB[parent];
    const { registers } = strands;
    for (let k = 0; k < REGISTERS; k++) {
      registers[strand * REGISTERS + k] = registers[parent * REGISTERS + k];
    }
  }

  private endBranch(branch: number, outcome: Outcome): void {
    const { strands, instances, server } = this.world;
    const parent = strands.parent[branch];
    if (isSuccess(outcome)) {
      strands.succeeded[parent]++;
      if (strands.degraded[branch] !== 0 || (outcome & 31) === OUTCOME.degraded) {
        strands.degraded[parent] = 1;
      }
    } else if (strands.outcome[parent] === 0) {
      strands.outcome[parent] = outcome;
    }
    this.unlink(parent, branch);
    const instance = instances[strands.instance[branch]];
    if (instance.yields) server.releaseWorker(branch, instance);
    server.freeStrand(branch);
    strands.joining[parent]--;
    const table = this.tables[this.code[(strands.fork[parent] << 2) + 3]];
    if (strands.state[parent] !== STATE.JOINING) return;
    if (!this.decided(parent, table)) {
      if (strands.started[parent] < strands.branches[parent]) {
        // The state keeps a branch that ends at once from joining before its brothers have started.
        strands.state[parent] = STATE.READY;
        strands.joining[parent]++;
        this.startBranch(parent, table);
        strands.joining[parent]--;
        strands.state[parent] = STATE.JOINING;
      }
      if (!this.decided(parent, table) && strands.joining[parent] > 0) return;
    }
    this.joined(parent);
  }

  /** True when the branches still under way can no longer change what becomes of the join. */
  private decided(parent: number, table: Float64Array): boolean {
    const { strands } = this.world;
    if (table[FORK_TABLE.WITHIN_NS] >= 0) return false;
    const needed = table[FORK_TABLE.NEEDED];
    if (needed < 0) return strands.outcome[parent] !== 0;
    if (strands.succeeded[parent] >= needed) return true;
    const open = strands.branches[parent] - strands.started[parent] + strands.joining[parent];
    // While branches are being spawned `joining` is one too high, which only delays the verdict.
    return strands.succeeded[parent] + open < needed;
  }

  /** The join of a strand that waited for it is over. */
  private joined(parent: number): void {
    const { strands } = this.world;
    const table = this.tables[this.code[(strands.fork[parent] << 2) + 3]];
    strands.stamp[parent]++;
    if (this.leaveJoin(parent, table)) this.run(parent);
  }

  /** Stops what is left of the branches; false when the strand has ended by the join's failure. */
  private leaveJoin(parent: number, table: Float64Array): boolean {
    const { strands, server } = this.world;
    server.stopBranches(parent, true);
    strands.joining[parent] = 0;
    strands.state[parent] = STATE.READY;
    const outcome = strands.outcome[parent];
    strands.outcome[parent] = 0;
    strands.pc[parent] = table[FORK_TABLE.AFTER];
    const needed = table[FORK_TABLE.NEEDED];
    const holds =
      table[FORK_TABLE.WITHIN_NS] >= 0 ||
      (needed < 0 ? outcome === 0 : strands.succeeded[parent] >= needed);
    if (holds) return true;
    return this.failed(parent, outcome, table[FORK_TABLE.MODE], table[FORK_TABLE.TARGET]);
  }

  private unlink(parent: number, branch: number): void {
    const { child, sibling } = this.world.strands;
    if (child[parent] === branch) {
      child[parent] = sibling[branch];
      return;
    }
    let at = child[parent];
    while (sibling[at] !== branch) at = sibling[at];
    sibling[at] = sibling[branch];
  }

  // ---- the rest ----

  /** Starts a detached strand at `start`, with a lineage of its own. */
  private background(strand: number, pc: number, start: number): void {
    const { strands, server, instances } = this.world;
    const instance = instances[strands.instance[strand]];
    derive(strands.lineageA[strand], strands.lineageB[strand], this.tag(strand, pc));
    const own = server.newStrand(instance.id, lineage.a, lineage.b);
    this.inherit(own, strand);
    strands.returns[own] = RETURN.none;
    strands.deadline[own] = Infinity;
    strands.told[own] = 0;
    strands.traceRoot[own] = 0;
    strands.cell[own] = -1;
    strands.pc[own] = start;
    strands.state[own] = STATE.READY;
    if (server.occupyForBackground(own, instance)) this.run(own);
    else server.freeStrand(own);
  }

  /** Asks a middleware limiter; false when the strand waits or has been refused. */
  private limit(strand: number, id: number, refusal: Outcome): boolean {
    const { world } = this;
    const { strands, engine, instances } = world;
    const limiter = world.limiters[id];
    const instance = instances[strands.instance[strand]];
    const key =
      limiter.key < 0
        ? 0
        : world.keys.value(limiter.key, strands.rootA[strand], strands.rootB[strand]);
    const wait = limiter.states[instance.index].take(engine.now, key);
    if (wait === 0) return true;
    if (wait < 0) {
      this.end(strand, refusal);
      return false;
    }
    strands.state[strand] = STATE.SLEEP;
    strands.wakes[strand] = -1;
    this.yieldWorker(strand, instance);
    this.sleep(strand, engine.now + wait);
    return false;
  }

  private choose(strand: number, pc: number): number {
    const table = this.tables[this.code[(pc << 2) + 3]];
    const u = this.draw(strand, pc) * table[table.length - 2];
    let at = 0;
    while (at < table.length - 2 && table[at] < u) at += 2;
    return table[at + 1];
  }

  /** Draws the number of rounds; false when there is none. */
  private set(strand: number, pc: number): boolean {
    const { strands, counts } = this.world;
    const at = pc << 2;
    const rounds = this.drawCount(strand, pc, this.code[at + 2], counts);
    strands.registers[strand * REGISTERS + this.code[at + 1]] = rounds;
    return rounds > 0;
  }

  private drawCount(strand: number, pc: number, id: number, counts: World['counts']): number {
    const { streamA, streamB, strands } = this.world;
    const { lineageA, lineageB } = strands;
    const index = this.registerIndex(strand);
    const a = lineageA[strand];
    const b = lineageB[strand];
    const count = counts.drawCount(id, streamA[pc], streamB[pc], a, b, index);
    return count > MAX_ROUNDS ? MAX_ROUNDS : count;
  }

  private draw(strand: number, pc: number): number {
    const { streamA, streamB, strands } = this.world;
    const { lineageA, lineageB } = strands;
    const index = this.registerIndex(strand);
    return unit(streamA[pc], streamB[pc], lineageA[strand], lineageB[strand], index);
  }

  /** Demand of a step: drawn by stream, lineage and loop registers; faults on the part stretch it. */
  private sample(strand: number, pc: number, sampler: number): number {
    const { samplers, streamA, streamB, strands, partSlowness } = this.world;
    const { lineageA, lineageB } = strands;
    const index = this.registerIndex(strand);
    const a = lineageA[strand];
    const b = lineageB[strand];
    const time = samplers.draw(sampler, streamA[pc], streamB[pc], a, b, index);
    const slowness = partSlowness[strands.part[strand]];
    return slowness === 1 ? time : Math.round(time * slowness);
  }

  private tag(strand: number, pc: number): number {
    return (this.world.streamA[pc] + this.registerIndex(strand)) | 0;
  }

  /** The loop registers as one number: rounds of a loop draw anew, and nothing else does. */
  private registerIndex(strand: number): number {
    if (!this.loops) return 0;
    const { registers } = this.world.strands;
    const at = strand * REGISTERS;
    return (
      (registers[at] +
        Math.imul(registers[at + 1], 0x10001) +
        Math.imul(registers[at + 2], 0x9e3779b1) +
        Math.imul(registers[at + 3], 0x85ebca77)) |
      0
    );
  }

  private yieldWorker(strand: number, instance: Instance): void {
    if (instance.yields) this.world.server.releaseWorker(strand, instance);
  }

  /** `atSteps`: a strand that was told looks at it between two steps. */
  private stopsAtStep(strand: number): boolean {
    const { strands, instances, server } = this.world;
    const instance = instances[strands.instance[strand]];
    if (instance.cancellation !== CANCELLATION.atSteps || strands.parent[strand] >= 0) return false;
    if (strands.answered[strand] !== 0) return false;
    strands.state[strand] = STATE.READY;
    server.stopJob(strand, OUTCOME.cancelled);
    return true;
  }
}

function usesLoops(code: Int32Array): boolean {
  for (let at = 0; at < code.length; at += 4) if (code[at] === OP.SET) return true;
  return false;
}
