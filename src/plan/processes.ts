import { outcomeOfStatus } from '../spec/outcome.js';
import type { PlanAdmission, PlanProcess } from '../spec/plan/process.js';
import type { Host } from '../spec/scenario/host.js';
import { shapesOf } from '../spec/scenario/services.js';
import type { LaidComponent } from './layout.js';
import { hostOf } from './layout.js';
import type { Limiters } from './limiters.js';
import { planProbes } from './probes.js';
import { writeProbe, writeRefusal } from './programs.js';
import type { Writer } from './writer.js';

/** The settings of a process that need no program and no id. */
export type Settings = Omit<PlanProcess, 'admission' | 'probes' | 'rejectProgram'>;

export function settingsOf(host: Host): Settings {
  const { runtime, concurrency, queue, cpu, cancellation, gc, memory, lifecycle } = host;
  return { runtime, concurrency, queue, cpu, cancellation, gc, memory, lifecycle };
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
  const { source, name } = component;
  if (source.kind !== 'service' || source.host.versions === null) return [];
  const { admission, probes, rejectProgram } = own;
  const first = { ...settingsOf(source.host), admission, probes, rejectProgram };
  const shapes = shapesOf(source.host).slice(1);
  const others = source.host.versions.others.map((version, at): PlanProcess => {
    if (version.process === null) return first;
    const host = shapes[at]!;
    const shaped = { ...component, source: { ...source, host } };
    return {
      ...settingsOf(host),
      admission: planAdmission(w, limiters, shaped, `${name}@${version.name}`),
      probes: planProbes(shaped, programs, writeProbe(w, shaped)),
      rejectProgram: writeRefusal(w, shaped),
    };
  });
  return [first, ...others];
}
