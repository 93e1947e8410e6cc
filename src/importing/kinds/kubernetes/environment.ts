import type { Cell } from '../../cell.js';
import type { System } from '../../system.js';
import type { Variable } from '../spring/layers.js';

/** ConfigMaps of all files by `namespace/name`. */
export function configMapsOf(system: System): Map<string, Cell> {
  return system.shared('ConfigMaps', () => new Map<string, Cell>());
}

/** The environment of a container: `envFrom` first, which `env` overrides, with values of the ConfigMaps of these files. */
export function variablesOf(
  container: Cell | undefined,
  namespace: string,
  system: System,
): readonly Variable[] {
  const maps = configMapsOf(system);
  const found = new Map<string, Cell>();
  for (const source of container?.get('envFrom')?.items() ?? []) {
    const name = source.get('configMapRef', 'name')?.text() ?? '';
    const prefix = source.get('prefix')?.text() ?? '';
    const data = maps.get(`${namespace}/${name}`)?.get('data');
    for (const [key, value] of data?.entries() ?? [])
      if (value.isScalar) found.set(prefix + key, value);
  }
  for (const variable of container?.get('env')?.items() ?? []) {
    const name = variable.get('name')?.text();
    const from = variable.get('valueFrom', 'configMapKeyRef');
    const data = maps.get(`${namespace}/${from?.get('name')?.text() ?? ''}`)?.get('data');
    const value = variable.get('value') ?? data?.get(from?.get('key')?.text() ?? '');
    if (name !== undefined && value?.isScalar === true) found.set(name, value);
  }
  return [...found].map(([name, value]) => ({ name, value }));
}
