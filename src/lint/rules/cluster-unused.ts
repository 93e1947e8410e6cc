import type { Finding, Rule } from '../rule.js';
import { yamlAt } from '../words.js';

/** A cluster that no call uses. */
export const clusterUnused: Rule = {
  name: 'cluster-unused',
  severity: 'warning',
  reason:
    'No call goes through this cluster, so its connections, limits and breakers have no effect.',
  remedy: 'Name it in the bundles of its calls with `cluster`, or remove it.',
  check({ scenario, calls }) {
    const { clusters, mesh } = scenario;
    if (clusters === undefined) return [];
    const ofMesh = mesh === undefined ? [] : [mesh.policy, ...mesh.outbound.values()];
    const used = new Set([
      ...calls.map(({ cluster }) => cluster),
      ...ofMesh.map((bundle) => bundle?.cluster?.name),
    ]);
    return [...clusters.keys()]
      .filter((name) => !used.has(name))
      .map((name): Finding => ({
        path: ['clusters', name],
        entities: [],
        message: `no call uses cluster ${name}`,
        measured: '0 calls',
        limit: 'at least 1',
        fix: yamlAt(['clusters'], `${name}: null`),
        everywhere: true,
      }));
  },
};
