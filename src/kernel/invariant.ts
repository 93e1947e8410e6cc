/** A broken law of the program itself: never the user's mistake, always a fault worth reporting. */
export class InvariantError extends Error {
  /** Stable name of the broken law, kebab-case. */
  readonly code: string;

  /** `moment` says when and in which event the law broke, such as `at 1200 ns in 'reply'`; '' outside a run. */
  constructor(code: string, moment = '') {
    super(moment === '' ? `invariant broken: ${code}` : `invariant broken: ${code} ${moment}`);
    this.name = 'InvariantError';
    this.code = code;
  }
}

/**
 * Throws InvariantError(code) unless the condition holds. The code is a constant string: a message
 * built from numbers would allocate on every call, also on the billions that pass.
 */
export function invariant(condition: boolean, code: string): void {
  if (!condition) fail(code);
}

/** Asked only when a law has broken, so checks that hold pay nothing for it. */
let moment: () => string = () => '';

/** Sets what describes the current moment of a run in the message of an InvariantError. */
export function describeMoments(describe: () => string): void {
  moment = describe;
}

/** Throws InvariantError(code), with what it is about. */
export function broken(code: string, detail: string): never {
  throw new InvariantError(code, `(${detail}) ${moment()}`.trimEnd());
}

function fail(code: string): never {
  throw new InvariantError(code, moment());
}
