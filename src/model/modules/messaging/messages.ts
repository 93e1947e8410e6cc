import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { Slots } from '../../../kernel/pool.js';
import { derive, lineage, lineageNumber } from '../../../kernel/rng.js';
import type { Ns } from '../../../kernel/time.js';
import type { PlanQueue } from '../../../contracts/plan/queues.js';
import { identify, TaskDraft, Traces, type TaskContext } from '../../data/strands/task-context.js';
import type { Run } from '../../data/run.js';
import { Copies } from './copies.js';
import { isAmong, MESSAGE_INDEX, type PoisonShare } from '../../data/holder-knobs.js';
import { DeadLetterState } from './dead-letter-state.js';
import { Deaths } from './deaths.js';
import { PackedMessages } from './packed-messages.js';
import { OPERATION, strands } from '../../data/strands/strands.js';
import { sink } from '../../data/figures/sink.js';

/** How a poison message fails, in every group and queue. */
export interface Poison {
  readonly effect: 'error' | 'crash' | 'hang';
  /** For `crash`: time until the process is restarted. */
  readonly restartNs: Ns | null;
}

/** Tag of a copy, distinct from the tags of messages that a handler publishes. */
const COPY = 0x2545f491;

/**
 * Columns of all messages that a group or queue may still deliver: the request that led to them, their own lineage, and
 * when they were published. A slot is reused as soon as the last holder has released it.
 */
export class Messages {
  readonly slots = new Slots(256);
  /** Messages that are not needed soon; they have no slot. */
  readonly packed = new PackedMessages(this);
  lineageA: Int32Array = new Int32Array(0);
  lineageB: Int32Array = new Int32Array(0);
  /** Its operation (model/data/strands/operations.ts), as the bits that differ from its lineage: 0 for messages published once. */
  operationA: Int32Array = new Int32Array(0);
  operationB: Int32Array = new Int32Array(0);
  rootA: Int32Array = new Int32Array(0);
  rootB: Int32Array = new Int32Array(0);
  /** Part id of the user request, and its priority level. */
  request: Int32Array = new Int32Array(0);
  priority: Int32Array = new Int32Array(0);
  arrival: Float64Array = new Float64Array(0);
  /** Publish time, and the measuring cell of it; -1 = outside the measured time. */
  published: Float64Array = new Float64Array(0);
  cell: Int32Array = new Int32Array(0);
  /** Value of its message key, or a unique key if it was published without one. */
  key: Float64Array = new Float64Array(0);
  /** Size in bytes; read only if a broker has a limit. */
  bytes: Float64Array = new Float64Array(0);
  /** Number of groups and queues that may still deliver it. */
  holders: Int32Array = new Int32Array(0);
  /** Bit of each group in which it has had its effect. */
  effects: Int32Array = new Int32Array(0);
  /** Bit of each group in which its handler was run, with effects. */
  begun: Int32Array = new Int32Array(0);
  /** Bit of each group that has given it up. */
  givenUp: Int32Array = new Int32Array(0);
  /** Index in `poisons` plus one, 0 = none; read only if there are any. */
  poison: Uint8Array = new Uint8Array(0);
  readonly poisons: Poison[] = [];
  /**
   * 1 = truncated from its log, though a group may still come to its offset; read only if elections can truncate logs.
   */
  truncated: Uint8Array = new Uint8Array(0);
  /** Number of its list of deaths in `history`. */
  deaths: Int32Array = new Int32Array(0);
  readonly history = new Deaths();
  readonly copies = new Copies(this.slots);
  /** State of messages before they became dead letters; null if no dead letter is ever redriven. */
  private readonly deadLetterState: DeadLetterState | null;
  /** Called with each redriven message. */
  readonly whenRestored: ((message: number) => void)[] = [];
  readonly traces = new Traces();
  private readonly scratch = new TaskDraft();

  constructor(private readonly world: Run) {
    const isRedriven = world.plan.faults.some(({ knobs }) => knobs.includes('redriven'));
    this.deadLetterState = isRedriven ? new DeadLetterState(this.slots) : null;
    this.slots.addColumns(this);
    const { copies } = this;
    this.packed.addColumn({
      get: (message) => copies.count[message],
      set: (message, count) => (copies.count[message] = count),
    });
  }

  /** A message published by a strand; `tag` distinguishes it from all others of that strand. */
  ofStrand(strand: number, tag: number, key: number): number {
    const message = this.make(
      strands.lineageA[strand],
      strands.lineageB[strand],
      tag,
      strands.rootA[strand],
      strands.rootB[strand],
      strands.request[strand],
    );
    if (this.world.prioritised) this.priority[message] = strands.priority[strand];
    if (this.world.keys.inSequence) this.arrival[message] = strands.arrival[strand];
    this.key[message] = key < 0 ? this.ownKey(message) : this.world.keys.value(key, strand);
    this.traces.note(message, strand);
    if (strands.operation[strand] !== OPERATION.plain) {
      derive(strands.operationA[strand], strands.operationB[strand], tag);
      this.operates(message, lineage.a, lineage.b);
    }
    return message;
  }

  private operates(message: number, a: number, b: number): void {
    this.operationA[message] = a ^ this.lineageA[message];
    this.operationB[message] = b ^ this.lineageB[message];
  }

  /** A message without a request, such as one of a backlog. */
  withoutRequest(a: number, b: number, number: number): number {
    const message = this.make(a, b, number, a, b, 0);
    // It counts as a separate request.
    this.rootA[message] = this.lineageA[message];
    this.rootB[message] = this.lineageB[message];
    this.key[message] = this.ownKey(message);
    return message;
  }

  /** Copies the content as a new message without effects or poison. */
  copyOf(message: number): number {
    const { lineageA, lineageB, rootA, rootB } = this;
    const copy = this.make(
      lineageA[message],
      lineageB[message],
      COPY,
      rootA[message],
      rootB[message],
      this.request[message],
    );
    this.priority[copy] = this.priority[message];
    this.arrival[copy] = this.arrival[message];
    this.key[copy] = this.key[message];
    this.bytes[copy] = this.bytes[message];
    this.deaths[copy] = this.deaths[message];
    const a = lineageA[message] ^ this.operationA[message];
    this.operates(copy, a, lineageB[message] ^ this.operationB[message]);
    this.traces.set(copy, this.traces.get(message));
    this.deadLetterState?.keep(copy, this.effects[message], this.poison[message]);
    return copy;
  }

  /**
   * Makes a new message of a dead letter, published now. It keeps the effects of the original message, and its poison
   * unless `isRepaired`.
   */
  restored(letter: number, isRepaired: boolean): number {
    const copy = this.copyOf(letter);
    const { effects, poison } = this.deadLetterState!;
    this.effects[copy] = effects[letter];
    if (!isRepaired) this.poison[copy] = poison[letter];
    for (const listener of this.whenRestored) listener(copy);
    return copy;
  }

  /** The key of a message that was published without one. */
  ownKey(message: number): number {
    return lineageNumber(this.lineageA[message], this.lineageB[message]);
  }

  /** The key of a message that takes the unique key of its request. */
  rootKey(message: number): number {
    return lineageNumber(this.rootA[message], this.rootB[message]);
  }

  /** One of its holders has released it. */
  release(message: number): void {
    const left = --this.holders[message];
    invariant(left >= 0, 'each holder releases a message once');
    if (left === 0) this.drop(message);
  }

  /** Frees a message that has no holders. */
  drop(message: number): void {
    invariant(this.holders[message] <= 1, 'a message is dropped when no other holder is left');
    this.traces.delete(message);
    this.copies.forget(message);
    this.slots.give(message);
  }

  /** Draws whether a message is poison; if several faults match, the last one determines the effect. */
  taint(message: number, shares: readonly PoisonShare[]): void {
    const { lineageA, lineageB } = this;
    for (const one of shares) {
      const { effect, restartNs } = one;
      if (!isAmong(one, lineageA[message], lineageB[message], MESSAGE_INDEX.poison)) continue;
      let kind = this.poisons.findIndex(
        (known) => known.effect === effect && known.restartNs === restartNs,
      );
      if (kind < 0) kind = this.poisons.push({ effect, restartNs }) - 1;
      this.poison[message] = kind + 1;
    }
  }

  /** The list of its deaths after this queue dead-letters it; 0 where the product keeps none. */
  deathsAfter(
    message: number,
    { component, rules }: Pick<PlanQueue, 'component' | 'rules'>,
    isRejected: boolean,
  ): number {
    return rules.cutsCycles ? this.history.after(this.deaths[message], component, isRejected) : 0;
  }

  /** The message has had its effect in a group; true if it had it before. */
  effect(message: number, group: number): boolean {
    const bit = 1 << group;
    if ((this.effects[message] & bit) !== 0) return true;
    this.effects[message] |= bit;
    return false;
  }

  hadEffect(message: number, group: number): boolean {
    return (this.effects[message] & (1 << group)) !== 0;
  }

  /**
   * A copy is lost to the group: no handler will run for it again. True if this loses the effect of the message for
   * good.
   */
  loses(message: number, group: number, copy: number): boolean {
    if (this.isSettled(message, group) || this.copies.outlive(message, group, copy)) return false;
    this.giveUp(message, group);
    return true;
  }

  /** Marks the message as given up, so that losing its copies does not count as a lost effect. */
  giveUp(message: number, group: number): void {
    this.givenUp[message] |= 1 << group;
  }

  private isSettled(message: number, group: number): boolean {
    return ((this.givenUp[message] | this.effects[message]) & (1 << group)) !== 0;
  }

  /**
   * The task context for the `number`th handler run of a message in a group; `isEffect`: not only a look into the
   * inbox; `part`: the group or consumer. It is the same object each time, so read it at once.
   */
  context(
    message: number,
    group: number,
    number: number,
    attempt = number,
    isEffect = true,
    part = -1,
  ): TaskContext {
    const { scratch } = this;
    invariant(this.slots.has(message), 'a handler runs for a message that is kept');
    derive(this.lineageA[message], this.lineageB[message], group);
    identify(scratch, lineage.a, lineage.b, number);
    const a = this.lineageA[message] ^ this.operationA[message];
    derive(a, this.lineageB[message] ^ this.operationB[message], group);
    scratch.operation = isEffect ? this.operationOf(message, group) : OPERATION.ofTask;
    scratch.operationA = lineage.a;
    scratch.operationB = lineage.b;
    scratch.rootA = this.rootA[message];
    scratch.rootB = this.rootB[message];
    scratch.request = this.request[message];
    scratch.priority = this.priority[message];
    scratch.arrival = this.arrival[message];
    scratch.attempt = attempt;
    scratch.messages = 1;
    this.traces.apply(message, scratch);
    scratch.traceConsumer = part + 1;
    return scratch;
  }

  /** The kind of operation of a run of its handler that begins. */
  private operationOf(message: number, group: number): number {
    const bit = 1 << group;
    const before =
      (this.begun[message] & bit) | this.operationA[message] | this.operationB[message];
    this.begun[message] |= bit;
    return before === 0 ? OPERATION.handler : OPERATION.again;
  }

  /** The task of the last context handles this number of messages. */
  handles(count: number): void {
    this.scratch.messages = count;
  }

  /** The task of the last context also handles this message. */
  handlesToo(message: number): void {
    if (!this.world.tracer.isFull) return;
    const { scratch } = this;
    const trace = this.traces.get(message);
    if (trace === undefined) return;
    const [root, parent, origin] = trace;
    (scratch.traceLinks ??= []).push(Math.abs(root), origin === 0 ? parent : origin);
  }

  /** The task context for work without a request; `number` makes it unique. */
  contextOf(a: number, b: number, number: number): TaskContext {
    const { scratch } = this;
    derive(a, b, number);
    scratch.callA = scratch.lineageA = scratch.rootA = lineage.a;
    scratch.callB = scratch.lineageB = scratch.rootB = lineage.b;
    scratch.operation = OPERATION.plain;
    scratch.request = scratch.priority = scratch.arrival = 0;
    scratch.traceRoot = scratch.traceParent = scratch.traceOrigin = 0;
    scratch.traceConsumer = 0;
    scratch.traceLinks = null;
    scratch.attempt = scratch.messages = 1;
    return scratch;
  }

  /** Time since it was published. */
  age(message: number): Ns {
    invariant(
      engine.now >= this.published[message],
      'a message is not handled before it was published',
    );
    return engine.now - this.published[message];
  }

  private make(
    a: number,
    b: number,
    tag: number,
    rootA: number,
    rootB: number,
    request: number,
  ): number {
    const message = this.slots.take();
    derive(a, b, tag);
    this.lineageA[message] = lineage.a;
    this.lineageB[message] = lineage.b;
    this.operationA[message] = this.operationB[message] = 0;
    this.rootA[message] = rootA;
    this.rootB[message] = rootB;
    this.request[message] = request;
    this.priority[message] = 0;
    this.arrival[message] = 0;
    this.published[message] = engine.now;
    this.cell[message] = sink.cell;
    this.holders[message] = 0;
    this.effects[message] = 0;
    this.begun[message] = 0;
    this.givenUp[message] = 0;
    this.poison[message] = 0;
    this.truncated[message] = 0;
    this.copies.count[message] = 0;
    this.bytes[message] = 0;
    this.deaths[message] = 0;
    return message;
  }
}
