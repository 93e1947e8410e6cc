import type { Cell } from '../../cell.js';
import type { System } from '../../system.js';
import { list, plural } from '../../../text/words.js';
import type { FileAt } from './container.js';
import { pathFrom } from './values.js';

/** Names that a question lists in full. */
const NAMES_MAX = 2;

/** The Compose files of an import. */
export interface ProjectFiles {
  /** Those whose services run. */
  readonly read: readonly Cell[];
  /** Those that another one includes. */
  readonly included: ReadonlySet<Cell>;
  readonly at: FileAt;
}

/** Follows `include` and `extends`. A file of a folder that others only extend runs nothing by itself. */
export function filesOf(all: readonly Cell[], system: System): ProjectFiles {
  const byPath = new Map(all.map((file) => [pathFrom(file.file, nameOf(file)), file]));
  const at: FileAt = (path) => byPath.get(pathFrom(path.file, path.text() ?? ''));
  const included = all.flatMap((file) => (file.get('include')?.items() ?? []).flatMap(pathsOf));
  const extended = all.flatMap((file) =>
    (file.get('services')?.entries() ?? []).flatMap(
      ([, service]) => service.get('extends', 'file') ?? [],
    ),
  );
  const missing = [...included, ...extended].filter((path) => at(path) === undefined);
  const names = [...new Set(missing.map((path) => pathFrom(path.file, path.text() ?? '')))];
  const [first] = missing;
  if (first !== undefined) {
    const rest = names.length - NAMES_MAX;
    const others = rest > 0 ? [plural(rest, 'other file')] : [];
    system.ask(
      `Which services do ${list([...names.slice(0, NAMES_MAX), ...others])} define? ${first.file} needs them: docker compose -f ${first.file} config | faultline import -`,
    );
  }
  const parts = new Set(extended.map(at));
  for (const path of included) parts.delete(at(path));
  const read = all.filter((file) => !parts.has(file) || !system.found.has(file.file));
  for (const file of all) if (!read.includes(file)) file.list('other files extend its services');
  return { read, included: new Set(included.flatMap((path) => at(path) ?? [])), at };
}

function nameOf({ file }: Cell): string {
  return file.replace(/^.*[/\\]/, '');
}

/** The files of an entry: a text, or a mapping with one `path` or several. */
function pathsOf(entry: Cell): readonly Cell[] {
  const path = entry.get('path') ?? entry;
  return path.isScalar ? [path] : path.items();
}
