import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { Slots } from '../../../kernel/pool.js';
import { derive, lineage } from '../../../kernel/rng.js';
import type { Ns } from '../../../kernel/time.js';
import type { Messages } from '../messaging/messages.js';
import { identify, TaskDraft, Traces, type TaskContext } from '../../data/strands/task-context.js';
import type { Run } from '../../data/run.js';
import { strands } from '../../data/strands/strands.js';
import { sink } from '../../data/figures/sink.js';

/**
 * Events that a read model has not passed yet, in commit order. Each entity has a list of its unseen events; the first
 * one is the event that a read of the entity misses.
 */
export class Entries {
  readonly slots = new Slots(64);
  entity: Float64Array = new Float64Array(0);
  /** Position in the order of all events of the read model. */
  number: Float64Array = new Float64Array(0);
  committed: Float64Array = new Float64Array(0);
  cell: Int32Array = new Int32Array(0);
  /** Next event of the same segment, and of the same entity; -1 = none. */
  next: Int32Array = new Int32Array(0);
  /** 1 = it has had its effect on the view. */
  seen: Uint8Array = new Uint8Array(0);
  /** For a message: its poison as in `Messages`, and 1 = a duplicate of a message that the log had before. */
  poison: Uint8Array = new Uint8Array(0);
  repeated: Uint8Array = new Uint8Array(0);
  /** Partition of its topic. */
  partition: Int32Array = new Int32Array(0);
  private same: Int32Array = new Int32Array(0);
  /** For the first event of an entity: the last one. */
  private last: Int32Array = new Int32Array(0);
  private lineageA: Int32Array = new Int32Array(0);
  private lineageB: Int32Array = new Int32Array(0);
  private rootA: Int32Array = new Int32Array(0);
  private rootB: Int32Array = new Int32Array(0);
  private request: Int32Array = new Int32Array(0);
  private arrival: Float64Array = new Float64Array(0);
  /** By entity: the first event that its view misses. */
  private readonly first = new Map<number, number>();
  private readonly traces = new Traces();
  private readonly scratch = new TaskDraft();
  private author: Float64Array = new Float64Array(0);

  constructor(
    private readonly world: Run,
    /** Key of the clients that know their own events, -1 = none; and the author of each event. */
    private readonly authors: number,
  ) {
    this.slots.addColumns(this);
  }

  /** Adds event `tag` of an append that a strand has committed. */
  add(strand: number, entity: number, number: number, tag: number): number {
    const { keys } = this.world;
    const entry = this.take(entity, number);
    derive(strands.callA[strand], strands.callB[strand], tag);
    this.lineageA[entry] = lineage.a;
    this.lineageB[entry] = lineage.b;
    this.rootA[entry] = strands.rootA[strand];
    this.rootB[entry] = strands.rootB[strand];
    this.request[entry] = strands.request[strand];
    if (keys.inSequence) this.arrival[entry] = strands.arrival[strand];
    if (this.authors >= 0) this.author[entry] = keys.value(this.authors, strand);
    this.traces.note(entry, strand);
    return entry;
  }

  /** Adds a message of a log; `repeated`: the log had it before. */
  addMessage(messages: Messages, message: number, number: number, repeated: boolean): number {
    const entry = this.take(messages.key[message], number);
    this.lineageA[entry] = messages.lineageA[message];
    this.lineageB[entry] = messages.lineageB[message];
    this.rootA[entry] = messages.rootA[message];
    this.rootB[entry] = messages.rootB[message];
    this.request[entry] = messages.request[message];
    this.arrival[entry] = messages.arrival[message];
    this.traces.set(entry, messages.traces.get(message));
    this.poison[entry] = messages.poison[message];
    this.repeated[entry] = repeated ? 1 : 0;
    return entry;
  }

  /** Makes the next event, and links it into the list of its entity. */
  private take(entity: number, number: number): number {
    const entry = this.slots.take();
    this.entity[entry] = entity;
    this.number[entry] = number;
    this.committed[entry] = engine.now;
    this.cell[entry] = sink.cell;
    this.next[entry] = -1;
    this.same[entry] = -1;
    this.seen[entry] = 0;
    this.poison[entry] = 0;
    this.repeated[entry] = 0;
    const first = this.first.get(entity);
    if (first === undefined) {
      this.first.set(entity, entry);
      this.last[entry] = entry;
    } else {
      invariant(
        this.same[this.last[first]] < 0,
        'the last unseen event of an entity has none after it',
      );
      this.same[this.last[first]] = entry;
      this.last[first] = entry;
    }
    return entry;
  }

  /** The first event that the view of an entity misses; -1 = none. */
  missing(entity: number): number {
    return this.first.get(entity) ?? -1;
  }

  /** The first event that the view of an entity misses and that another client has written; -1 = none. */
  missingFor(entity: number, client: number): number {
    let entry = this.missing(entity);
    while (entry >= 0 && this.author[entry] === client) entry = this.same[entry];
    return entry;
  }

  /** Marks an event as seen. It is the first unseen one of its entity, unless places were skipped. */
  see(entry: number): void {
    const entity = this.entity[entry];
    invariant(this.seen[entry] === 0, 'an event has its effect on the view once');
    this.seen[entry] = 1;
    const next = this.same[entry];
    let before = this.first.get(entity)!;
    if (before !== entry) {
      while (this.same[before] !== entry) {
        before = this.same[before];
        invariant(before >= 0, 'an unseen event is in the list of its entity');
      }
      this.same[before] = next;
      if (next < 0) this.last[this.first.get(entity)!] = before;
      return;
    }
    if (next < 0) this.first.delete(entity);
    else {
      this.last[next] = this.last[entry];
      this.first.set(entity, next);
    }
  }

  /** Frees an event that has passed. */
  free(entry: number): void {
    invariant(this.seen[entry] === 1, 'an event is dropped after its effect or its loss');
    this.traces.delete(entry);
    this.slots.give(entry);
  }

  age(entry: number): Ns {
    return engine.now - this.committed[entry];
  }

  /** The task context of a batch that starts with this event; the same object each time. */
  context(entry: number, attempt: number): TaskContext {
    const { scratch } = this;
    identify(scratch, this.lineageA[entry], this.lineageB[entry], attempt);
    scratch.rootA = this.rootA[entry];
    scratch.rootB = this.rootB[entry];
    scratch.request = this.request[entry];
    scratch.arrival = this.arrival[entry];
    scratch.attempt = attempt;
    this.traces.apply(entry, scratch);
    return scratch;
  }
}
