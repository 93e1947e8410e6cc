import type { System } from '../../system.js';
import { map, plain } from '../../written.js';
import { meshWith, type Mesh, type MeshProduct } from '../mesh.js';

/** Istio adds retries to every route. */
export const ISTIO: MeshProduct = { kind: 'istio', retry: map({ kind: plain('istio') }) };

/** The mesh of a system of which a document of Istio is read. */
export function istioMesh(system: System): Mesh {
  return meshWith(ISTIO, system);
}
