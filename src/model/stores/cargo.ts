import { widenFloat64, widenInt32 } from '../../kernel/pool.js';
import { LOADS } from '../../spec/stores.js';
import { strands } from '../strands.js';

/** What the answer to a read says of what comes behind it. */
export const PAGE = Object.freeze({
  /** No store has answered: a fallback has, or somebody else's call. */
  unknown: 0,
  more: 1,
  last: 2,
} as const);

/**
 * What a call to an event store or a view takes along beside its request, and what its answer brings
 * back: columns by strand. A step writes them before its call, the attempt has a copy of its own, so that
 * a store can do its part long after the caller has left, and an answer that arrives hands it back.
 */
export class Cargo {
  /** Stream at its store. */
  stream: Int32Array = new Int32Array(0);
  /** Version from which is read, which is expected, or to which a load has come. */
  position: Float64Array = new Float64Array(0);
  /** Events of the state that is wanted, Infinity = all. */
  until: Float64Array = new Float64Array(0);
  /** Events to append, or those that a page holds. */
  count: Float64Array = new Float64Array(0);
  /** Place in the order of all events that an append has taken. */
  number: Float64Array = new Float64Array(0);
  /** One of PAGE. */
  page: Int32Array = new Int32Array(0);
  /** Of a read of a view: the projection, the entity, and the first event that it misses; -1 = nobody has looked. */
  view: Int32Array = new Int32Array(0);
  entity: Float64Array = new Float64Array(0);
  /** Client that knows its own events without the view, -1 = nobody does. */
  reader: Float64Array = new Float64Array(0);
  missing: Float64Array = new Float64Array(0);
  missingSince: Float64Array = new Float64Array(0);
  /** Of the one who asks; it does not travel. CPU that the last act has found necessary, ns. */
  work: Float64Array = new Float64Array(0);
  /** How the call of the step has ended, where the step looks at that itself. */
  outcome: Int32Array = new Int32Array(0);
  /** Events applied by the load under way. */
  replayed: Float64Array = new Float64Array(0);
  /** When the read of a view began, in which cell, and the first event that it need not know. */
  asked: Float64Array = new Float64Array(0);
  cell: Int32Array = new Int32Array(0);
  known: Float64Array = new Float64Array(0);
  /** Version of each load, by strand and slot. */
  loaded: Float64Array = new Float64Array(0);

  constructor() {
    strands.slots.onGrow((capacity) => this.widen(capacity));
  }

  /** A strand is sent by `owner`. */
  sent(strand: number, owner: number): void {
    this.stream[strand] = this.stream[owner];
    this.position[strand] = this.position[owner];
    this.count[strand] = this.count[owner];
    this.until[strand] = this.until[owner];
    this.number[strand] = this.number[owner];
    this.page[strand] = PAGE.unknown;
    this.view[strand] = this.view[owner];
    this.entity[strand] = this.entity[owner];
    this.reader[strand] = this.reader[owner];
    this.missing[strand] = -1;
    this.missingSince[strand] = Infinity;
  }

  /** The answer of a strand has reached the one that sent it. */
  received(strand: number, owner: number): void {
    this.position[owner] = this.position[strand];
    this.count[owner] = this.count[strand];
    this.page[owner] = this.page[strand];
    this.number[owner] = this.number[strand];
    this.missing[owner] = this.missing[strand];
    this.missingSince[owner] = this.missingSince[strand];
  }

  private widen(capacity: number): void {
    for (const name of INT32) this[name] = widenInt32(this[name], capacity);
    for (const name of FLOAT64) this[name] = widenFloat64(this[name], capacity);
    this.loaded = widenFloat64(this.loaded, capacity * LOADS);
  }
}

const INT32 = ['stream', 'page', 'view', 'outcome', 'cell'] as const;
const FLOAT64 = [
  'position',
  'until',
  'count',
  'number',
  'entity',
  'reader',
  'missing',
  'missingSince',
  'work',
  'replayed',
  'asked',
  'known',
] as const;
