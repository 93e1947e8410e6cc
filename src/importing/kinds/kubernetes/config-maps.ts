import { listBelow, REASON } from '../../reasons.js';
import type { Component, System } from '../../system.js';
import { proxyKinds } from '../proxy-kinds.js';
import { addFile } from '../proxies/files.js';
import { namespaceOf, resource, type DocumentKind } from '../kind.js';
import { addSettings, readersOf } from '../spring/application.js';
import { clusterOf } from './cluster.js';
import { configMapsOf } from './environment.js';

/** Values that pods get as variables. Files in them are documents of their own. */
export const configMaps: DocumentKind = {
  recognises: resource(/^$/, 'ConfigMap'),
  read(document, system) {
    const name = document.get('metadata', 'name')?.text() ?? '';
    configMapsOf(system).set(`${namespaceOf(document)}/${name}`, document);
    for (const [, file] of document.get('data')?.entries() ?? []) {
      const files = file.isScalar ? [] : file.items().length > 0 ? file.items() : [file];
      const usedBy = (): readonly Component[] => mountedBy(name, namespaceOf(document), system);
      for (const each of files) {
        const proxy = proxyKinds.find((kind) => kind.recognises(each));
        const runner = (): Component | undefined =>
          usedBy().find(({ section }) => section === 'services');
        if (proxy === undefined) addSettings(each, usedBy, system);
        else addFile(proxy, each, runner, system);
      }
    }
    system.later('calls', () => {
      listBelow(document, {
        apiVersion: REASON.kind,
        kind: REASON.kind,
        metadata: REASON.name,
      });
      document.list('the program reads it, not the simulation');
    });
  },
};

/** The services whose pods have a ConfigMap as a volume, or which read it by its name, else the one of nearly its name. */
function mountedBy(name: string, namespace: string, system: System): readonly Component[] {
  const { pods, components } = clusterOf(system);
  const found = pods.flatMap((each) => {
    const volumes = each.pod?.get('volumes')?.items() ?? [];
    const sources = volumes.flatMap((volume) => [
      volume.get('configMap', 'name'),
      ...(volume.get('projected', 'sources')?.items() ?? []).map((one) =>
        one.get('configMap', 'name'),
      ),
    ]);
    const isUsed = each.namespace === namespace && sources.some((one) => one?.text() === name);
    return isUsed ? (components.get(`${each.namespace}/${each.name}`) ?? []) : [];
  });
  const all = [...new Set([...found, ...readersOf(name, system)])];
  if (all.length > 0) return all;
  const own = system.named(name.replace(/-(config|configmap|cm|properties|settings)$/, ''));
  return own === undefined ? [] : [own];
}
