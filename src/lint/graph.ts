import type { Call } from './calls.js';

/** Index of the calls by caller and callee. */
export class Graph {
  private readonly out = new Map<string, Call[]>();
  private readonly in = new Map<string, Call[]>();
  /** All parts, callees before their callers; cycles are cut at the part where they are entered. */
  readonly calleesFirst: readonly string[];

  constructor(calls: readonly Call[]) {
    for (const call of calls) {
      listOf(this.out, call.from).push(call);
      listOf(this.in, call.to).push(call);
    }
    this.calleesFirst = this.sorted();
  }

  from(part: string): readonly Call[] {
    return this.out.get(part) ?? [];
  }

  into(part: string): readonly Call[] {
    return this.in.get(part) ?? [];
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

  /** Uses an explicit stack: a chain of calls can be as long as the number of services. */
  private sorted(): readonly string[] {
    const order: string[] = [];
    const seen = new Set<string>();
    for (const start of [...this.out.keys(), ...this.in.keys()]) {
      if (seen.has(start)) continue;
      seen.add(start);
      const stack = [{ part: start, next: 0 }];
      while (stack.length > 0) {
        const top = stack[stack.length - 1];
        const callee = this.from(top.part)[top.next++]?.to;
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
}

/** Returns the value of a part. */
export type Fold<T> = (part: string) => T;

function listOf(lists: Map<string, Call[]>, key: string): Call[] {
  const known = lists.get(key);
  if (known !== undefined) return known;
  const list: Call[] = [];
  lists.set(key, list);
  return list;
}
