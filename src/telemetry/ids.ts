import { mix, mixed, streamKey, type StreamKey } from '../kernel/rng.js';
import type { Plan } from '../contracts/plan/plan.js';
import { hex } from '../text/checksum.js';

/** Which span of a row: that of the caller, of the process that was called, or of a proxy between them. */
export const SIDE = Object.freeze({ caller: 0, callee: 1, proxy: 2 } as const);

/**
 * Ids of spans and traces: hexadecimal, unique within a file, the same in each execution of a run. Source: W3C Trace
 * Context, trace-id (16 bytes) and parent-id (8 bytes), none of them all zeros.
 */
export class Ids {
  private readonly traces: StreamKey;
  private readonly spans: StreamKey;

  constructor(plan: Plan, replication: number) {
    this.traces = streamKey(plan.seed, replication, `trace/${plan.variant}`);
    this.spans = streamKey(plan.seed, replication, `span/${plan.variant}`);
  }

  /** 32 digits, from the id of the root row. */
  trace(root: number): string {
    return words(this.traces, root, 0) + words(this.traces, root, 1);
  }

  /** 16 digits, from the id of a row. */
  span(row: number, side: number): string {
    return words(this.spans, row, side);
  }
}

/** 64 bits as 16 hexadecimal digits, never all zeros. */
function words({ a, b }: StreamKey, id: number, index: number): string {
  mix(a, b, id | 0, Math.floor(id / 4_294_967_296), index);
  return hex(mixed.x) + hex(mixed.y | 1);
}

/** A number in [0, 1) from the id of a root row, by which traces are sampled. */
export function sampleOf(plan: Plan, replication: number): (root: number) => number {
  const { a, b } = streamKey(plan.seed, replication, `sample/${plan.variant}`);
  return (root) => {
    mix(a, b, root | 0, Math.floor(root / 4_294_967_296), 0);
    return (mixed.x >>> 0) / 4_294_967_296;
  };
}
