import { faultKinds, policyKinds } from '../patterns/registry.js';
import { buildSchemas } from './schema/scenario.js';
import type { Schemas } from './schema/scenario.js';

let built: Schemas | null = null;

/** The schemas are built once, when the first scenario is read: it takes longer than reading one. */
export function schemas(): Schemas {
  built ??= buildSchemas(policyKinds, faultKinds);
  return built;
}
