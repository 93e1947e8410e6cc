import { all } from './dom.js';

/** A link opens the part that it leads to, and paper gets all of them. */
export function openFolds(id: string): HTMLElement | null {
  const part = id === '' ? null : document.getElementById(id);
  const fold = part?.querySelector<HTMLDetailsElement>('details.fold');
  if (fold) fold.open = true;
  return part;
}

export function openOnPaper(): void {
  addEventListener('beforeprint', () =>
    all<HTMLDetailsElement>('details.fold').forEach((part) => (part.open = true)),
  );
}
