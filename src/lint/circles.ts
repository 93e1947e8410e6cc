import type { Call } from './calls.js';
import { ringsOf } from './rings.js';
import type { Subject } from './subject.js';

/**
 * The shortest ways from a component back to itself along some calls. Only calls between components that reach each
 * other are kept, so in a system without circles nothing is searched.
 */
export class Circles {
  private readonly calls: readonly Call[];
  /** By component and by part: its number. */
  private readonly components = new Map<string, number>();
  private readonly parts = new Map<string, number>();
  /** By component: the numbers of its parts, in the order of the calls. */
  private readonly starts = new Map<string, Set<number>>();
  /** By part: the positions of its calls. By call: the part and the component that it reaches. */
  private readonly out: number[][] = [];
  private readonly to: Int32Array;
  private readonly callee: Int32Array;
  /** By part: the last search that reached it, and the position of the call that did so first. */
  private readonly seen: Int32Array;
  private readonly by: Int32Array;
  private search = 0;

  constructor(
    { calls, graph }: Subject,
    along: (call: Call) => boolean,
    startsAt: (part: string) => boolean = () => true,
  ) {
    const rings = ringsOf(new Set(calls.map(({ caller }) => caller)), (component) =>
      graph
        .madeBy(component)
        .filter(along)
        .map(({ callee }) => callee),
    );
    this.calls = calls.filter(
      (call) => rings.get(call.caller) === rings.get(call.callee) && along(call),
    );
    this.to = new Int32Array(this.calls.length);
    this.callee = new Int32Array(this.calls.length);
    this.calls.forEach(({ from, to, caller, callee }, position) => {
      const part = numberOf(from, this.parts);
      (this.out[part] ??= []).push(position);
      this.to[position] = numberOf(to, this.parts);
      this.callee[position] = numberOf(callee, this.components);
      if (!startsAt(from)) return;
      const starts = this.starts.get(caller) ?? new Set();
      this.starts.set(caller, starts.add(part));
    });
    this.seen = new Int32Array(this.parts.size);
    this.by = new Int32Array(this.parts.size);
  }

  /** The shortest path of calls from a part of a component back to the component. */
  of(component: string): readonly Call[] | null {
    let best: readonly Call[] | null = null;
    for (const start of this.starts.get(component) ?? []) {
      const found = this.wayBack(this.components.get(component) ?? -1, start);
      if (found !== null && (best === null || found.length < best.length)) best = found;
    }
    return best;
  }

  private wayBack(component: number, start: number): readonly Call[] | null {
    const { out, to, callee, seen, by } = this;
    const search = ++this.search;
    const open = [start];
    for (let at = 0; at < open.length; at++) {
      for (const position of out[open[at]] ?? []) {
        if (callee[position] === component) return this.wayTo(start, position);
        const part = to[position];
        if (seen[part] === search) continue;
        seen[part] = search;
        by[part] = position;
        open.push(part);
      }
    }
    return null;
  }

  private wayTo(start: number, last: number): readonly Call[] {
    const way = [this.calls[last]];
    for (let part = this.parts.get(way[0].from)!; part !== start;) {
      const call = this.calls[this.by[part]];
      way.push(call);
      part = this.parts.get(call.from)!;
    }
    return way.reverse();
  }
}

function numberOf(name: string, numbers: Map<string, number>): number {
  const number = numbers.get(name) ?? numbers.size;
  numbers.set(name, number);
  return number;
}
