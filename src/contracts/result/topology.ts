import type { z } from 'zod';
import { componentKind } from './meters.js';
import { count, flag, list, oneOf, shape, text } from './shapes.js';

export const topologyNode = shape({
  name: text,
  kind: componentKind,
  title: text.nullable(),
  /** Largest number of replicas. */
  replicas: count,
  /** Limits of the autoscaler; absent without one. */
  scaling: shape({ min: count, max: count }).optional(),
  /** Workers per replica; null = unlimited. */
  concurrency: count.nullable(),
  queueCapacity: count.nullable(),
  cores: count.nullable(),
  runtime: oneOf('threads', 'async', 'eventLoop'),
  external: flag,
  critical: flag,
  /** Longest distance from a workload; 0 for workloads. */
  depth: count,
  parts: list(text),
  zones: list(text.nullable()),
});
export type TopologyNode = z.output<typeof topologyNode>;

export const topology = shape({
  nodes: list(topologyNode),
  /** Edges between components. */
  edges: list(shape({ from: text, to: text, parts: list(text) })),
});
/** Topology of the baseline variant. Components that differ in another variant are among its `nodes`. */
export type Topology = z.output<typeof topology>;
