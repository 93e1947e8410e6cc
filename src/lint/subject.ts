import type { Ns } from '../kernel/time.js';
import { editsOf } from '../patterns/registry.js';
import type { Amount } from '../scenario/amounts.js';
import type { Path } from '../scenario/located.js';
import type { Plan } from '../contracts/plan/plan.js';
import type { Expression, MetricPath } from '../contracts/scenario/expression.js';
import type { Gateway, Scenario } from '../contracts/scenario/scenario.js';
import type { Service } from '../contracts/scenario/services.js';
import { consumersOf, type Consumer } from './consumers.js';
import { inheritedDeadlines } from './limits.js';
import { reachedIn, type Reached } from './reached.js';
import { namersOf, type Placed } from './uses.js';

/** One variant of a scenario, with facts that are derived without running it. */
export interface Subject extends Reached {
  readonly scenario: Scenario;
  /** All services and gateways. */
  readonly hosts: readonly (Service | Gateway)[];
  /** All consumers of topics and queues. */
  readonly consumers: readonly Consumer[];
  /** Whether any message has a size. */
  readonly isSized: boolean;
  /** Latest deadline that a part inherits, counted from its call; Infinity = one of its callers has none. */
  readonly inherited: ReadonlyMap<string, Ns>;
  /** Parts (`component.part`) that can run twice without harm. */
  readonly repeatable: ReadonlySet<string>;
  /** Components that a part depends on when it runs. */
  readonly callees: (part: string) => readonly string[];
  /** Components with processes that a fault, an autoscaler or a rollout stops. */
  readonly stopped: ReadonlySet<string>;
  /** Components with processes that a fault freezes: they run and do not answer. */
  readonly frozen: ReadonlySet<string>;
  /** By component, the faults that stop, freeze or fail some of its processes, and how long each lasts at most. */
  readonly harms: ReadonlyMap<string, readonly Harm[]>;
  /** By component, those that refer to it. */
  readonly namers: () => ReadonlyMap<string, readonly Placed[]>;
  /** All budgets and expectations, and their metrics. */
  readonly expressions: readonly Expression[];
  readonly budgets: readonly MetricPath[];
  /** The path of each of them. */
  readonly budgetPaths: readonly Path[];
  /** Whether the file of this variant contains a path. */
  readonly written: (path: Path) => boolean;
  /** The numbers in the file of this variant, with the units of their fields. */
  readonly amounts: () => readonly Amount[];
}

/** A fault of some processes of a component. */
export interface Harm {
  readonly fault: string;
  /** Its longest span; Infinity if it does not end by itself. */
  readonly lastsNs: Ns;
  /** Connections to these processes get no answer. */
  readonly isSilent: boolean;
  /** Instances that it hits, and all at the start. */
  readonly hit: number;
  readonly of: number;
}

/** Derives the facts that rules use. */
export function subjectOf(
  scenario: Scenario,
  plan: Plan,
  expressions: readonly Expression[],
  written: (path: Path) => boolean,
  amounts: () => readonly Amount[],
): Subject {
  const reached = reachedIn(scenario, written);
  const consumers = consumersOf(scenario);
  const parts = plan.parts.filter(({ idempotent }) => idempotent);
  const shrinking = plan.components.filter(
    ({ autoscaling, versions }) =>
      (versions?.rollout ?? null) !== null || autoscaling?.shrinks === true,
  );
  return {
    scenario,
    hosts: [...scenario.services.values(), ...scenario.gateways.values()],
    written,
    amounts,
    expressions,
    budgets: expressions.map(({ metric }) => metric),
    namers: once(() => namersOf(scenario)),
    budgetPaths: expressions.map((_, i) => ['budgets', i]),
    frozen: new Set(hitBy('hold', plan)),
    harms: harmsOf(plan),
    stopped: new Set([...hitBy('ask', plan), ...shrinking.map(({ name }) => name)]),
    callees: (part) => {
      const own = reached.whole
        .from(part)
        .filter(({ handled, background }) => !handled && !background);
      return [...new Set(own.filter((it) => it.callee !== it.caller).map(({ callee }) => callee))];
    },
    ...reached,
    consumers,
    isSized: plan.sized,
    inherited: inheritedDeadlines(
      scenario,
      reached.graph,
      consumers.map(({ part }) => part),
    ),
    repeatable: new Set(
      parts.map(({ component, name }) => `${plan.components[component].name}.${name}`),
    ),
  };
}

/** A value that several rules use, and that is derived at its first use. */
function once<T>(derive: () => T): () => T {
  let known: { readonly value: T } | undefined;
  return () => (known ??= { value: derive() }).value;
}

/** Components with processes that a fault stops in this way. */
function hitBy(how: 'ask' | 'hold', plan: Plan): readonly string[] {
  const { faults, components, instances, nodes } = plan;
  const placed = components.filter((_, id) => (nodes?.requests[id] ?? null) !== null);
  return faults
    .filter((fault) => editsOf(fault).some(({ knob }) => knob.stops === how))
    .flatMap((fault) => [
      ...fault.instances.map((id) => components[instances[id].component].name),
      ...(fault.nodes.length === 0 ? [] : placed.map(({ name }) => name)),
    ]);
}

/** Faults of single processes, as checks of these processes see them. */
function harmsOf({ faults, components, instances, horizonNs }: Plan): Subject['harms'] {
  const harms = new Map<string, Harm[]>();
  for (const fault of faults) {
    const edits = editsOf(fault);
    const isSeen = edits.some(({ knob }) => knob.stops !== null || knob.injects !== undefined);
    const isSilent = edits.some(({ knob }) => knob.isSilent === true);
    if (!isSeen || fault.rollout !== null || fault.spans.length === 0) continue;
    const longest = Math.max(...fault.spans.map(({ fromNs, untilNs }) => untilNs - fromNs));
    const isOpen = fault.spans.some(({ untilNs }) => untilNs >= horizonNs);
    const harm = { fault: fault.id, lastsNs: isOpen ? Infinity : longest, isSilent };
    for (const component of new Set(fault.instances.map((id) => instances[id].component))) {
      const { name, initial: of } = components[component];
      const hit = fault.instances.filter(
        (id) => instances[id].component === component && instances[id].index < of,
      ).length;
      harms.set(name, [...(harms.get(name) ?? []), { ...harm, hit, of }]);
    }
  }
  return harms;
}
