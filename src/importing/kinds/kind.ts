import type { Cell } from '../cell.js';
import type { System } from '../system.js';

/** A kind of document that can be read. */
export interface DocumentKind {
  recognises(document: Cell): boolean;
  /** Adds what the document says. Values that it does not use are listed with their reasons. */
  read(document: Cell, system: System): void;
  /** Notes what documents of other kinds say for it, such as annotations of a Service. */
  beside?(document: Cell, system: System): void;
}

/** Recognises resources of Kubernetes by kind, and by the group before the version, such as `apps`. */
export function resource(groups: RegExp, ...kinds: readonly string[]): (document: Cell) => boolean {
  return (document) => {
    const version = document.get('apiVersion')?.text() ?? '';
    const kind = document.get('kind')?.text() ?? '';
    const group = version.includes('/') ? version.slice(0, version.indexOf('/')) : '';
    return groups.test(group) && kinds.includes(kind);
  };
}

/** The namespace of a resource; `default` if none is written. */
export function namespaceOf(document: Cell): string {
  return document.get('metadata', 'namespace')?.text() ?? 'default';
}

/** The text of a mapping of texts, such as labels. */
export function textsOf(cell: Cell | undefined): ReadonlyMap<string, string> {
  return new Map((cell?.entries() ?? []).map(([key, value]) => [key, value.text() ?? '']));
}
