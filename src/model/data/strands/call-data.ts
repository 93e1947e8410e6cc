import { LOADS } from '../../../contracts/plan/stores.js';
import { strands } from './strands.js';

/** Whether a read has more pages. */
export const PAGE = Object.freeze({
  /** The response did not come from a store, but from a fallback or from a call shared with another request. */
  unknown: 0,
  more: 1,
  last: 2,
} as const);

/**
 * Data of calls to an event store or a view that travel beside the request and come back with the response.
 *
 * They are columns by strand. A step writes them before its call and each attempt copies them, so the store can work
 * after the caller has left. A response that arrives copies them back.
 */
export class CallData {
  /** Index of the stream in its store. */
  stream: Int32Array = new Int32Array(0);
  /** Version to read from, version expected by an append, or version reached by a load. */
  position: Float64Array = new Float64Array(0);
  /** Number of events of the wanted state; Infinity = all. */
  until: Float64Array = new Float64Array(0);
  /** Number of events to append, or in a page. */
  count: Float64Array = new Float64Array(0);
  /** Place that an append has taken in the order of all events. */
  number: Float64Array = new Float64Array(0);
  /** One of PAGE. */
  page: Int32Array = new Int32Array(0);
  /**
   * For a read of a view: the projection, the entity, and the first event that the view misses; -1 = not checked yet.
   */
  view: Int32Array = new Int32Array(0);
  entity: Float64Array = new Float64Array(0);
  /** Client that knows its own events without the view; -1 = none. */
  reader: Float64Array = new Float64Array(0);
  missing: Float64Array = new Float64Array(0);
  missingSince: Float64Array = new Float64Array(0);
  /** CPU time that the last act requires, ns. It belongs to the caller and does not travel. */
  work: Float64Array = new Float64Array(0);
  /** Outcome of the call, if the step handles it itself. */
  outcome: Int32Array = new Int32Array(0);
  /** Events applied by the current load. */
  replayed: Float64Array = new Float64Array(0);
  /** For a read of a view: when it began, in which cell, and the first event that it need not include. */
  asked: Float64Array = new Float64Array(0);
  cell: Int32Array = new Int32Array(0);
  known: Float64Array = new Float64Array(0);
  /** Version of each load, by strand and slot. */
  loaded: Float64Array = new Float64Array(0);

  constructor() {
    strands.slots.addColumns<CallData>(this, { loaded: LOADS });
  }

  /** `owner` sends a strand. */
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

  /** The response of a strand has reached its sender. */
  received(strand: number, owner: number): void {
    this.position[owner] = this.position[strand];
    this.count[owner] = this.count[strand];
    this.page[owner] = this.page[strand];
    this.number[owner] = this.number[strand];
    this.missing[owner] = this.missing[strand];
    this.missingSince[owner] = this.missingSince[strand];
  }
}
