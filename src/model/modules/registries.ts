import { Registries } from '../resources/discovery/registries.js';
import type { Building } from './kind.js';

/** The service registries, whose lists the edges use; null without registered components. */
export function prepareRegistries(world: Building): void {
  const isUsed = world.plan.registries.some(({ callees }) => callees.length > 0);
  world.registries = isUsed ? new Registries(world) : null;
}
