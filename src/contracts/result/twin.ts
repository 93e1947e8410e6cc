import type { z } from 'zod';
import { count, list, mapping, shape, share } from './shapes.js';

const twinSeries = shape({
  /** Share of the finished that succeeded; null = none finished. */
  success: list(share.nullable()),
  /** Of the successful ones, seconds; null = none. */
  p99: list(count.nullable()),
});
export type TwinSeries = z.output<typeof twinSeries>;

/**
 * Requests of users in the same runs without any fault, by `workload.request` and step of the timeline. Rounded, because
 * they are only drawn.
 */
export const twin = mapping(twinSeries);
export type Twin = z.output<typeof twin>;
