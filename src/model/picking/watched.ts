import { invariant } from '../../kernel/invariant.js';
import type { Target } from '../../spec/policy.js';
import type { View } from '../edge.js';

/** One instance called, and the views of those who share a state about it. */
export class Watched implements Target {
  private readonly views: View[] = [];
  private readonly instance: number;
  private isOpen = true;

  constructor(instance: number) {
    this.instance = instance;
  }

  add(view: View): void {
    if (this.views.includes(view)) return;
    invariant(this.isOpen, 'view-added-to-a-shut-target');
    this.views.push(view);
  }

  setOpen(isOpen: boolean): void {
    if (isOpen === this.isOpen) return;
    this.isOpen = isOpen;
    for (const view of this.views) view.setShut(this.instance, !isOpen);
  }
}
