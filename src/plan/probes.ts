import type { PlanProbe, PlanProbes } from '../spec/plan/probes.js';
import type { Probe } from '../spec/scenario/probes.js';
import type { LaidComponent } from './layout.js';
import { hostOf, partOf } from './layout.js';

/** What runs for each probe: the program of its endpoint, or one that only answers. */
export function planProbes(
  component: LaidComponent,
  programs: readonly number[],
  self: number,
): PlanProbes | null {
  const probes = hostOf(component)?.probes ?? null;
  if (probes === null) return null;
  const planned = (probe: Probe | null): PlanProbe | null => {
    if (probe === null) return null;
    const { endpoint } = probe;
    if (endpoint === null) return { ...probe, part: component.parts[0]!.id, program: self };
    const { id } = partOf(component, endpoint)!;
    return { ...probe, part: id, program: programs[id]! };
  };
  const { startup, liveness, readiness } = probes;
  return {
    startup: planned(startup),
    liveness: planned(liveness),
    readiness: planned(readiness),
  };
}
