import type {
  ModuleComponents,
  ModuleSection,
  ScenarioModules,
} from '../../contracts/scenario/modules.js';
import type { Host } from '../../contracts/scenario/host.js';
import type { Entry, Module } from '../modules/kind.js';
import { DEFAULTS_ORDER, MODULES, SECTIONS } from '../modules/index.js';
import type { ModuleSections } from '../schema/scenario-output.js';
import { cursorAt, type Context } from './context.js';
import { sorted } from './names.js';

/** Resolves the components of all modules. */
export function resolveModules(context: Context): ScenarioModules {
  const done = new Map<ModuleSection, ReadonlyMap<string, unknown>>();
  // Resolving a component can need another section, which is then resolved first.
  const all = <S extends ModuleSection>(section: S): ScenarioModules[S] => {
    const known = done.get(section) ?? resolveSection(context, section, all);
    done.set(section, known);
    return known as ScenarioModules[S];
  };
  return Object.fromEntries(SECTIONS.map((section) => [section, all(section)])) as ScenarioModules;
}

function resolveSection<S extends ModuleSection>(
  context: Context,
  section: S,
  all: Entry<S>['all'],
): ReadonlyMap<string, ModuleComponents[S]> {
  const { resolve }: Module<S> = MODULES[section];
  const outputs: ModuleSections[S] = (context.output as ModuleSections)[section];
  const components = new Map<string, ModuleComponents[S]>();
  for (const [name, output] of sorted(outputs)) {
    const own = resolve({ here: cursorAt(context, section, name), name, output, all });
    if (own !== null) components.set(name, own);
  }
  return components;
}

/** Applies a function of the module to each of its components. */
export function ofComponents<T>(
  modules: ScenarioModules,
  ask: <S extends ModuleSection>(module: Module<S>, own: ModuleComponents[S], name: string) => T,
): readonly T[] {
  const ofSection = <S extends ModuleSection>(section: S): readonly T[] => {
    const all: ScenarioModules[S] = modules[section];
    return [...all].map(([name, own]) => ask<S>(MODULES[section], own, name));
  };
  return DEFAULTS_ORDER.flatMap((section) => ofSection(section));
}

/** The components of modules that have instances. */
export function moduleHosts(modules: ScenarioModules): readonly (readonly [string, Host])[] {
  return ofComponents(modules, (module, own, name) => [name, module.host(own)] as const).flatMap(
    ([name, host]) => (host === null ? [] : [[name, host] as const]),
  );
}
