import { invariant } from '../../kernel/invariant.js';
import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import type { Outcome } from '../../contracts/outcome.js';
import { injectedOutcome, type InjectionsParts } from './serving/injections.js';
import { RETURN, STATE, strands } from '../data/strands/strands.js';
import type { ActRun, ServedRun } from '../data/run.js';
import type { Sizes } from './network/sizes.js';
import type { TaskContext } from '../data/strands/task-context.js';
import { FROZEN } from '../data/instances/process.js';
import type { Instance } from '../data/instances/instance.js';
import { levels } from '../data/figures/levels.js';
import { sink } from '../data/figures/sink.js';

interface TasksParts extends InjectionsParts, ActRun, ServedRun {
  readonly sizes: Sizes | null;
}

/** What fails with a message: the run of the handler, the message alone, or it and those after it in the run. */
export const MISSED = Object.freeze({ run: 0, alone: 1, rest: 2 } as const);

/** A component that runs work in an instance without a call over the wire, and receives its outcome. */
export interface TaskOwner {
  /** The task of a record has ended, in a separate event; `reset` if its process died. Every started task ends once. */
  taskEnded(record: number, outcome: Outcome): void;
  /** The handler has failed for the `nth` message of a task; by default the task fails. */
  missed?(record: number, nth: number): number;
  /** True = injected errors of the endpoint also apply to its tasks, as they do to calls. */
  readonly takesErrors?: boolean;
  /** True if its tasks are not requests of the endpoint that they run, and are not measured as such. */
  readonly silent?: boolean;
}

/**
 * Endpoints run without a caller: for consumers, sagas, pollers. They run inside an instance, share its CPU and hold no
 * worker of it (on an event loop they need the loop while they work).
 */
export class Tasks {
  private readonly owners: TaskOwner[] = [];
  /** By part and instance: one more than the gauge of the tasks that are being executed. Null: the part has no tasks. */
  private readonly gauges: (Int32Array | null)[] = this.world.plan.parts.map(() => null);
  private readonly endedOp: number = engine.define('task-ended', (owner, record, outcome) =>
    this.owners[owner].taskEnded(record, outcome),
  );

  constructor(private readonly world: TasksParts) {}

  /** Whether injected errors apply to the tasks of an owner. */
  takesErrors(owner: number): boolean {
    return this.owners[owner].takesErrors === true;
  }

  /** Whether the tasks of an owner are not measured as requests. */
  isSilent(owner: number): boolean {
    return this.owners[owner].silent === true;
  }

  /** The work for the `nth` message of a task has failed: MISSED; owner -1 = it is no task. */
  missed(owner: number, record: number, nth: number): number {
    return this.owners[owner]?.missed?.(record, nth) ?? MISSED.run;
  }

  /** Registers an owner of tasks and returns its number. */
  register(owner: TaskOwner): number {
    return this.owners.push(owner) - 1;
  }

  /**
   * Runs an endpoint, or another program in its place, in an instance that is up. `record` is returned with the
   * outcome. Returns its strand, or -1 if it is over already.
   */
  start(
    owner: number,
    record: number,
    instance: number,
    part: number,
    context: TaskContext,
    program = this.world.plan.parts[part].program,
  ): number {
    const { world } = this;
    invariant(!world.instances[instance].down, 'a task starts in a process that runs');
    const strand = this.open(owner, record, instance, part, context, program);
    const life = strands.life[strand];
    const injected = injectedOutcome(world, strand);
    if (injected !== 0) world.server.finishJob(strand, injected);
    else world.interpreter.resume(strand);
    return strands.life[strand] === life ? strand : -1;
  }

  /** Like `start`, but on the path of a request: through admission and queue to a worker. */
  ask(
    owner: number,
    record: number,
    instance: Instance,
    part: number,
    context: TaskContext,
    program: number,
  ): number {
    const strand = this.open(owner, record, instance.id, part, context, program);
    const life = strands.life[strand];
    // A program other than the endpoint's does not take on the endpoint's priority.
    if (program !== this.world.plan.parts[part].program)
      strands.priority[strand] = context.priority;
    if (instance.frozen === FROZEN.pause) instance.held.push(strand, strands.stamp[strand]);
    else this.world.server.receive(strand, instance);
    return strands.life[strand] === life ? strand : -1;
  }

  private open(
    owner: number,
    record: number,
    instance: number,
    part: number,
    context: TaskContext,
    program: number,
  ): number {
    const { world } = this;
    const { plan, tracer } = world;
    const strand = strands.open(instance, context.lineageA, context.lineageB);
    strands.returns[strand] = RETURN.task;
    strands.from[strand] = owner;
    strands.link[strand] = record;
    strands.edge[strand] = -1;
    strands.part[strand] = part;
    strands.operation[strand] = context.operation;
    strands.operationA[strand] = context.operationA;
    strands.operationB[strand] = context.operationB;
    strands.callA[strand] = context.callA;
    strands.callB[strand] = context.callB;
    strands.rootA[strand] = context.rootA;
    strands.rootB[strand] = context.rootB;
    strands.request[strand] = context.request;
    if (world.prioritised) {
      const own = plan.parts[part].priority;
      strands.priority[strand] = own < 0 ? context.priority : own;
    }
    if (world.keys.inSequence) strands.arrival[strand] = context.arrival;
    if (world.keys.byCaller) strands.caller[strand] = instance;
    if (world.executions !== null) strands.once[strand] = -1;
    if (world.sizes !== null) world.sizes.unsent(strand);
    strands.level[strand] = context.level;
    strands.attempt[strand] = context.attempt;
    strands.messages[strand] = context.messages;
    strands.deadline[strand] = context.deadline;
    strands.pc[strand] = program;
    strands.cell[strand] = strands.sentCell[strand] = sink.cell;
    strands.sent[strand] = engine.now;
    strands.arrived[strand] = strands.begun[strand] = engine.now;
    strands.called[strand] = engine.now;
    strands.state[strand] = STATE.READY;
    if (this.owners[owner].silent === true) strands.cell[strand] = strands.begun[strand] = -1;
    else levels.add(this.gaugeOf(instance, part), 1);
    strands.traceRoot[strand] = context.traceRoot;
    if (context.traceRoot !== 0) {
      strands.trace[strand] = tracer.nextId();
      strands.traceParent[strand] = context.traceParent;
      tracer.begins(strand);
      tracer.handles(strand, context);
    }
    return strand;
  }

  /** Called by the server: the job of a task is over. */
  leaves(strand: number): void {
    invariant(strands.returns[strand] === RETURN.task, 'the job of a task ends as one');
    if (this.isSilent(strands.from[strand])) return;
    levels.add(this.gaugeOf(strands.instance[strand], strands.part[strand]), -1);
  }

  /** The gauges of tasks by instance and part, in this order. */
  get handling(): readonly { readonly instance: number; readonly part: number; gauge: number }[] {
    const found: { instance: number; part: number; gauge: number }[] = [];
    this.gauges.forEach((row, part) =>
      row?.forEach((known, instance) => {
        if (known !== 0) found.push({ instance, part, gauge: known - 1 });
      }),
    );
    return found.sort((x, y) => x.instance - y.instance || x.part - y.part);
  }

  private gaugeOf(instance: number, part: number): number {
    const row = (this.gauges[part] ??= new Int32Array(this.world.instances.length));
    if (row[instance] === 0) row[instance] = levels.register() + 1;
    return row[instance] - 1;
  }

  /** Called by the server: the strand of a task is free. */
  ended(owner: number, record: number, outcome: Outcome): void {
    invariant(owner < this.owners.length, 'a task has an owner that hears of its end');
    engine.soon(PHASE.COMPLETION, this.endedOp, owner, record, outcome);
  }
}
