/**
 * Names of random streams. The name of a step is its verb and its ordinal among the steps with that verb in the part.
 * Inserting a step of another kind therefore changes no draws of other steps.
 */
export class StepNames {
  private readonly ordinals = new Map<string, number>();

  /** `prefix` is the part, such as `orders.create`, or the step that the named steps replace. */
  constructor(private readonly prefix: string) {}

  /** The next name of this verb: `orders.create/work#0`, `orders.create/call:payments.charge#1`. */
  next(verb: string): string {
    const ordinal = this.ordinals.get(verb) ?? 0;
    this.ordinals.set(verb, ordinal + 1);
    return `${this.prefix}/${verb}#${ordinal}`;
  }
}
