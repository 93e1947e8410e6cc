import type { System } from '../../system.js';
import { meshWith, type Mesh, type MeshProduct } from '../mesh.js';

/** Linkerd repeats nothing by itself. */
const LINKERD: MeshProduct = { kind: 'linkerd', retry: null };

/** The mesh of a system of which a document or an annotation of Linkerd is read. */
export function linkerdMesh(system: System): Mesh {
  return meshWith(LINKERD, system);
}
