import type { Ns } from '../../kernel/time.js';
import type { WindowClause } from '../../contracts/scenario/expression.js';
import type { Plan, PlanFault } from '../../contracts/plan/plan.js';

/** A half-open span of absolute time. */
export interface Span {
  readonly fromNs: Ns;
  readonly untilNs: Ns;
}

/** Measuring cells of a window, their segments, and their total length. */
export interface CellSet {
  readonly cells: Int32Array;
  readonly segments: Int32Array;
  readonly lengthNs: Ns;
}

/** Parts of a window in which the trend of a backlog is searched. */
const PARTS = 8;

/** A window in equal parts, which show a trend. */
export function slicesOf({ cells, lengthNs, segments }: CellSet): readonly CellSet[] {
  const size = Math.max(1, Math.floor(cells.length / PARTS));
  return Array.from({ length: Math.floor(cells.length / size) }, (_, k) => ({
    cells: cells.subarray(k * size, (k + 1) * size),
    segments,
    lengthNs: (lengthNs * size) / cells.length,
  }));
}

/** Lengths of the slots in which a recovery may begin, as far as the grid has them; finest first. */
const RECOVERY_STEPS_NS = [500_000_000, 1_000_000_000, 2_500_000_000];
/** Length of the windows in which recovery is searched. */
export const RECOVERY_WINDOW_NS = 5_000_000_000;

/** Spans of absolute time of a window clause; empty if the variant does not have the fault. */
export function spansOf(clause: WindowClause | null, plan: Plan): readonly Span[] {
  const start = plan.warmupNs;
  const end = plan.endNs;
  if (clause === null) return [{ fromNs: start, untilNs: end }];
  if (clause.kind === 'between') {
    return clipped([{ fromNs: start + clause.fromNs, untilNs: start + clause.toNs }], plan);
  }
  const fault = plan.faults.find((candidate) => candidate.id === clause.fault);
  if (fault === undefined || fault.spans.length === 0) return [];
  if (clause.kind === 'during') return clipped(fault.spans, plan);
  if (clause.kind === 'before') {
    return clipped([{ fromNs: start, untilNs: fault.spans[0].fromNs }], plan);
  }
  return clipped([afterSpan(fault, plan)], plan);
}

/** From the end of a fault's last activity to the next activity of any fault, or the end of arrivals. */
export function afterSpan(fault: PlanFault, plan: Plan): Span {
  const fromNs = fault.spans[fault.spans.length - 1].untilNs;
  let untilNs = plan.endNs;
  for (const other of plan.faults) {
    for (const span of other.spans) {
      if (span.fromNs >= fromNs && other !== fault) untilNs = Math.min(untilNs, span.fromNs);
    }
  }
  return { fromNs, untilNs };
}

/**
 * Cells of the grid that start within the spans. The edges of every window that a scenario can express are edges of
 * cells and of segments, so no cell is cut.
 */
export function cellsOf(spans: readonly Span[], plan: Plan): CellSet {
  const { edges, segmentOfCell } = plan.grid;
  const from = firstCell(edges, Math.min(...spans.map((span) => span.fromNs)));
  const end = firstCell(edges, Math.max(0, ...spans.map((span) => span.untilNs)));
  const until = Math.min(edges.length - 1, end);
  const cells = new Int32Array(Math.max(0, until - from));
  const segments: number[] = [];
  let isAscending = true;
  let count = 0;
  let lengthNs = 0;
  for (let cell = from; cell < until; cell++) {
    const at = edges[cell];
    // One span has all cells between its ends.
    if (spans.length > 1 && !spans.some((span) => at >= span.fromNs && at < span.untilNs)) continue;
    cells[count++] = cell;
    lengthNs += edges[cell + 1] - at;
    const segment = segmentOfCell[cell];
    const last = segments.length === 0 ? -1 : segments[segments.length - 1];
    if (segment === last) continue;
    if (segment < last) isAscending = false;
    segments.push(segment);
  }
  const distinct = isAscending ? segments : [...new Set(segments)].sort((a, b) => a - b);
  return { cells: cells.slice(0, count), segments: new Int32Array(distinct), lengthNs };
}

/** By window. Computed on first use. */
const known = new WeakMap<CellSet, Int32Array>();

/** All cells of the segments of a window: more than its own where it ends within a segment. */
export function cellsAround({ grid }: Plan, window: CellSet): Int32Array {
  let cells = known.get(window);
  if (cells === undefined) {
    const own = new Set(window.segments);
    const all = Int32Array.from(grid.segmentOfCell, (_, cell) => cell);
    cells = all.filter((cell) => own.has(grid.segmentOfCell[cell]));
    known.set(window, cells);
  }
  return cells;
}

/** Cells from the end of the warm-up to the end of arrivals. */
export function wholeRun(plan: Plan): CellSet {
  return cellsOf(spansOf(null, plan), plan);
}

/** Cells of the whole windows of 5 s within a span. */
export function recoveryWindows(span: Span, plan: Plan): readonly CellSet[] {
  const windows: CellSet[] = [];
  let from = span.fromNs;
  while (from + RECOVERY_WINDOW_NS <= span.untilNs) {
    windows.push(cellsOf([{ fromNs: from, untilNs: from + RECOVERY_WINDOW_NS }], plan));
    from += RECOVERY_WINDOW_NS;
  }
  return windows;
}

/**
 * Consecutive slots after a fault at which a recovery may begin: 0.5 s to 2.5 s each, as fine as the grid allows,
 * else whole windows. A remainder at the end that fills no slot is left out.
 */
export function recoverySlots(
  span: Span,
  plan: Plan,
): { readonly slots: readonly CellSet[]; readonly slotNs: Ns } {
  const { edges } = plan.grid;
  const slotNs = RECOVERY_STEPS_NS.find((step) => isCut(span, step, edges)) ?? RECOVERY_WINDOW_NS;
  const slots: CellSet[] = [];
  for (let from = span.fromNs; from + slotNs <= span.untilNs; from += slotNs) {
    slots.push(cellsOf([{ fromNs: from, untilNs: from + slotNs }], plan));
  }
  return { slots, slotNs };
}

function isCut(span: Span, stepNs: Ns, edges: Float64Array): boolean {
  for (let at = span.fromNs + stepNs; at + stepNs <= span.untilNs; at += stepNs) {
    if (edges[firstCell(edges, at)] !== at) return false;
  }
  return true;
}

/** The first cell that begins at or after a time; the number of edges if none does. */
export function firstCell(edges: Float64Array, atNs: Ns): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle] < atNs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The parts of the spans between the end of the warm-up and the end of arrivals. */
export function clipped(spans: readonly Span[], plan: Plan): Span[] {
  return spans
    .map((span) => ({
      fromNs: Math.max(span.fromNs, plan.warmupNs),
      untilNs: Math.min(span.untilNs, plan.endNs),
    }))
    .filter((span) => span.untilNs > span.fromNs);
}
