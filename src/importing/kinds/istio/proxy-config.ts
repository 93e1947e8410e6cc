import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import { from } from '../../written.js';
import { resource, type DocumentKind } from '../kind.js';
import { istioMesh } from './mesh.js';

/**
 * Settings of all proxies of a mesh: their worker threads. A ProxyConfig with a selector is for some pods only. Sources:
 * istio.io, ProxyConfig.concurrency and MeshConfig.defaultConfig.
 */
export const proxyConfigs: DocumentKind = {
  recognises: (document) => isConfig(document) || isOperator(document),
  read(document, system) {
    const isOfSome = document.get('spec', 'selector') !== undefined;
    const cell = isOfSome ? undefined : threadsOf(document);
    const count = cell?.number() ?? 0;
    // 0 is as many as the machine has, which no file says.
    if (cell !== undefined && count >= 1) istioMesh(system).threads ??= from(count, cell);
    if (isOfSome) document.list('the proxies of a mesh are alike here');
    listBelow(document, { apiVersion: REASON.kind, kind: REASON.kind, metadata: REASON.name });
    document.list('how a mesh is installed is not simulated');
  },
};

const isConfig = resource(/^networking\.istio\.io$/, 'ProxyConfig');
const isOperator = resource(/^install\.istio\.io$/, 'IstioOperator');

function threadsOf(document: Cell): Cell | undefined {
  return (
    document.get('spec', 'concurrency') ??
    document.get('spec', 'meshConfig', 'defaultConfig', 'concurrency')
  );
}
