import { faultKinds, policyKinds } from '../patterns/registry.js';
import { buildSchemas, type Schemas } from './schema/scenario.js';

let built: Schemas | null = null;

/** The schemas are built once, when the first scenario is loaded, because that takes longer than the loading. */
export function schemas(): Schemas {
  built ??= buildSchemas(policyKinds, faultKinds);
  return built;
}
