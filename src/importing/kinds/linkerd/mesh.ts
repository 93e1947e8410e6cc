import type { Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import { meshWith, type Mesh, type MeshProduct } from '../mesh.js';

/** Linkerd repeats nothing by itself. */
const LINKERD: MeshProduct = { kind: 'linkerd', retry: null };

/** The mesh of a system of which a document or an annotation of Linkerd is read. */
export function linkerdMesh(system: System): Mesh {
  return meshWith(LINKERD, system);
}

/** ServiceProfiles with routes or targets, each of the callee that has its name. */
export function profilesOf(system: System): Cell[] {
  return system.shared('ServiceProfiles of Linkerd', (): Cell[] => []);
}

/**
 * Whether proxies call a component by a ServiceProfile. They then use no HTTPRoute and no annotation of its Service.
 * Source: linkerd2-proxy, linkerd/app/outbound/src/http/logical/profile.rs (should_override_policy).
 */
export function hasProfile(callee: Component, system: System): boolean {
  return profilesOf(system).some((profile) => calleeOf(profile, system) === callee);
}

/** The component that a ServiceProfile is about. */
export function calleeOf(profile: Cell, system: System): Component | undefined {
  return system.find(profile.get('metadata', 'name')?.text() ?? '');
}
