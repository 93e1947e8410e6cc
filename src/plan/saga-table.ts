import type { CountDistribution } from '../kernel/counts.js';
import type { Interner } from './canonical.js';
import { partOf, type LaidPart, type Layout } from './layout.js';
import type { KeyTable } from './keys.js';
import type { Target } from '../contracts/scenario/target.js';
import { driverName, type Saga } from '../contracts/scenario/sagas.js';
import type { PlanSaga, SagaRole } from '../contracts/plan/sagas.js';
import type { Ns } from '../kernel/time.js';
import { policyKind } from '../patterns/registry.js';
import type { Bundle } from '../contracts/scenario/steps.js';
import { governing } from './bundles.js';

interface Entries {
  readonly steps: number[];
  readonly undos: number[];
  save: number;
  read: number;
}

/** The sagas of a plan in component order, and the roles of endpoints in them. */
export class SagaTable {
  private readonly laid: readonly { readonly component: number; readonly spec: Saga }[];
  private readonly numbers: ReadonlyMap<string, number>;
  private readonly roles = new Map<string, SagaRole[]>();
  private readonly entries = new Map<string, Entries>();

  constructor(layout: Layout) {
    this.laid = layout.components.flatMap(({ id, source }) =>
      source.kind === 'saga' ? [{ component: id, spec: source.spec }] : [],
    );
    this.numbers = new Map(this.laid.map(({ spec }, number) => [spec.name, number]));
    this.laid.forEach(({ spec }, saga) => this.addRoles(spec, saga));
  }

  number(saga: string): number {
    return this.numbers.get(saga)!;
  }

  rolesOf({ component, name }: LaidPart): readonly SagaRole[] {
    return this.roles.get(`${component.name}.${name}`) ?? [];
  }

  /** Whether a saga refuses steps that arrive after their compensation. */
  hasTombstones({ saga }: SagaRole): boolean {
    return this.laid[saga]!.spec.tombstones;
  }

  entriesOf(saga: string): Entries {
    let own = this.entries.get(saga);
    if (own === undefined)
      this.entries.set(saga, (own = { steps: [], undos: [], save: -1, read: -1 }));
    return own;
  }

  plan(
    w: { readonly layout: Layout; readonly counts: Interner<CountDistribution> },
    keys: KeyTable,
  ): readonly PlanSaga[] {
    return this.laid.map(({ component, spec }) => {
      const own = w.layout.components[component]!;
      const { steps, undos, save, read } = this.entriesOf(spec.name);
      const { orchestration } = spec;
      const driver =
        orchestration === null
          ? -1
          : partOf(w.layout.byName.get(orchestration.orchestrator)!, driverName(spec.name)).id;
      return {
        component,
        spec,
        parts: spec.steps.map((step) => partOf(own, step.name).id),
        driver,
        entries: steps,
        undoEntries: undos,
        ...leasesOf(spec, w.layout),
        saveEntry: save,
        readEntry: read,
        value: spec.value === null ? -1 : w.counts.id(spec.value),
        key: keys.use(spec.key, `sagas.${spec.name}.key`, 'a saga'),
      };
    });
  }

  private addRoles({ steps, choreography }: Saga, saga: number): void {
    const add = (to: Target, role: SagaRole['role'], step: number): void => {
      const name = `${to.component}.${to.part}`;
      this.roles.set(name, [...(this.roles.get(name) ?? []), { saga, role, step }]);
    };
    steps.forEach(({ call, compensation, readOnly }, step) => {
      if (!readOnly) add(call, 'do', step);
      if (compensation !== null) add(compensation, 'undo', step);
    });
    for (const to of choreography?.startedBy ?? []) add(to, 'start', -1);
    for (const to of choreography?.completedBy ?? []) add(to, 'complete', -1);
    for (const to of choreography?.cancelledBy ?? []) add(to, 'cancel', -1);
  }
}

/** How long an instance can hold the command and the compensation of each step, see PlanSaga. */
function leasesOf(
  { steps, orchestration }: Saga,
  layout: Layout,
): Pick<PlanSaga, 'leases' | 'undoLeases'> {
  if (orchestration === null) return { leases: [], undoLeases: [] };
  const { leaseNs, detection, compensationPolicy, persistence } = orchestration;
  const caller = layout.byName.get(orchestration.orchestrator)!;
  const leaseOf = (to: Target | null, policy: Bundle | null): Ns | null => {
    const isCounted = leaseNs === null && detection.countsCallLimit && persistence !== null;
    if (!isCounted || to === null) return leaseNs;
    const { parts } = layout.byName.get(to.component)!;
    const callee = parts.find(({ name }) => name === to.part) ?? parts[0]!;
    return limitOf(governing(caller, callee, policy));
  };
  return {
    leases: steps.map(({ call, policy }) => leaseOf(call, policy)),
    undoLeases: steps.map(({ compensation }) => leaseOf(compensation, compensationPolicy)),
  };
}

/** The time limit around all tries of a call; null = it has none. */
function limitOf({ layers }: Bundle): Ns | null {
  for (const { policy, kind, config } of layers) {
    const { repeats, limits } = policyKind(policy, kind)!;
    const limitNs = limits?.(config) ?? null;
    if (repeats === true || limitNs !== null) return limitNs;
  }
  return null;
}
