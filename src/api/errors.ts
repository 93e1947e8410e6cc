import { formatDiagnostics, type Shown } from '../scenario/diagnostics.js';
import { meant } from '../scenario/suggest.js';
import { oneLine } from '../text/line.js';

/** A problem of a scenario, of a question or of a change: where it is, what was found, what is allowed. */
export type Problem = Shown;

/**
 * A scenario, a change of it or a question about its result is wrong. `message` has the text that the command line
 * prints; `diagnostics` has the same for programs.
 */
export class ScenarioError extends Error {
  /** The name of the scenario in messages. */
  readonly path: string;
  /** All errors, with the warnings found until then: file, line, column, code, found, allowed, suggestion. */
  readonly diagnostics: readonly Problem[];

  /** `message`: by default the text of all diagnostics. */
  constructor(path: string, diagnostics: readonly Problem[], message?: string) {
    super(message ?? formatDiagnostics(diagnostics));
    this.name = 'ScenarioError';
    this.path = path;
    this.diagnostics = diagnostics;
  }
}

/** An option of a function names something that does not exist, or has a value that is not possible. */
export class OptionError extends Error {
  /** The option, such as `variant`. */
  readonly option: string;
  readonly found: string;
  /** The values that are possible, where they can be listed. */
  readonly allowed: readonly string[];
  /** The nearest of them; absent if none is near. */
  readonly suggestion?: string;

  constructor(
    message: string,
    about: {
      readonly option: string;
      readonly found: string;
      readonly allowed?: readonly string[];
      readonly suggestion?: string;
    },
  ) {
    super(message);
    this.name = 'OptionError';
    const { option, found, allowed = [], suggestion } = about;
    this.option = option;
    this.found = found;
    this.allowed = allowed;
    if (suggestion !== undefined) this.suggestion = suggestion;
  }
}

/** An option with a name that is not known: `what` begins the message, as in `there is no rule`. */
export function unknownName(
  option: string,
  found: string,
  allowed: readonly string[],
  words: { readonly what: string; readonly rest: string },
): OptionError {
  const suggestion = meant(found, allowed);
  const hint = suggestion === undefined ? '' : ` (did you mean "${suggestion}"?)`;
  const message = `${words.what} "${found}"${hint}; ${words.rest} ${oneLine(allowed.join(', '))}`;
  const near = suggestion === undefined ? {} : { suggestion };
  return new OptionError(message, { option, found, allowed, ...near });
}
