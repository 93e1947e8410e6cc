import { RESERVED } from '../scenario/resolve/names.js';
import { ImportError } from './error.js';

/** Longest name of the language. */
const NAME_MAX = 64;
/** Name of the workload that is written for the load from outside. */
export const LOAD_NAME = 'users';

/** A name that the language allows: letters, digits and inner hyphens, beginning with a letter. */
export function allowedName(text: string): string {
  const plain = text
    .replace(/[^A-Za-z0-9_]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, NAME_MAX - 8)
    .replace(/-+$/, '');
  const named = /^[A-Za-z]/.test(plain) ? plain : `s-${plain}`.replace(/-+$/, '');
  return RESERVED.has(named) || named === LOAD_NAME ? `${named}-service` : named;
}

/** The names of components: unique, allowed, and as the user maps them. */
export class Names {
  /** Wanted name -> name in the scenario, where they differ. */
  readonly renamed = new Map<string, string>();
  private readonly taken = new Set<string>();

  constructor(private readonly mapped: ReadonlyMap<string, string>) {}

  /** The name that the user gives to something; undefined = none. */
  mappedTo(name: string): string | undefined {
    return this.mapped.get(name);
  }

  /** The components that the user says a file of settings belongs to, by its path or its name. */
  ownersOf(file: string): readonly string[] {
    const named = this.mapped.get(file) ?? this.mapped.get(file.replace(/^.*[/\\]/, ''));
    return named?.split(SEPARATOR) ?? [];
  }

  /** A name of its own for a component. `qualifier` tells it apart from another one of that name. */
  take(wanted: string, qualifier = ''): string {
    const mapped = this.mapped.get(wanted);
    if (mapped?.includes(SEPARATOR) === true) {
      const rule = 'only a file of settings may belong to several components';
      throw new ImportError(`--map ${wanted}=${mapped}: ${rule}`);
    }
    const named = mapped ?? wanted;
    let name = allowedName(named);
    if (this.taken.has(name) && qualifier !== '') name = allowedName(`${named}-${qualifier}`);
    for (let count = 2; this.taken.has(name); count++) name = allowedName(`${named}-${count}`);
    this.taken.add(name);
    if (name !== wanted) this.renamed.set(wanted, name);
    return name;
  }
}

/** Between the components of a file. */
const SEPARATOR = ',';

/** `NAME=NAME` of the command line; a file of settings may belong to several: `FILE=NAME,NAME`, or one of them each time. */
export function readMapping(texts: readonly string[]): ReadonlyMap<string, string> {
  const mapping = new Map<string, string>();
  for (const text of texts) {
    const [before = '', after, ...rest] = text.split('=').map((part) => part.trim());
    const isWhole = before !== '' && after !== undefined && after !== '' && rest.length === 0;
    if (!isWhole) throw new ImportError(`--map ${text}: write NAME=NAME, such as order.shop=order`);
    for (const name of after.split(SEPARATOR)) {
      if (allowedName(name) !== name) {
        throw new ImportError(
          `--map ${text}: ${name} is not a name here; write ${allowedName(name)}`,
        );
      }
    }
    // A repeated name adds to its first one, as the option itself is repeated.
    const known = mapping.get(before);
    const all = [...(known?.split(SEPARATOR) ?? []), ...after.split(SEPARATOR)];
    mapping.set(before, [...new Set(all)].join(SEPARATOR));
  }
  return mapping;
}
