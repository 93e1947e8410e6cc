import type { Cell } from './cell.js';

/** Reasons that several kinds of documents use. */
export const REASON = {
  kind: 'says how to read the document',
  name: 'a name: it joins documents and is no setting',
  label: 'a label or selector: it joins documents and is no setting',
  program: 'which program runs, and with which files, is not simulated',
  security: 'security settings and identities are not simulated',
  port: 'a component has one entrance, whatever its ports and protocols',
  environment: 'an environment variable that names no component of these files',
  storage: 'volumes are not simulated',
  scheduling: 'nodes and zones are not in these files',
  secondContainer: 'only the first container of a pod is simulated',
} as const;

/** Gives the reason to every leaf below the named keys. `*` in a key matches every item of a list. */
export function listBelow(cell: Cell | undefined, reasons: Readonly<Record<string, string>>): void {
  for (const [path, reason] of Object.entries(reasons)) {
    for (const found of matching(cell, path.split('.'))) found.list(reason);
  }
}

function matching(cell: Cell | undefined, keys: readonly string[]): readonly Cell[] {
  if (cell === undefined) return [];
  const [key, ...rest] = keys;
  if (key === undefined) return [cell];
  if (key === '*') return cell.items().flatMap((item) => matching(item, rest));
  return matching(cell.get(key), rest);
}

/** Gives the reason to the extensions of a Compose file, `x-NAME`. */
export function listExtensions(cell: Cell): void {
  for (const [key, value] of cell.entries()) {
    if (key.startsWith('x-')) value.list('an extension: its values count where they are used');
  }
}
