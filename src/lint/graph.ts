import { groupedBy } from '../text/order.js';
import type { Call } from './calls.js';

/** Indexes of the calls of a scenario. Each is built once, so that rules do not search all calls for every component. */
export class Graph {
  private readonly indexes = new Map<Key, ReadonlyMap<string, readonly Call[]>>();
  private readonly positions: ReadonlyMap<Call, number> = new Map(
    this.calls.map((call, position) => [call, position]),
  );
  /** All parts, callees before their callers; cycles are cut at the part where they are entered. */
  readonly calleesFirst: readonly string[] = calleesFirst(
    [...this.by(FROM).keys(), ...this.by(TO).keys()],
    (part) => this.from(part),
  );

  constructor(private readonly calls: readonly Call[]) {}

  from(part: string): readonly Call[] {
    return this.with(FROM, part);
  }

  into(part: string): readonly Call[] {
    return this.with(TO, part);
  }

  /** The calls of these parts, in the order of all calls. */
  fromAll(parts: Iterable<string>): readonly Call[] {
    const calls = [...parts].flatMap((part) => this.from(part));
    return calls.sort((a, b) => this.positions.get(a)! - this.positions.get(b)!);
  }

  madeBy(component: string): readonly Call[] {
    return this.with(CALLER, component);
  }

  takenBy(component: string): readonly Call[] {
    return this.with(CALLEE, component);
  }

  /** The calls with this text as their key, in order. */
  with(key: Key, text: string): readonly Call[] {
    return this.by(key).get(text) ?? [];
  }

  private by(key: Key): ReadonlyMap<string, readonly Call[]> {
    let index = this.indexes.get(key);
    if (index === undefined) {
      index = groupedBy(this.calls, key);
      this.indexes.set(key, index);
    }
    return index;
  }

  /**
   * Computes a value for every part from those of its callees (or of its callers, with `upward`). A part of a cycle
   * that has no value yet counts as `unknown`.
   */
  fold<T>(unknown: T, upward: boolean, by: (part: string, of: (part: string) => T) => T): Fold<T> {
    const values = new Map<string, T>();
    const of = (part: string): T => values.get(part) ?? unknown;
    const order = upward ? [...this.calleesFirst].reverse() : this.calleesFirst;
    for (const part of order) values.set(part, by(part, of));
    return of;
  }
}

/**
 * These parts and all below, callees before their callers. Uses an explicit stack: a chain of calls can be as long as the
 * number of services.
 */
export function calleesFirst(
  starts: Iterable<string>,
  from: (part: string) => readonly { readonly to: string }[],
): string[] {
  const order: string[] = [];
  const seen = new Set<string>();
  for (const start of starts) {
    if (seen.has(start)) continue;
    seen.add(start);
    const stack = [{ part: start, next: 0 }];
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      const callee = from(top.part)[top.next++]?.to;
      if (callee === undefined) {
        order.push(top.part);
        stack.pop();
      } else if (!seen.has(callee)) {
        seen.add(callee);
        stack.push({ part: callee, next: 0 });
      }
    }
  }
  return order;
}

/** Returns the value of a part. */
export type Fold<T> = (part: string) => T;

/** By which calls are found. A constant: each of them has an index. */
export type Key = (call: Call) => string;

const FROM: Key = ({ from }) => from;
const TO: Key = ({ to }) => to;
const CALLER: Key = ({ caller }) => caller;
const CALLEE: Key = ({ callee }) => callee;
