import type { Ns } from '../../kernel/time.js';
import { processOf } from '../../contracts/plan/versions.js';
import type { RunRecord } from '../../contracts/record/record.js';
import { areaOf, betweenOf, gaugesByComponent } from './gauges.js';
import { sumCells } from './sums.js';
import { instancesOf, type ComponentEdge, type VariantData } from './variant-data.js';

/** Share of the busy workers of a component that wait for one other component, from which that one holds them. */
const HELD = 0.5;
/** A component holds workers only if its calls take this many times as long as before the first fault. */
const SLOWER = 1.5;

/** Finds which component holds the workers of another one in a run, by cell. */
export class Holders {
  /** By component and cell: the component that it waits for, or itself. */
  private readonly known = new Map<string, number>();

  constructor(
    private readonly data: VariantData,
    private readonly record: RunRecord,
  ) {}

  /** The last of the components that wait for each other at a time: from a component on, or itself. */
  at(component: number, atNs: Ns): number {
    const cell = cellAt(this.data.plan.grid.edges, atNs);
    const seen = new Set<number>();
    let at = component;
    while (!seen.has(at)) {
      seen.add(at);
      const next = this.next(at, cell);
      if (next === at) return at;
      at = next;
    }
    return at;
  }

  private next(component: number, cell: number): number {
    const key = `${component} ${cell}`;
    const known = this.known.get(key) ?? this.find(component, Int32Array.of(cell));
    this.known.set(key, known);
    return known;
  }

  private find(component: number, cells: Int32Array): number {
    const { data, record } = this;
    const [first] = instancesOf(data.plan, component);
    // Only a thread keeps its worker while it waits for a response.
    if (first === undefined || processOf(data.plan, first).runtime !== 'threads') return component;
    const own = gaugesByComponent(data, record)[component].filter(({ kind }) => kind === 'busy');
    const least = HELD * areaOf(own, cells);
    let most = 0;
    let holder = component;
    for (const edge of data.edges) {
      if (edge.from !== component) continue;
      const waiting = this.waitingIn(edge, cells);
      if (waiting > most && waiting >= least && this.isSlow(edge, cells)) {
        most = waiting;
        holder = edge.to;
      }
    }
    return holder;
  }

  /** Whether calls take much longer than usual, by Little's law; true if there is no usual. */
  private isSlow(edge: ComponentEdge, cells: Int32Array): boolean {
    const before = this.data.before.cells;
    const usualCalls = this.callsIn(edge, before);
    if (usualCalls === 0) return true;
    const usualNs = this.waitingIn(edge, before) / usualCalls;
    return this.waitingIn(edge, cells) > SLOWER * usualNs * this.callsIn(edge, cells);
  }

  private waitingIn({ from, to }: ComponentEdge, cells: Int32Array): Ns {
    return areaOf(betweenOf(this.data, this.record, 'inFlight', from, to), cells);
  }

  private callsIn({ stats }: ComponentEdge, cells: Int32Array): number {
    return stats.reduce((sum, stat) => sum + sumCells(this.record.edges[stat].calls, cells), 0);
  }
}

/** The cell that contains a time; the last one for times after the end. */
function cellAt(edges: Float64Array, atNs: Ns): number {
  let low = 0;
  let high = edges.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (edges[middle] <= atNs) low = middle;
    else high = middle - 1;
  }
  return low;
}
