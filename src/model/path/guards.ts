import { engine } from '../../kernel/engine.js';
import { invariant } from '../../kernel/invariant.js';
import { fixedUnit, streamKey, type StreamKey } from '../../kernel/rng.js';
import { OUTCOME, PARK, PASS, relayed, type Outcome } from '../../contracts/outcome.js';
import { CHECK_TABLE, OP, SIZED } from '../../contracts/plan/program.js';
import { VERDICT, type Checks } from '../resources/sharing/checks.js';
import { keyOf, refusedBy, timeOf, type Limiter } from '../resources/serving/limiters.js';
import { refusesToken } from '../data/instances/wall-clock.js';
import { REGISTERS, REPLAYED, RETURN, STATE, strands } from '../data/strands/strands.js';
import type { Sizes } from '../resources/network/sizes.js';
import type { Gates } from '../resources/serving/gates.js';
import type { Sections } from '../resources/sections/sections.js';
import type { TimeLimits } from '../resources/serving/time-limits.js';
import { MISSED, type Tasks } from '../resources/tasks.js';
import type { Coalescing } from '../resources/sharing/coalescing.js';
import type { InterpreterPort } from '../data/ports.js';
import type { Run } from '../data/run.js';
import { sink } from '../data/figures/sink.js';

export interface GuardsParts extends Run {
  readonly checks: Checks;
  readonly sizes: Sizes | null;
  readonly gates: Gates;
  readonly sections: Sections | null;
  readonly timeLimits: TimeLimits;
  readonly limiters: readonly Limiter[];
  readonly coalescing: Coalescing | null;
  readonly tasks: Tasks;
}

/**
 * The rare instructions. Before the steps of an endpoint or route: limiters and their stores, checks, sizes, coalescing,
 * idempotency keys, concurrency limits and time limits. After a round for one message: whether it has failed alone.
 */
export class Guards {
  private readonly code: Int32Array = this.world.plan.program.code;
  private readonly tables: readonly Float64Array[] = this.world.plan.program.tables;
  private readonly tokens: StreamKey = streamKey(
    this.world.plan.seed,
    this.world.replication,
    'token',
  );

  constructor(
    private readonly world: GuardsParts,
    private readonly interpreter: InterpreterPort,
  ) {}

  /** Continues with the program of the version or the configuration of the instance. */
  private branch(strand: number, pc: number): void {
    const { code, tables } = this;
    const at = pc << 2;
    const { version, configuration } = this.world.instances[strands.instance[strand]];
    if (code[at] === OP.CONFIGURED) strands.pc[strand] = tables[code[at + 1]][configuration];
    else if (version !== code[at + 1]) strands.pc[strand] = code[at + 2];
  }

  /** A round for one message has failed: its message alone, or the run of the handler. */
  private missed(strand: number, register: number, mode: number, stop: number): boolean {
    const { from, link, messages, outcome, pc, registers, returns } = strands;
    const at = strand * REGISTERS + register;
    const nth = messages[strand] - registers[at];
    invariant(
      nth >= 0 && nth < messages[strand],
      'a round is that of one of the messages of its task',
    );
    const owner = returns[strand] === RETURN.task ? from[strand] : -1;
    const missed = this.world.tasks.missed(owner, link[strand], nth);
    const failure = outcome[strand];
    outcome[strand] = 0;
    if (missed === MISSED.run) return this.interpreter.failed(strand, failure, mode, 0);
    if (missed === MISSED.rest) {
      registers[at] = 0;
      pc[strand] = stop;
    }
    return true;
  }

  /** Runs the instruction at `pc`; returns false if the strand now waits or has ended. */
  run(strand: number, pc: number): boolean {
    const { code, world } = this;
    const at = pc << 2;
    const a = code[at + 1];
    const b = code[at + 2];
    // Work may have to wait for a worker and is then run again; all others are complete when they return.
    if (code[at] === OP.WORK_PER_KIB)
      return this.interpreter.work(strand, pc, a, this.kib(strand, b));
    if (code[at] === OP.WORK_FOUND) return this.workFound(strand, pc, a, b);
    strands.pc[strand] = pc + 1;
    switch (code[at]) {
      case OP.LIMIT:
        return this.limit(strand, a, b);
      case OP.KNOWN:
        return this.known(strand, a, at);
      case OP.KEEP:
        world.checks.keep(strand, a, VERDICT.allowed);
        return true;
      case OP.OVERSIZE:
        return !this.isOversize(strand, a) || this.refuse(strand, b);
      case OP.ANSWER_SIZE:
        world.sizes?.answers(strand, this.tables[a][0]);
        return true;
      case OP.DEGRADED:
        strands.degraded[strand] = OUTCOME.degraded;
        return true;
      case OP.MISSED:
        return this.missed(strand, a, b, code[at + 3]);
      case OP.COALESCE:
        return this.coalesce(strand, a);
      case OP.STORE:
        return this.store(strand, a, b);
      case OP.ONCE:
        return this.once(strand);
      case OP.GATE:
        return world.gates.enter(strand, a) || this.refuse(strand, b);
      case OP.VERSION:
      case OP.CONFIGURED:
        this.branch(strand, pc);
        return true;
      case OP.WOULD_REJECT:
        return this.refuse(strand, 0);
      case OP.BEGIN:
        return world.sections!.transactions.begin(strand, pc, a);
      case OP.COMMIT:
        return world.sections!.transactions.commit(strand);
      case OP.TOKEN:
        return this.token(strand, b);
      case OP.TIME_LIMIT:
        world.timeLimits.start(strand, this.tables[a][0], b);
        return true;
      default:
        invariant(false, 'a program has known instructions');
        return false;
    }
  }

  private workFound(strand: number, pc: number, unit: number, table: number): boolean {
    const units = this.world.callData!.work[strand] / this.tables[table][0];
    if (units !== 0) return this.interpreter.work(strand, pc, unit, units);
    strands.pc[strand] = pc + 1;
    return true;
  }

  /** Ends a request with the outcome and returns false; an outcome of 0 only counts as `wouldReject`. */
  private refuse(strand: number, outcome: Outcome): boolean {
    if (outcome === 0) {
      sink.wouldReject(strands.part[strand]);
      return true;
    }
    this.interpreter.end(strand, outcome);
    return false;
  }

  private isOversize(strand: number, table: number): boolean {
    const { sizes } = this.world;
    return sizes !== null && sizes.ofRequest(strand) > this.tables[table][0];
  }

  /** Checks the times in the token of a request, which all calls that belong to it carry. */
  private token(strand: number, refusal: Outcome): boolean {
    const { clock } = this.world.instances[strands.instance[strand]];
    if (clock === null) return true;
    const { a, b } = this.tokens;
    const age =
      fixedUnit(a, b, strands.rootA[strand], strands.rootB[strand], 0) * clock.tokenLifetimeNs;
    return !refusesToken(clock, Math.floor(age)) || this.refuse(strand, refusal);
  }

  /** Queries a middleware limiter; returns false if the strand waits or has been refused. */
  private limit(strand: number, id: number, refusal: Outcome): boolean {
    const { world } = this;
    const { instances } = world;
    const limiter = world.limiters[id];
    const instance = instances[strands.instance[strand]];
    const key = keyOf(world, limiter, strand);
    const wait = limiter.states[instance.index].take(timeOf(limiter, instance), key);
    if (wait === 0) return true;
    if (wait < 0) {
      limiter.refusals?.keep(strand, engine.now, OUTCOME.throttled);
      if (refusal === 0) return this.refuse(strand, refusal);
      return this.refuse(strand, refusedBy(world, strand, limiter, key, refusal));
    }
    // In a dry run the request does not wait.
    if (refusal === 0) return true;
    strands.state[strand] = STATE.SLEEP;
    strands.wakes[strand] = -1;
    this.interpreter.yieldWorker(strand, instance);
    this.interpreter.sleep(strand, engine.now + wait);
    return false;
  }

  /** KiB of the request of a strand, or of the answer that it is about to give, see SIZED. */
  private kib(strand: number, what: number): number {
    const { sizes } = this.world;
    if (sizes === null) return 0;
    if ((what & SIZED.PROTOCOL) !== 0 && !sizes.overTheWire(strand)) return 0;
    const ofAnswer = (what & SIZED.ANSWER) !== 0;
    return (ofAnswer ? sizes.ofAnswer(strand) : sizes.ofRequest(strand)) / 1024;
  }

  /** Applies the cached verdict of a check; returns false if that ended the request. */
  private known(strand: number, check: number, at: number): boolean {
    const { checks } = this.world;
    const verdict = checks.known(strand, check);
    if (verdict === VERDICT.refused && !this.refuse(strand, this.code[at + 3])) return false;
    strands.pc[strand] = verdict !== VERDICT.unknown ? this.code[at + 2] : (at >> 2) + 1;
    return true;
  }

  /** A check did not allow the request: a client error refuses it, any other failure is no verdict. */
  unchecked(strand: number, outcome: Outcome, id: number): boolean {
    const table = this.tables[id];
    const isRefused = (outcome & 31) === OUTCOME.clientError;
    if (isRefused) {
      const cache = table[CHECK_TABLE.CACHE];
      if (cache >= 0) this.world.checks.keep(strand, cache, VERDICT.refused);
    }
    const allow = table[CHECK_TABLE.ALLOW];
    const dry = table[CHECK_TABLE.DRY];
    if (dry !== 0) {
      if (isRefused || dry === 2) this.refuse(strand, 0);
    } else if (isRefused || allow < 0) {
      return this.refuse(strand, isRefused ? table[CHECK_TABLE.REFUSAL] : relayed(outcome));
    }
    strands.pc[strand] = allow;
    return true;
  }

  /** Returns false if the strand waits for another's answer, or has received one. */
  private coalesce(strand: number, place: number): boolean {
    const { coalescing, instances } = this.world;
    const verdict = coalescing!.join(strand, place);
    if (verdict === PASS) return true;
    if (verdict === PARK) this.interpreter.yieldWorker(strand, instances[strands.instance[strand]]);
    else this.interpreter.end(strand, verdict);
    return false;
  }

  /** Executes a request with an idempotency key once; returns false if it was answered without an execution. */
  private once(strand: number): boolean {
    const { plan, keys, executions } = this.world;
    // No call uses the bundle that has a key.
    if (executions === null) return true;
    const returns = strands.returns[strand];
    if (returns !== RETURN.frame && returns !== RETURN.task) return true;
    const part = strands.part[strand];
    const own = plan.parts[part].once;
    const id = own >= 0 ? own : strands.once[strand];
    if (id < 0) return true;
    const rule = plan.onces[id];
    const value = keys.value(rule.key, strand);
    const known = executions.begin(strand, part, value, rule, engine.now);
    if (known === 0) return true;
    strands.hint[strand] = executions.hint;
    strands.once[strand] = REPLAYED;
    this.interpreter.end(strand, known);
    return false;
  }

  /** Continues with the query to the store or with the decision; a cached refusal skips both. */
  private store(strand: number, id: number, decision: number): boolean {
    const { instances, limiters } = this.world;
    const limiter = limiters[id];
    const { refusals } = limiter;
    if (refusals !== null && refusals.of(strand, engine.now) !== PASS) {
      strands.pc[strand] = decision + 1;
      return this.refuse(strand, this.code[(decision << 2) + 2]);
    }
    const state = limiter.states[instances[strands.instance[strand]].index];
    const key = keyOf(this.world, limiter, strand);
    if (state.asks !== undefined && !state.asks(engine.now, key)) strands.pc[strand] = decision;
    return true;
  }
}
