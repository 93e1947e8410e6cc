import { settledReplicas } from '../../analysis/measure/settled.js';
import { variantData } from '../../analysis/measure/variant-data.js';
import { wholeRun } from '../../analysis/measure/window.js';
import { withAllReplicas } from '../../plan/interventions/scaling.js';
import { withFaults } from '../../plan/without.js';
import type { Case } from '../../run/cases.js';
import type { Records } from '../../run/here.js';
import type { PlanNodes } from '../../contracts/plan/nodes.js';
import type { Plan, PlanComponent } from '../../contracts/plan/plan.js';
import type { Began } from '../../contracts/result/sweep-figures.js';
import { lower } from '../prepare.js';
import type { BuiltCase } from './build.js';

/** Time in which the load of a setting is measured before it runs. */
const MEASURED_NS = 20e9;

/** Runs cases; their records in order. */
type RunAll = (cases: readonly Case[]) => Promise<readonly Records[]>;

/** The replicas with which autoscaled components begin at a setting, by variant. */
type Beginnings = readonly (readonly Began[])[];

/**
 * Finds them: a short run of each setting without faults and with all replicas shows what the load needs. Both looks of a
 * search at a setting use the same ones.
 */
export class Starts {
  private readonly known = new Map<string, Beginnings>();

  constructor(
    private readonly path: string,
    private readonly isSettled: boolean,
    /** Paths that the sweep sets: a component whose replicas are among them keeps them. */
    private readonly paths: readonly string[],
  ) {}

  /** Everything on which the beginnings of a setting depend beside its scenario. */
  get key(): string {
    return this.isSettled ? ['settled', ...this.paths.filter(isReplicas)].join(' ') : 'written';
  }

  /** The settings with these replicas. */
  async of(
    built: readonly BuiltCase[],
    run: RunAll,
  ): Promise<readonly { readonly plans: readonly Plan[]; readonly began: Beginnings }[]> {
    const open = built.filter((one) => this.needs(one) && !this.known.has(keyOf(one)));
    if (open.length > 0) {
      const cases = open.map((one): Case => ({ plans: this.pilots(one), first: 0, count: 1 }));
      const records = await run(cases);
      open.forEach((one, i) => {
        this.known.set(keyOf(one), this.beginnings(one, cases[i]!.plans, records[i]!));
      });
    }
    return built.map((one) => {
      const began = this.known.get(keyOf(one)) ?? one.plans.map(() => []);
      return { plans: one.plans.map((plan, i) => begun(plan, began[i]!)), began };
    });
  }

  private needs({ plans }: BuiltCase): boolean {
    return this.isSettled && plans.some(({ components }) => components.some(isFollowing));
  }

  private pilots({ file }: BuiltCase): readonly Plan[] {
    const short = { ...file, budgets: [] };
    return file.variants.map((variant) => {
      const { scenario } = variant;
      const run = { ...scenario.run, durationNs: Math.min(scenario.run.durationNs, MEASURED_NS) };
      const own = lower({ ...variant, scenario: { ...scenario, run } }, short, this.path);
      const all = withAllReplicas(withFaults(own, () => false));
      return { ...all, nodes: all.nodes && { ...all.nodes, count: all.nodes.zones.length } };
    });
  }

  private beginnings(
    { file, plans }: BuiltCase,
    pilots: readonly Plan[],
    runs: Records,
  ): Beginnings {
    return plans.map((plan, i) => {
      // Without memory for the pilot the setting itself has none either.
      if (runs[i]!.length === 0) return [];
      const pilot = pilots[i]!;
      const data = variantData(file.variants[i]!, pilot, runs[i]!, wholeRun(pilot));
      return settledReplicas(plan, data).filter(({ component }) => !this.sets(component));
    });
  }

  private sets(component: string): boolean {
    return this.paths.some((path) => isReplicas(path) && path.split('.').at(-2) === component);
  }
}

function isReplicas(path: string): boolean {
  return path.endsWith('.replicas');
}

function isFollowing({ autoscaling }: PlanComponent): boolean {
  return autoscaling !== null && autoscaling.kind !== 'scheduled';
}

function keyOf({ file }: BuiltCase): string {
  return [file.sha256, ...file.variants.map(({ name }) => name)].join(' ');
}

/** The plan with other numbers of replicas at the start, and the nodes that they need. */
function begun(plan: Plan, began: readonly Began[]): Plan {
  if (began.length === 0) return plan;
  const of = new Map(began.map(({ component, replicas }) => [component, replicas]));
  const components = plan.components.map((component) => ({
    ...component,
    initial: of.get(component.name) ?? component.initial,
  }));
  return { ...plan, components, nodes: plan.nodes && nodesFor(plan.nodes, components) };
}

/** As many nodes as the requests of all replicas fill, if these are more than there are. */
function nodesFor(nodes: PlanNodes, components: Plan['components']): PlanNodes {
  let [milliCpu, memory] = [0, 0];
  nodes.requests.forEach((own, id) => {
    if (own === null) return;
    milliCpu += own.milliCpu * components[id]!.initial;
    memory += own.memory * components[id]!.initial;
  });
  const filled = Math.ceil(Math.max(milliCpu / nodes.milliCpu, memory / nodes.memory));
  return { ...nodes, count: Math.min(nodes.zones.length, Math.max(nodes.count, filled)) };
}
