import { all } from './dom.js';

/** Keys that move in the contents, and by how many links. */
const MOVES: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowRight: 1,
  ArrowUp: -1,
  ArrowLeft: -1,
};

/** The contents are one stop of the keyboard, as the tabs are: a page has up to twenty of these links. */
export function joinContents(): void {
  const links = all<HTMLAnchorElement>('.toc a');
  links.forEach((link, i) => {
    link.tabIndex = i === 0 ? 0 : -1;
    link.addEventListener('keydown', (event) => {
      const by = MOVES[event.key];
      if (by === undefined) return;
      event.preventDefault();
      const next = links[(i + by + links.length) % links.length]!;
      link.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    });
  });
}
