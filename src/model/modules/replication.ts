import { Replicas } from '../resources/replication/replicas.js';
import type { Building } from './kind.js';

/** The nodes of databases with replicas, which their edges choose among. The acts are those of `sections`. */
export function prepareReplication(world: Building): void {
  const { replications } = world.plan;
  world.replicas = new Map(replications.map((spec) => [spec.component, new Replicas(world, spec)]));
}
