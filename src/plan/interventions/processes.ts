import type { Plan, PlanComponent } from '../../contracts/plan/plan.js';
import type { PlanProcess } from '../../contracts/plan/process.js';
import type { Intervention, InterventionKind } from './kind.js';
import { has, reaches } from './signs.js';
import { meanOf } from '../../kernel/distribution.js';
import type { VariantResult } from '../../contracts/result/result.js';

/** The settings of the processes of a component: its own, and those of its versions. */
export function processesOf({ versions, ...own }: PlanComponent): readonly PlanProcess[] {
  return [own, ...(versions?.processes ?? [])];
}

/** For each component whose processes have a setting: without it. `what`: `the probes`. */
export function withoutSetting(
  plan: Plan,
  setting: 'gc' | 'probes',
  cause: Pick<Intervention, 'kind' | 'part'>,
  what: string,
): readonly Intervention[] {
  return plan.components.flatMap((component, id) => {
    if (processesOf(component).every((own) => own[setting] === null)) return [];
    const { name } = component;
    return [
      {
        ...cause,
        subject: name,
        words: `without ${what} of ${name}`,
        apply: ({ plan: own }) => withProcesses(own, id, () => ({ [setting]: null })),
      },
    ];
  });
}

/** The plan with other settings of the processes of a component, in all of its versions. */
export function withProcesses(
  plan: Plan,
  component: number,
  change: (settings: PlanProcess) => Partial<PlanProcess>,
): Plan {
  return withComponent(plan, component, (own) => ({
    ...change(own),
    versions:
      own.versions === null
        ? null
        : {
            ...own.versions,
            processes: own.versions.processes.map((one) => ({ ...one, ...change(one) })),
          },
  }));
}

/** The plan with other settings of a component. */
export function withComponent(
  plan: Plan,
  component: number,
  change: (own: PlanComponent) => Partial<PlanComponent>,
): Plan {
  const components = plan.components.map((own, id) =>
    id === component ? { ...own, ...change(own) } : own,
  );
  return { ...plan, components };
}

/** The platform does not probe a component: no instance is restarted or taken off the lists because it is slow. */
export const probes: InterventionKind = {
  kind: 'probes',
  of: (plan) => withoutSetting(plan, 'probes', { kind: 'probes', part: 'loop' }, 'the probes'),
  worth: (variant, { subject }) => (has(variant, subject, ['unready', 'killed']) ? 0.85 : 0),
};

/** Part of the p99 of all requests that a pause of a collector explains. */
const LONG = 0.2;

/** The garbage collector of a component never pauses it. */
export const collections: InterventionKind = {
  kind: 'collections',
  of: (plan) =>
    withoutSetting(
      plan,
      'gc',
      { kind: 'collections', part: 'condition' },
      'the garbage collections',
    ),
  // Requests that wait for the end of a pause are slow, and without a fault slowness is no degradation.
  worth: (variant, { subject }, plan) =>
    reaches(variant, subject) || isLong(variant, plan, subject) ? 0.85 : 0.3,
};

/** New instances of a component are as quick as old ones: their code is compiled, and their caches are full. */
export const coldStarts: InterventionKind = {
  kind: 'coldStarts',
  of: (plan) =>
    plan.components.flatMap((component, id) => {
      if (processesOf(component).every(({ lifecycle }) => (lifecycle?.warmup ?? null) === null))
        return [];
      const { name } = component;
      return [
        {
          kind: 'coldStarts',
          part: 'condition',
          subject: name,
          words: `with new instances of ${name} that are warm at once`,
          apply: ({ plan: own }) =>
            withProcesses(own, id, ({ lifecycle }) => ({
              lifecycle: lifecycle === null ? null : { ...lifecycle, warmup: null },
            })),
        },
      ];
    }),
  // A new version is slow for another reason than its instances: only this run tells. Elsewhere more capacity is as likely.
  worth: (variant, { subject }, plan) => {
    if (!reaches(variant, subject)) return 0;
    return plan.components.some(({ name, versions }) => name === subject && versions !== null)
      ? 0.85
      : 0.7;
  },
};

/** Whether the pauses of a component are as long as the slowest requests are late. */
function isLong({ summary }: VariantResult, plan: Plan, subject: string): boolean {
  const slowest = summary.latency.p99.value;
  const own = plan.components.find(({ name }) => name === subject);
  if (slowest === null || own === undefined) return false;
  return processesOf(own).some(({ gc }) => gc !== null && meanOf(gc.pause) >= LONG * slowest * 1e9);
}
