import { JUDGED_SECTIONS } from '../contracts/scenario/judged.js';
import type { Problems } from './diagnostics.js';
import { entries, get, items, put, text, type MapNode, type Node, type Place } from './located.js';
import { merge } from './merge.js';
import { parseYaml } from './parse.js';

/** Returns the text of a file, or an error. Paths are relative to the working directory of the caller. */
export type ReadFile = (path: string) => { readonly text: string } | { readonly error: string };

/** Largest number of files in one scenario, and deepest nesting of includes. */
const FILES_MAX = 64;
const INCLUDE_DEPTH_MAX = 8;
/** Top-level lists that are concatenated over all files. */
const CONCATENATED: readonly string[] = ['faults', 'variants', ...JUDGED_SECTIONS];
/** Sections with settings instead of named entries: several files can contribute to them. */
const SETTINGS: ReadonlySet<string> = new Set([
  'run',
  'network',
  'platform',
  'mesh',
  'alerts',
  'defaults',
  'report',
  'hypothesis',
  'lint',
]);

/** Reads a scenario and its includes, merged in order, with the file itself last; null if any cannot be read. */
export function readTree(
  path: string,
  read: ReadFile,
  expandTree: (tree: Node) => Node,
  problems: Problems,
): MapNode | null {
  const folder = folderOf(path);
  const includer = new Includer(read, folder, expandTree, problems);
  return includer.file(path, null, []);
}

/** The folder of a scenario, with the trailing slash. */
export function folderOf(path: string): string {
  const slash = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  return slash < 0 ? '' : path.slice(0, slash + 1);
}

class Includer {
  private files = 0;

  constructor(
    private readonly read: ReadFile,
    private readonly folder: string,
    private readonly expandTree: (tree: Node) => Node,
    private readonly problems: Problems,
  ) {}

  file(path: string, from: Place | null, chain: readonly string[]): MapNode | null {
    const answer = this.read(path);
    if ('error' in answer) {
      const at = from ?? { file: path, start: 0, end: 0 };
      const message = from === null ? answer.error : `${path}: ${answer.error}`;
      this.problems.add({ code: 'FL101', at, path: [], message });
      return null;
    }
    const parsed = parseYaml(path, answer.text, this.problems);
    if (parsed === null) return null;
    if (parsed.type !== 'map') {
      const message =
        `expected a mapping, found ${parsed.type === 'list' ? 'a list' : 'text'}. A scenario starts with ` +
        '`faultline: 1`';
      this.problems.add({ code: 'FL113', at: parsed.at, path: [], message });
      return null;
    }
    const tree = this.expandTree(parsed) as MapNode;
    return this.withIncludes(tree, path, [...chain, path]);
  }

  private withIncludes(tree: MapNode, path: string, chain: readonly string[]): MapNode {
    const include = get(tree, 'include');
    if (include === undefined) return tree;
    if (include.type === 'map') {
      this.refuse(include.at, 'include must be a list of paths, such as [topology.yaml]');
      return tree;
    }
    // A single path is read too, so that nothing that it defines counts as missing.
    const written = text(include);
    if (written !== undefined)
      this.refuse(include.at, `include must be a list of paths: write [ ${written} ]`);
    const inFolder = path.slice(this.folder.length);
    const below = inFolder.includes('/') ? inFolder.slice(0, inFolder.lastIndexOf('/') + 1) : '';
    let base: MapNode | null = null;
    const definedIn = new Map<string, string>();
    for (const node of include.type === 'list' ? items(include) : [include]) {
      const fragment = this.fragment(node, below, chain);
      if (fragment === null) continue;
      this.checkDefinitions(fragment, definedIn);
      base = base === null ? fragment : this.lay(base, fragment);
    }
    return base === null ? tree : this.lay(base, tree);
  }

  private fragment(node: Node, below: string, chain: readonly string[]): MapNode | null {
    const written = text(node);
    const wrong =
      written === undefined ? 'a path must be text' : pathProblem(written, ['yaml', 'yml']);
    if (written === undefined || wrong !== null) {
      this.refuse(node.at, wrong!);
      return null;
    }
    const path = `${this.folder}${normal(below + written)}`;
    if (chain.includes(path)) {
      const message = `files include each other: ${[...chain, path].join(' -> ')}`;
      this.problems.add({ code: 'FL111', at: node.at, path: ['include'], message });
      return null;
    }
    if (++this.files > FILES_MAX || chain.length > INCLUDE_DEPTH_MAX) {
      this.refuse(
        node.at,
        `a scenario may have at most ${FILES_MAX} files, ${INCLUDE_DEPTH_MAX} levels deep`,
      );
      return null;
    }
    return this.file(path, node.at, chain);
  }

  private lay(below: MapNode, above: MapNode): MapNode {
    let merged = this.expandTree(merge(below, above)) as MapNode;
    for (const key of CONCATENATED) {
      const lower = get(below, key);
      const upper = get(above, key);
      if (lower?.type !== 'list' || upper?.type !== 'list') continue;
      merged = put(merged, key, { ...upper, items: [...lower.items, ...upper.items] });
    }
    return merged;
  }

  private checkDefinitions(fragment: MapNode, definedIn: Map<string, string>): void {
    for (const [section, entry] of fragment.entries) {
      if (SETTINGS.has(section)) continue;
      for (const [name, inner] of entries(entry.value)) {
        const id = `${section} ${name}`;
        const file = definedIn.get(id);
        if (file === undefined) definedIn.set(id, inner.key.file);
        else {
          const message = `duplicate definition of ${name}: it is also defined in ${file}`;
          this.problems.add({ code: 'FL112', at: inner.key, path: [section, name], message });
        }
      }
    }
  }

  private refuse(at: Place, message: string): void {
    this.problems.add({ code: 'FL110', at, path: ['include'], message });
  }
}

/** Problem of the path of a referenced file, or null. `kinds` are the valid file extensions. */
export function pathProblem(path: string, kinds: readonly string[]): string | null {
  if (path.length > 400) return 'the path is too long';
  // Checked before any file is opened: only paths below the scenario's folder are valid.
  if (!/^[A-Za-z0-9_][\w .-]*(\/[A-Za-z0-9_][\w .-]*)*$/.test(path.replace(/^\.\//, ''))) {
    return (
      `${JSON.stringify(path)}: a path must be relative, below this folder, and consist of letters, digits, ` +
      '/ _ . and -'
    );
  }
  if (!kinds.some((kind) => path.endsWith(`.${kind}`))) {
    return `${JSON.stringify(path)}: the file must end with ${kinds.map((kind) => `.${kind}`).join(', ')}`;
  }
  if (/(^|\/)(con|prn|aux|nul|com\d|lpt\d)(\.|\/|$)/i.test(path)) {
    return `${JSON.stringify(path)}: a device name is not allowed`;
  }
  return null;
}

/** Removes `.` and empty segments from a path. */
export function normal(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '.' && part !== '')
    .join('/');
}
