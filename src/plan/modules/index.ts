import type { PlanModules } from '../../contracts/plan/modules.js';
import type { Scenario } from '../../contracts/scenario/scenario.js';
import type { ModuleKind, ModulePart, NamedPart, Source } from '../layout.js';
import { broker } from './broker.js';
import { cache } from './cache.js';
import { database } from './database.js';
import { eventStore } from './event-store.js';
import { functions } from './functions.js';
import type { ComponentsOf, PartAnswers, PartsOf, Written } from './kind.js';
import { together } from './kind.js';
import { outbox } from './outbox.js';
import { projection } from './projection.js';
import { queue } from './queue.js';
import { registry } from './registry.js';
import { saga } from './saga.js';
import { topic } from './topic.js';

/** All modules, one line each. The order determines the numbers of their distributions and keys. */
const MODULES = [
  broker,
  outbox,
  saga,
  functions,
  topic,
  queue,
  eventStore,
  projection,
  database,
  cache,
  registry,
] as const;

const COMPONENTS: ComponentsOf<ModuleKind> = together(MODULES.map(({ components }) => components));
const PARTS: PartsOf<ModulePart['kind']> = together(MODULES.map(({ parts }) => parts));

/** Components of all modules, with their names. */
export function moduleSources(scenario: Scenario): readonly (readonly [string, Source])[] {
  return Object.values(COMPONENTS).flatMap((sources): readonly (readonly [string, Source])[] =>
    sources(scenario),
  );
}

/** Parts that modules add to a service. */
export function guestsOf(scenario: Scenario, service: string): readonly NamedPart[] {
  return MODULES.flatMap((module) => module.guests?.(scenario, service) ?? []);
}

/** Properties of a part of a module. */
export function answersOf(source: ModulePart): PartAnswers {
  return answersIn(PARTS, source.kind, source);
}

function answersIn<Kind extends ModulePart['kind']>(
  parts: PartsOf<Kind>,
  kind: Kind,
  source: Extract<ModulePart, { readonly kind: Kind }>,
): PartAnswers {
  return parts[kind](source);
}

/** Plans all modules after all programs are written. */
export function planModules(written: Written): PlanModules {
  return { acts: written.w.acts.list, ...together(MODULES.map((module) => module.plan(written))) };
}
