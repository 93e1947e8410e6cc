import { Cell } from '../../cell.js';
import { layered } from './layers.js';
import { property, valueOf } from './properties.js';

const OTHERS = 'a profile that does not run in production';

/**
 * A file of Quarkus as it is in production: settings of `%prod` override those without a profile, and those of other profiles
 * are left out. Source: quarkus.io, Configuration Reference, Profiles.
 */
export function inProduction(document: Cell): Cell {
  const all = document.entries();
  if (!all.some(([key]) => key.startsWith('%'))) return document;
  const rest = all.filter(([key]) => !key.startsWith('%'));
  const own = new Map<string, Cell>();
  let whole = new Cell(document.path, document.file, document.line, new Map(rest));
  for (const [key, cell] of all) {
    const [, names = '', name = ''] = /^%([^.]*)\.?(.*)$/.exec(key) ?? [];
    if (!key.startsWith('%')) continue;
    if (!names.split(',').includes('prod')) cell.list(OTHERS);
    else if (name === '') whole = layered(cell, whole)!;
    else own.set(name, cell);
  }
  const production = new Cell(document.path, document.file, document.line, own);
  return layered(production, whole)!;
}

/**
 * The profiles with which Spring uses a document; null = with all. `spring.profiles` is the old name, and has a mapping such as `active`
 * in a document of all profiles. `suffix`: that of the name of its file, `prod` of `application-prod.yml`. Source:
 * docs.spring.io/spring-boot, Profile Specific Files, Activation Properties.
 */
export function profilesOf(document: Cell, suffix: string | undefined): string | null {
  const old = property(document, 'spring.profiles');
  const own =
    property(document, 'spring.config.activate.on-profile') ??
    (old?.value instanceof Map ? undefined : old);
  return own === undefined ? (suffix ?? null) : wordsOf(own).join(',');
}

/** The profiles that settings switch on, in their order, of which the last one counts most; without one it is `default`. */
export function activeIn(settings: Cell | undefined): readonly string[] {
  const all = ['spring.profiles.include', 'spring.profiles.active', 'micronaut.environments'];
  const found = all.flatMap((path) => wordsOf(property(settings, path)));
  const active = all.slice(1).flatMap((path) => property(settings, path)?.leaves() ?? []);
  for (const cell of active) cell.list('switches on the settings of this profile');
  return found;
}

function wordsOf(cell: Cell | undefined): readonly string[] {
  const cells = cell === undefined || cell.isScalar ? [cell] : cell.items();
  return cells.flatMap((one) => (valueOf(one) ?? '').split(',')).flatMap((one) => one.trim() || []);
}

/**
 * The place of the profile in `active` that switches a document on, such as `prod`, `!dev` or `cloud & prod`; -1 = none does. Parentheses
 * are not read.
 */
export function placeIn(active: readonly string[], profiles: string): number {
  const names = active.length > 0 ? active : ['default'];
  const of = (word: string): number =>
    word.startsWith('!') ? (names.includes(word.slice(1)) ? -1 : 0) : names.indexOf(word);
  const all = (part: string): number => Math.min(...part.split('&').map((word) => of(word.trim())));
  return Math.max(...profiles.split(/[,|]/).map(all));
}
