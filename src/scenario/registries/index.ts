import { unionOfKinds, valuesOf } from '../../contracts/fields/kinds.js';
import { inheriting } from '../../contracts/fields/common.js';
import { consul } from './consul.js';
import { dns } from './dns.js';
import { eureka } from './eureka.js';
import type { RegistryKind } from './kind.js';
import { kubernetes } from './kubernetes.js';
import type { RegistryFields } from './fields.js';

/** All kinds of registries: one line each. */
export const REGISTRY_KINDS: readonly RegistryKind[] = [eureka, consul, kubernetes, dns];

/** Finds a kind of registry by name. */
export function registryKindOf(kind: string | undefined): RegistryKind | undefined {
  return REGISTRY_KINDS.find((own) => own.kind === kind);
}

export const registrySchema = valuesOf<RegistryFields>(
  inheriting(
    unionOfKinds(REGISTRY_KINDS.map((own) => own.schema)).describe('A service registry.'),
  ).meta({ id: 'registry' }),
);
