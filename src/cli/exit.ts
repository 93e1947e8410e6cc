/** Exit codes. A broken budget never shares a code with a failed run. */
export const EXIT = Object.freeze({
  ok: 0,
  /** A budget is broken, or the behaviour is not as expected: the output says which. */
  broken: 1,
  /** The command line or a scenario is wrong, or no change of settings holds the budgets. */
  usage: 2,
  /** The program or the machine failed. */
  failed: 3,
  /** A resource guard stopped the run. */
  guard: 4,
  /** SIGINT or SIGTERM. */
  interrupted: 130,
} as const);

/** The meaning of each exit code. A test compares README, docs and --help with this table. */
export const EXIT_MEANINGS: Readonly<Record<(typeof EXIT)[keyof typeof EXIT], string>> = {
  0: 'done; `run`, `compare`, `story`, `ask`, `explore`, `capacity`, `sensitivity`, `calibrate` and `sweep` end with it also where a budget is broken',
  1: '`check`: a budget is broken, an expectation is not met, a hypothesis is refuted, the baseline keeps an unused figure, or a change is worse than what `--against` names; `lint`: a finding is an error; `drift`: a setting or a figure differs',
  2: 'the command line, a path or a scenario is wrong; `fix`: no change that was tried holds every budget',
  3: 'the program or the machine failed, such as a full disk',
  4: 'a resource guard stopped the run',
  130: 'interrupted by SIGINT or SIGTERM',
};

/** An error that the user sees as one message, without a stack. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}

/** The command line, or something that it names, is wrong: exit code 2. */
export function usageError(message: string): CommandError {
  return new CommandError(EXIT.usage, message);
}
