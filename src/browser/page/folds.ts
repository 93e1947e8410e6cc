import { all } from './dom.js';

/** Opens the part that a link leads to; null if there is none. */
export function openFolds(id: string): HTMLElement | null {
  const part = id === '' ? null : document.getElementById(id);
  const fold = part?.querySelector<HTMLDetailsElement>('details.fold');
  if (fold) fold.open = true;
  return part;
}

/** Paper gets all folded parts. */
export function openOnPaper(): void {
  addEventListener('beforeprint', () =>
    all<HTMLDetailsElement>('details.fold').forEach((part) => (part.open = true)),
  );
}
