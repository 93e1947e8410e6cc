import { outcomeOfStatus } from '../contracts/outcome.js';
import type { PlanAdmission, PlanProcess } from '../contracts/plan/process.js';
import type { Host } from '../contracts/scenario/host.js';
import { takesCancelRequests } from '../language/databases.js';
import { hostOf, type LaidComponent } from './layout.js';
import type { Limiters } from './limiters.js';
import { planProbes } from './probes.js';
import { writeProbe, writeRefusal } from './programs.js';
import { shapesIn, versionsIn } from './versions.js';
import type { Writer } from './writer.js';

/** The settings of a process that need no program and no id. */
export type Settings = Omit<PlanProcess, 'admission' | 'probes' | 'rejectProgram'>;

/** The settings of the processes of a host. */
export function settingsOf(host: Host): Settings {
  const { runtime, concurrency, queue, cpu, cancellation, gc, memory, lifecycle } = host;
  const takes = takesCancelRequests(host) && { takesCancelRequests: true as const };
  return { runtime, concurrency, queue, cpu, cancellation, ...takes, gc, memory, lifecycle };
}

/** Admission control of a component, with ids instead of names. `name`: of the component or its version. */
export function planAdmission(
  w: Writer,
  limiters: Limiters,
  component: LaidComponent,
  name = component.name,
): PlanAdmission | null {
  const admission = hostOf(component)?.admission ?? null;
  if (admission === null) return null;
  const { shed, rateLimit, retryAfter, concurrencyLimit } = admission;
  const place = `${name}.admission`;
  return {
    shed,
    shedKey: shed?.kind === 'dagor' ? limiters.keyNumber(shed.key, place, 'a level') : -1,
    limiter: rateLimit === null ? -1 : limiters.at(place, component.id, rateLimit, retryAfter),
    gate: concurrencyLimit === null ? -1 : w.gates.at(place, component.id, concurrencyLimit),
    refusal: outcomeOfStatus((rateLimit?.config as { status?: number } | undefined)?.status ?? 429),
  };
}

/** Writes the settings of each version of a component after those of the component itself, `own`. */
export function versionProcesses(
  w: Writer,
  limiters: Limiters,
  component: LaidComponent,
  programs: readonly number[],
  own: PlanProcess,
): readonly PlanProcess[] {
  const versions = versionsIn(component);
  if (versions === null) return [];
  const { admission, probes, rejectProgram } = own;
  const shapes = shapesIn(component);
  const first = { ...settingsOf(hostOf(component)!), admission, probes, rejectProgram };
  const others = versions.others.map((version, at): PlanProcess => {
    if (version.process === null) return first;
    const shape = shapes[at + 1]!;
    return {
      ...settingsOf(hostOf(shape)!),
      admission: planAdmission(w, limiters, shape, `${component.name}@${version.name}`),
      probes: planProbes(shape, programs, writeProbe(w, shape)),
      rejectProgram: writeRefusal(w, shape),
    };
  });
  return [first, ...others];
}
