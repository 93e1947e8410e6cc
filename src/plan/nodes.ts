import type { PlanNodes } from '../contracts/plan/nodes.js';
import type { Platform } from '../contracts/scenario/platform.js';
import { hostOf, type Layout } from './layout.js';
import { isOnPlatform } from './platform.js';

/** The nodes of the platform, and the room that the instances of each component take; null = none. */
export function planNodes(layout: Layout, { nodes }: Platform): PlanNodes | null {
  if (nodes === null) return null;
  const hosts = layout.components.map((component) =>
    isOnPlatform(component) ? hostOf(component) : null,
  );
  return {
    ...nodes,
    zones: nodes.zones.map((zone) => (zone === null ? -1 : layout.zones.indexOf(zone))),
    requests: hosts.map((host) => host?.requests ?? null),
    budgets: hosts.map((host) => host?.disruptionBudget ?? null),
  };
}
