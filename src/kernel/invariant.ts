/** A broken law of the program itself: never the user's mistake, always a fault worth reporting. */
export class InvariantError extends Error {
  /** Stable name of the broken law, kebab-case. */
  readonly code: string;

  constructor(code: string) {
    super(`invariant broken: ${code}`);
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

function fail(code: string): never {
  throw new InvariantError(code);
}
