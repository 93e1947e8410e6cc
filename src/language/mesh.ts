import type { Mesh } from '../spec/scenario/mesh.js';
import type { Bundle } from '../spec/scenario/steps.js';

/** The bundle of the proxies for a call from inside the mesh; null = they apply no policies. */
export function proxyBundle(mesh: Mesh, callee: string, part: string): Bundle | null {
  const { waypoint, outbound, policy, kind } = mesh;
  if (kind === 'istioAmbient' && waypoint?.services.includes(callee) !== true) return null;
  return outbound.get(`${callee}.${part}`) ?? outbound.get(callee) ?? policy;
}
