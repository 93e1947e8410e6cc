import type { Plan, PlanComponent } from '../../contracts/plan/plan.js';
import type { PlanProcess } from '../../contracts/plan/process.js';
import type { Intervention } from './kind.js';

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
