import type { Slots } from '../../../kernel/pool.js';

/** Columns of dead letters: the effects that the original message had had, and its poison. */
export class DeadLetterState {
  effects: Int32Array = new Int32Array(0);
  poison: Uint8Array = new Uint8Array(0);

  constructor(slots: Slots) {
    slots.addColumns(this);
  }

  keep(copy: number, effects: number, poison: number): void {
    this.effects[copy] = effects;
    this.poison[copy] = poison;
  }
}
