import { invariant } from '../../../kernel/invariant.js';
import type { Target } from '../../../contracts/patterns/policy.js';
import type { View } from '../../data/edges/edge.js';

/** The views of the callers that share states about the instances of a callee. */
export class Watchers {
  readonly views = new Set<View>();
  shut = 0;

  add(view: View): void {
    if (this.views.has(view)) return;
    invariant(this.shut === 0, 'a view is added before its target is shut');
    this.views.add(view);
  }
}

/** One callee instance, and the views of the callers that share a state about it. */
export class Watched implements Target {
  private isOpen = true;

  constructor(
    private readonly watchers: Watchers,
    private readonly instance: number,
  ) {}

  setOpen(isOpen: boolean): void {
    if (isOpen === this.isOpen) return;
    this.isOpen = isOpen;
    this.watchers.shut += isOpen ? -1 : 1;
    for (const view of this.watchers.views) view.setShut(this.instance, !isOpen);
  }
}
