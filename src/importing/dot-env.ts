import { Cell, type SourceText } from './cell.js';

/** Whether a file has lines `NAME=value`, by its name. */
export function isDotEnv(path: string): boolean {
  return /(^|[/\\])\.env(\.[\w-]+)?$|\.env$/i.test(path);
}

/**
 * The variables of a `.env` file, the last value of a name. Quotes are taken off, comments left out.
 * Source: docs.docker.com/compose/how-tos/environment-variables/variable-interpolation.
 */
export function dotEnvOf({ path, text }: SourceText): Cell {
  const variables = new Map<string, Cell>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [, name, written] =
      /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*[=:]\s*(.*)$/.exec(line) ?? [];
    if (name === undefined) continue;
    variables.set(name, new Cell(name, path, index + 1, valueOf(written!)));
  }
  return new Cell('', path, 1, variables);
}

function valueOf(written: string): string {
  const quoted = /^(["'])((?:\\.|(?!\1).)*)\1\s*(?:#.*)?$/.exec(written);
  if (quoted === null) return written.replace(/(^|\s)#.*$/, '').trim();
  // A dollar sign within single quotes begins no variable.
  return quoted[1] === "'" ? quoted[2]!.replaceAll('$', '$$$$') : quoted[2]!;
}
