/** A broken invariant of the program: never the user's mistake, always a bug to report. */
export class InvariantError extends Error {
  /** The law that broke, in the words of the code: `a permit is given back once`. */
  readonly code: string;

  /** `moment`: time and event at which it broke, such as `at 1200 ns in 'reply'`; '' outside a run. */
  constructor(code: string, moment = '') {
    super(moment === '' ? `invariant broken: ${code}` : `invariant broken: ${code} ${moment}`);
    this.name = 'InvariantError';
    this.code = code;
  }
}

/**
 * Throws InvariantError(code) unless the condition holds. The code says what the law protects. It is a constant string:
 * building a message would allocate on every call, including the billions that pass. A condition that walks a list
 * belongs behind `isAudited`.
 */
export function invariant(condition: boolean, code: string): void {
  if (!condition) fail(code);
}

/** Whether runs of this thread check dear laws at every step. */
let audited = false;

/** Makes the next runs of this thread check dear laws too, or no longer. No result depends on it. */
export function auditSteps(isOn: boolean): void {
  audited = isOn;
}

/** Whether to check laws that cost more than a comparison. An object of a run asks once, when it is created. */
export function isAudited(): boolean {
  return audited;
}

/** Called only when an invariant breaks, so passing checks cost nothing. */
let moment: () => string = () => '';

/** Sets the function that describes the current moment of a run for an InvariantError. */
export function describeMoments(describe: () => string): void {
  moment = describe;
}

/** Throws InvariantError with the code and a detail. */
export function broken(code: string, detail: string): never {
  throw new InvariantError(code, `(${detail}) ${moment()}`.trimEnd());
}

function fail(code: string): never {
  throw new InvariantError(code, moment());
}
