import { Cell, type SourceText } from './cell.js';

/** Whether a file says how to build an image, by its name. */
export function isDockerfile(path: string): boolean {
  return /(^|[/\\])Dockerfile$/i.test(path);
}

/**
 * The variables that an image sets, those of its last stage and of the stages that this one is built from. Source:
 * docs.docker.com/reference/dockerfile, FROM and ENV.
 */
export function dockerfileOf({ path, text }: SourceText): readonly Cell[] {
  const stages = new Map<string, ReadonlyMap<string, Cell>>();
  let variables = new Map<string, Cell>();
  const joined = text.replace(/\\[ \t]*\r?\n/g, (end) =>
    end.replace('\\', ' ').replace('\n', '\v'),
  );
  let line = 1;
  for (const row of joined.split('\n')) {
    const [, base, stage] = /^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(row) ?? [];
    if (base !== undefined) {
      variables = new Map(stages.get(base.toLowerCase()));
      if (stage !== undefined) stages.set(stage.toLowerCase(), variables);
    }
    const [, written = ''] = /^\s*ENV\s+(.*)$/is.exec(row) ?? [];
    const pairs = [...written.matchAll(/([A-Za-z_]\w*)=("[^"]*"|'[^']*'|[^\s\v]*)/g)];
    for (const { 1: name, 2: value, index } of pairs) {
      const at = line + written.slice(0, index).split('\v').length - 1;
      variables.set(name!, new Cell(name!, path, at, value!.replace(/^(["'])(.*)\1$/s, '$2')));
    }
    line += row.split('\v').length;
  }
  return variables.size === 0 ? [] : [new Cell('', path, 1, variables)];
}
