import type { ComponentKind } from '../../contracts/component-kind.js';
import type { ModuleSection } from '../../contracts/scenario/modules.js';
import { brokers } from './brokers.js';
import { caches } from './caches.js';
import { eventStores } from './event-stores.js';
import type { Module } from './kind.js';
import { projections } from './projections.js';
import { queues } from './queues.js';
import { registries } from './registries.js';
import { sagas } from './sagas.js';
import { topics } from './topics.js';

/** All modules, one line each. If two components have the same name, the one of the later module is reported. */
export const MODULES: { readonly [S in ModuleSection]: Module<S> } = {
  topics,
  brokers,
  queues,
  caches,
  sagas,
  eventStores,
  projections,
  registries,
};

/** The module of a kind; undefined for kinds without a module. */
export function moduleOf(kind: ComponentKind): (typeof MODULES)[ModuleSection] | undefined {
  return Object.values(MODULES).find((own) => own.kind === kind);
}

export const SECTIONS = Object.keys(MODULES) as readonly ModuleSection[];

/** All sections, starting with these. The order determines lists in messages. */
function first(...sections: readonly ModuleSection[]): readonly ModuleSection[] {
  return [...sections, ...SECTIONS.filter((section) => !sections.includes(section))];
}

export const SCHEMA_ORDER = first('brokers', 'sagas');
export const DEFAULTS_ORDER = first('topics', 'brokers', 'sagas');
export const TEMPLATES_ORDER = first(...SECTIONS.filter((section) => section !== 'sagas'));
export const PAGES_ORDER = first('topics', 'queues');
