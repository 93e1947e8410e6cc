import { custom } from './custom.js';
import { istioAmbient } from './istio-ambient.js';
import { istio } from './istio.js';
import { linkerd } from './linkerd.js';
import type { MeshKind } from './kind.js';

/** All kinds of mesh, one line each. */
const ALL = [istio, istioAmbient, linkerd, custom] as const;

type MeshKindName = (typeof ALL)[number]['kind'];

export const MESH_KINDS: readonly MeshKind<MeshKindName>[] = ALL;

/** The kind with this name, which the schema has checked. */
export function meshKind(name: MeshKindName): MeshKind<MeshKindName> {
  return MESH_KINDS.find(({ kind }) => kind === name)!;
}
